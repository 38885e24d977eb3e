namespace Actors.Services;

/// <summary>A line that a program has printed.</summary>
/// <param name="At">When it was read.</param>
/// <param name="IsError">Whether it came from standard error.</param>
/// <param name="Text">The line, without its end; of a longer one, at most 8,192 characters at a time.</param>
public sealed record OutputLine(DateTimeOffset At, bool IsError, string Text)
{
    /// <summary>Which line of the service it is, counted from 1 since it was registered.</summary>
    public long Number { get; init; }
}
