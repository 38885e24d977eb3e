using System.Globalization;

namespace Actors.Hocon.Resolution;

/// <summary>Objects that stand for lists: <c>{ "0" : a, "1" : b }</c>.</summary>
internal static class NumericKeys
{
    /// <summary>The keys that are whole numbers, by value. Gaps close; other keys do not count.</summary>
    public static IEnumerable<string> InOrder(IEnumerable<string> keys) => keys
        .Where(static key => IndexOf(key) >= 0)
        .OrderBy(IndexOf);

    private static int IndexOf(string key) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;
}
