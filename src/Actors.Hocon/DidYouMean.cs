namespace Actors.Hocon;

/// <summary>Finds the word that somebody probably meant.</summary>
public static class DidYouMean
{
    private const int LongestWord = 64;

    /// <summary>The candidate nearest to the word, or null when none is near.</summary>
    /// <remarks>Near means at most one slip (a letter too many, too few, wrong, or two swapped) for every three letters
    /// of the word, and at least one. A difference in case only always counts as near.</remarks>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        string? nearest = null;
        var best = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            if (string.Equals(word, candidate, StringComparison.OrdinalIgnoreCase))
            {
                return candidate;
            }

            if (word.Length <= LongestWord && Math.Abs(word.Length - candidate.Length) < best
                && Distance(word, candidate) is var distance && distance < best)
            {
                best = distance;
                nearest = candidate;
            }
        }

        return nearest;
    }

    /// <summary><c>did you mean 'x'?</c>, or null when no candidate is near.</summary>
    public static string? Suggest(string word, IEnumerable<string> candidates) =>
        Nearest(word, candidates) is { } nearest ? $"did you mean '{nearest}'?" : null;

    /// <summary>The number of slips between two words: letters added, dropped, replaced, or swapped with a neighbour.</summary>
    public static int Distance(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            previous[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                var cost = Math.Min(replaced, Math.Min(previous[column], current[column - 1]) + 1);
                if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
                {
                    cost = Math.Min(cost, before[column - 2] + 1);
                }

                current[column] = cost;
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[right.Length];
    }
}
