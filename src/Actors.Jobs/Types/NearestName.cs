namespace Actors.Jobs.Types;

/// <summary>What may have been meant by a name that nobody has.</summary>
internal static class NearestName
{
    /// <summary><c> Did you mean 'x'?</c>, or nothing when no name is near.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        var least = Math.Max(2, name.Length / 3) + 1;
        string? nearest = null;
        foreach (var other in known)
        {
            if (Math.Abs(other.Length - name.Length) < least && Distance(name, other) is var distance && distance < least)
            {
                (least, nearest) = (distance, other);
            }
        }

        return nearest is null ? "" : $" Did you mean '{nearest}'?";
    }

    /// <summary>Letters added, dropped, replaced or swapped with a neighbour; case does not count.</summary>
    private static int Distance(string left, string right)
    {
        var distances = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                var isSame = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]);
                var least = Math.Min(Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1, distances[i - 1, j - 1] + (isSame ? 0 : 1));
                distances[i, j] = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] ? Math.Min(least, distances[i - 2, j - 2] + 1) : least;
            }
        }

        return distances[left.Length, right.Length];
    }
}
