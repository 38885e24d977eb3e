namespace Actors.Jobs.Queues;

/// <summary>The attempts that decide whether a queue that had paused itself goes on.</summary>
internal sealed class QueueTrial(int attempts, double failureRate)
{
    private readonly int _mostFailures = Math.Max(1, (int)Math.Ceiling(failureRate * attempts));
    private readonly HashSet<long> _running = [];

    public int Attempts => attempts;

    public int Successes { get; private set; }

    public int Failures { get; private set; }

    /// <summary>Whether no more may begin until these have ended.</summary>
    public bool IsFull => _running.Count + Successes + Failures >= attempts;

    public bool HasFailed => Failures >= _mostFailures;

    /// <summary>Whether it cannot fail any more, whatever becomes of the others.</summary>
    public bool HasPassed => attempts - Successes < _mostFailures;

    public void Begin(long number) => _running.Add(number);

    /// <summary>An attempt has ended in a way that says nothing, or has not begun after all: another takes its place.</summary>
    public void GiveBack(long number) => _running.Remove(number);

    /// <summary>Attempts that had begun before the pause say nothing about the time after it.</summary>
    public void Succeeded(long number) => Successes += _running.Remove(number) ? 1 : 0;

    public void Failed(long number) => Failures += _running.Remove(number) ? 1 : 0;
}
