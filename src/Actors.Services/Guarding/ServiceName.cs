using System.Buffers;
using System.IO.Enumeration;

namespace Actors.Services.Guarding;

/// <summary>The rules of names and patterns, and what is said of wrong ones.</summary>
internal static class ServiceName
{
    private const int MaxLength = 100;
    private const int MaxListed = 12;

    private static readonly SearchValues<char> Legal = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    public static IEnumerable<string> Faults(string name)
    {
        if (name.Length == 0)
        {
            yield return "the name is empty.";
            yield break;
        }

        if (name.Length > MaxLength)
        {
            yield return $"the name has {name.Length} characters; at most {MaxLength} are allowed.";
        }

        var illegal = name.AsSpan().IndexOfAnyExcept(Legal);
        if (illegal >= 0)
        {
            yield return $"the name has the illegal character '{name[illegal]}' at position {illegal}. Use letters, digits, '-', '_' and '.'.";
        }
        else if (!char.IsAsciiLetterOrDigit(name[0]))
        {
            yield return $"the name begins with '{name[0]}'. Begin it with a letter or a digit.";
        }
    }

    public static bool IsPattern(string service) => service.AsSpan().ContainsAny('*', '?');

    public static bool Fits(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>Such as <c>a, b and c</c>; of many the first.</summary>
    public static string List(IReadOnlyList<string> names) => names.Count switch
    {
        0 => "none",
        1 => names[0],
        <= MaxListed => $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}",
        _ => $"{string.Join(", ", names.Take(MaxListed))} and {names.Count - MaxListed} more",
    };

    public static UnknownServiceException Unknown(string service, IReadOnlyCollection<string> known)
    {
        var what = IsPattern(service) ? $"No service fits '{service}'." : $"There is no service '{service}'.";
        var guess = Nearest(service, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        var list = known.Count == 0
            ? " No services are registered."
            : " Known services: " + string.Join(", ", known.Take(MaxListed)) +
              (known.Count > MaxListed ? $" and {known.Count - MaxListed} more." : ".");
        return new UnknownServiceException(service, what + guess + list);
    }

    private static string? Nearest(string service, IEnumerable<string> known)
    {
        string? nearest = null;
        var least = Math.Max(2, service.Length / 3) + 1;
        foreach (var name in known)
        {
            if (Math.Abs(name.Length - service.Length) < least && Distance(service, name) is var distance && distance < least)
            {
                least = distance;
                nearest = name;
            }
        }

        return nearest;
    }

    /// <summary>Slips between two names: letters added, dropped, replaced or swapped with a neighbour; case does not count, because it is a likely slip.</summary>
    private static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = previous[j - 1] + (IsSame(left[i - 1], right[j - 1]) ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && IsSame(left[i - 1], right[j - 2]) && IsSame(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[right.Length];
    }

    private static bool IsSame(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
