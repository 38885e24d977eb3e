using System.Globalization;

namespace Actors.Cells;

/// <summary>The name of an actor among its siblings: one that it was given, or a number, which becomes text when somebody asks for it.</summary>
internal readonly struct ActorName
{
    private const char Made = '$';

    private ActorName(string? given, long number)
    {
        Given = given;
        Number = number;
    }

    /// <summary>Null when it was not given one.</summary>
    public string? Given { get; }

    public long Number { get; }

    public static ActorName Of(string given) => new(given, 0);

    public static ActorName Of(long number) => new(null, number);

    public static ActorName Parse(string text) =>
        text.StartsWith(Made) && long.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && Of(number).ToString() == text
            ? Of(number)
            : Of(text);

    public override string ToString() => Given ?? Made + Number.ToString("x", CultureInfo.InvariantCulture);
}
