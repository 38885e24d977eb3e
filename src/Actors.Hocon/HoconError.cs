using System.Text;

namespace Actors.Hocon;

/// <summary>One thing that is wrong with a document, and where.</summary>
/// <param name="Origin">The place the caret points at.</param>
/// <param name="Message">What is wrong, with the values concerned.</param>
/// <param name="Expected">What would have been right, or what to do; null when the message says it all.</param>
public sealed record HoconError(HoconOrigin Origin, string Message, string? Expected = null)
{
    private const int Window = 100;

    /// <summary>The file, or the name of the text.</summary>
    public string File => Origin.File;

    /// <summary>1-based; 0 when the place has no lines.</summary>
    public int Line => Origin.Line;

    /// <summary>1-based, in UTF-16 code units; 0 when the place has no lines.</summary>
    public int Column => Origin.Column;

    /// <summary>The line as written; empty when the place has no lines.</summary>
    public string SourceLine => Origin.SourceLine;

    /// <summary>The error as it is printed: position and message, the line, a caret below it, and what was expected.</summary>
    /// <remarks>A line longer than 100 characters is cut around the caret; tabs are kept so that the caret stays below
    /// its character.</remarks>
    public override string ToString()
    {
        var builder = new StringBuilder().Append(Origin).Append(": ").Append(Message);
        if (Line == 0)
        {
            return Expected is null ? builder.ToString() : builder.Append(" (").Append(Expected).Append(')').ToString();
        }

        var (shown, caret) = Cut(SourceLine, Column - 1);
        var number = Line.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(5);
        builder.Append('\n').Append(number).Append(" | ").Append(shown);
        builder.Append('\n').Append(' ', 5).Append(" | ");
        foreach (var c in shown.AsSpan(0, caret))
        {
            builder.Append(c == '\t' ? '\t' : ' ');
        }

        builder.Append('^');
        if (Expected is not null)
        {
            builder.Append('\n').Append(' ', 5).Append(" = ").Append(Expected);
        }

        return builder.ToString();
    }

    private static (string Shown, int Caret) Cut(string line, int caret)
    {
        caret = Math.Min(caret, line.Length);
        if (line.Length > Window)
        {
            var start = Math.Clamp(caret - (Window / 2), 0, line.Length - Window);
            var head = start > 0 ? "…" : string.Empty;
            var tail = start + Window < line.Length ? "…" : string.Empty;
            line = string.Concat(head, line.AsSpan(start, Window), tail);
            caret = caret - start + head.Length;
        }

        var clean = string.Create(line.Length, line, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(text[i]) && text[i] != '\t' ? '\uFFFD' : text[i];
            }
        });
        return (clean, caret);
    }
}
