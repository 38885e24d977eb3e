using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>How many attempts began in the last time, and how many of them were retries: counted as jobs are granted, also in replay, so that a restart forgets none.</summary>
internal sealed partial class QueueState
{
    private RetryBudgetOptions _retryBudget = new();

    /// <summary>All attempts, and among them the retries; null when those have no budget.</summary>
    public SlidingCounts? Begun { get; private set; }

    /// <summary>What is counted; it changes with the settings, and counting begins anew then.</summary>
    public RetryBudgetOptions RetryBudget
    {
        get => _retryBudget;
        set
        {
            if (_retryBudget != value)
            {
                _retryBudget = value with { };
                Begun = value.Share is null ? null : new SlidingCounts(value.Window);
            }
        }
    }

    /// <summary>Whether a retry may begin, beside others that have not begun.</summary>
    public bool MayRetry(int others = 0) => Begun is not { } begun || MayRetry(begun.First, begun.Second, others);

    public bool MayRetry(long begun, long retries, int others) => retries + others + 1 <= _retryBudget.Minimum + (_retryBudget.Share.GetValueOrDefault() * (begun + others + 1));

    /// <summary>A retry that was in line is none after all: it is due, and waits. No event: that it was in line was none either.</summary>
    public void MarkHeld(long number)
    {
        ref var entry = ref Jobs[number];
        entry.DueAtMs = entry.DueAtMs == 0 ? LastMs : entry.DueAtMs; // Somebody has let it run at once, or it was given back.
        _counts[(int)entry.State]--;
        entry.State = JobState.Retrying;
        _counts[(int)entry.State]++;
        Jobs.ChunkOf(number, out _).AddState(JobState.Retrying);
    }

    private AttemptCounts? BegunToProto() => Begun is { IsEmpty: false } begun ? begun.ToProto() : null;
}
