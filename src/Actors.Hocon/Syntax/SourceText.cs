namespace Actors.Hocon.Syntax;

/// <summary>One text that is parsed: a file, a string, or a place without text such as an environment variable.</summary>
/// <remarks>Nodes and values keep only an offset; lines and columns are worked out when somebody asks.</remarks>
internal sealed class SourceText(string name, string text, string? path = null)
{
    private int[]? _lineStarts;

    /// <summary>What the user calls it; printed in errors.</summary>
    public string Name { get; } = name;

    public string Text { get; } = text.StartsWith('\uFEFF') ? text[1..] : text;

    /// <summary>The full path, which relative includes start from; null for a string.</summary>
    public string? Path { get; } = path;

    /// <summary>Whether there are lines to point at.</summary>
    public bool HasLines { get; private init; } = true;

    /// <summary>A place that has a name but no lines.</summary>
    public static SourceText Without(string name) => new(name, string.Empty) { HasLines = false };

    /// <summary>The 1-based line and column of an offset; (0, 0) for a place without lines.</summary>
    public (int Line, int Column) GetPosition(int offset)
    {
        if (!HasLines)
        {
            return (0, 0);
        }

        var starts = GetLineStarts();
        var index = Array.BinarySearch(starts, offset);
        var line = index >= 0 ? index : ~index - 1;
        return (line + 1, offset - starts[line] + 1);
    }

    /// <summary>A line without its line end.</summary>
    public string GetLine(int line)
    {
        if (!HasLines)
        {
            return string.Empty;
        }

        var starts = GetLineStarts();
        var start = starts[line - 1];
        var end = line < starts.Length ? starts[line] - 1 : Text.Length;
        return end > start && Text[end - 1] == '\r' ? Text[start..(end - 1)] : Text[start..end];
    }

    private int[] GetLineStarts()
    {
        if (_lineStarts is { } known)
        {
            return known;
        }

        var starts = new List<int> { 0 };
        for (var at = Text.IndexOf('\n'); at >= 0; at = Text.IndexOf('\n', at + 1))
        {
            starts.Add(at + 1);
        }

        return _lineStarts = [.. starts];
    }
}
