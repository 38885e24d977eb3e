namespace Actors.Services.Processes;

/// <summary>The last lines of a program. Thread-safe.</summary>
internal sealed class OutputRing(int capacity)
{
    private const int MaxChars = 1_000_000;

    private readonly Queue<OutputLine> _lines = new();
    private int _chars;
    private long _count;

    public void Add(OutputLine line)
    {
        lock (_lines)
        {
            _lines.Enqueue(line with { Number = ++_count });
            _chars += line.Text.Length;
            while (_lines.Count > capacity || _chars > MaxChars)
            {
                _chars -= _lines.Dequeue().Text.Length;
            }
        }
    }

    public IReadOnlyList<OutputLine> Last(int count)
    {
        lock (_lines)
        {
            return [.. _lines.Skip(Math.Max(0, _lines.Count - Math.Max(0, count)))];
        }
    }

    /// <summary>The last line that says something, of standard error if there is one.</summary>
    public OutputLine? LastWords()
    {
        lock (_lines)
        {
            return _lines.LastOrDefault(line => line.IsError && line.Text.Length > 0) ?? _lines.LastOrDefault(line => line.Text.Length > 0);
        }
    }
}
