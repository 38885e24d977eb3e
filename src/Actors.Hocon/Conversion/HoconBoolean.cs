namespace Actors.Hocon.Conversion;

/// <summary>The six words of the specification.</summary>
internal static class HoconBoolean
{
    public const string Expected = "true, yes, on, false, no or off";

    public static bool TryParse(string text, out bool value)
    {
        value = text is "true" or "yes" or "on";
        return value || text is "false" or "no" or "off";
    }
}
