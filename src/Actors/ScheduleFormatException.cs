namespace Actors;

/// <summary>A text is no schedule. The message says what was expected, and marks the place.</summary>
public sealed class ScheduleFormatException : FormatException
{
    /// <summary>Names the fault and its place.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="position">Where the fault begins, from 0.</param>
    /// <param name="length">How many characters it has; at least one is marked.</param>
    /// <param name="fault">What is wrong, and what was expected.</param>
    public ScheduleFormatException(string text, int position, int length, string fault)
        : base($"{fault}{Environment.NewLine}  {Line(text)}{Environment.NewLine}  {new string(' ', position)}{new string('^', Math.Max(1, length))}")
    {
        Text = text;
        Position = position;
        Length = length;
        Fault = fault;
    }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>Where the fault begins, from 0.</summary>
    public int Position { get; }

    /// <summary>How many characters it has.</summary>
    public int Length { get; }

    /// <summary>What is wrong, and what was expected, in one line.</summary>
    public string Fault { get; }

    /// <summary>On one line, or the mark would be in the wrong place.</summary>
    private static string Line(string text) => string.Create(text.Length, text, (line, text) =>
    {
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }
    });
}
