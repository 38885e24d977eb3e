namespace Actors.Hocon.Tests;

/// <summary>Short ways to parse a snippet without touching disk or environment.</summary>
internal static class Snippet
{
    public static readonly HoconOptions Closed = new() { Environment = static _ => null };

    public static HoconObject Parse(string text) => HoconDocument.Parse(text, "test.conf", Closed).Root;

    public static string Json(string text) => HoconDocument.Parse(text, "test.conf", Closed).Value.ToString();

    public static HoconException Fail(string text, HoconOptions? options = null) =>
        Should.Throw<HoconException>(() => HoconDocument.Parse(text, "test.conf", options ?? Closed));

    public static HoconOptions WithEnvironment(params (string Name, string Value)[] variables)
    {
        var values = variables.ToDictionary(static v => v.Name, static v => v.Value);
        return Closed with { Environment = values.GetValueOrDefault };
    }
}
