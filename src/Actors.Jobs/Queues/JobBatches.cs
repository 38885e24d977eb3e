using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>The batches of a queue, and what has become of their jobs: counted as those are enqueued and end, also in replay, so that nothing has to be kept in step.</summary>
internal sealed class JobBatches
{
    /// <summary>How long a batch that is over is remembered, and how many of those are.</summary>
    public const int MostCompleted = 10_000;
    private const long KeptMs = 7 * 24 * 60 * 60 * 1000L;

    private readonly Dictionary<JobId, Batch> _batches = [];
    private readonly Queue<(long AtMs, JobId Id)> _completed = new();
    private (JobId Id, JobTraits Traits)? _last;

    public bool TryGet(JobId id, out Batch batch) => _batches.TryGetValue(id, out batch!); // False when it is null.

    public void Begin(JobId id, long expected, long nowMs)
    {
        Forget(nowMs);
        if (_batches.TryAdd(id, new Batch(expected)) && expected == 0)
        {
            Complete(id, _batches[id], nowMs);
        }
    }

    /// <summary>A job of the batch is there.</summary>
    /// <returns>Its traits: most jobs of a batch have the same, which are kept once.</returns>
    public JobTraits Enqueued(JobId id, JobTraits traits)
    {
        if (_batches.TryGetValue(id, out var batch))
        {
            batch.Enqueued++;
        }

        if (_last is { } last && last.Id == id && last.Traits == traits)
        {
            return last.Traits;
        }

        if (traits.IndexedArgs.Count == 0)
        {
            _last = (id, traits);
        }

        return traits;
    }

    public void Ended(JobId id, JobState state, long nowMs)
    {
        if (!_batches.TryGetValue(id, out var batch))
        {
            return;
        }

        batch.Succeeded += state == JobState.Succeeded ? 1 : 0;
        batch.Failed += state == JobState.Failed ? 1 : 0;
        batch.Cancelled += state == JobState.Cancelled ? 1 : 0;
        if (batch.IsOver)
        {
            Complete(id, batch, nowMs);
        }
    }

    public IEnumerable<BatchCounts> ToProto(long nowMs)
    {
        Forget(nowMs);
        return _batches.OrderBy(batch => batch.Key).Select(batch => batch.Value.ToProto(batch.Key));
    }

    public void Restore(IEnumerable<BatchCounts> stored)
    {
        _batches.Clear();
        _completed.Clear();
        foreach (var counts in stored.OrderBy(batch => batch.CompletedAtMs))
        {
            var id = Processes.InboxBodies.Id(counts.Id);
            _batches[id] = new Batch(counts.Expected)
            {
                Enqueued = counts.Enqueued,
                Succeeded = counts.Succeeded,
                Failed = counts.Failed,
                Cancelled = counts.Cancelled,
                CompletedAtMs = counts.CompletedAtMs,
            };
            if (counts.CompletedAtMs != 0)
            {
                _completed.Enqueue((counts.CompletedAtMs, id));
            }
        }
    }

    private void Complete(JobId id, Batch batch, long nowMs)
    {
        batch.CompletedAtMs = Math.Max(1, nowMs);
        _completed.Enqueue((batch.CompletedAtMs, id));
    }

    private void Forget(long nowMs)
    {
        while (_completed.TryPeek(out var oldest) && (oldest.AtMs + KeptMs < nowMs || _completed.Count > MostCompleted))
        {
            _batches.Remove(_completed.Dequeue().Id);
        }
    }

    /// <summary>One batch.</summary>
    /// <param name="expected">How many jobs it is to have.</param>
    internal sealed class Batch(long expected)
    {
        public long Expected { get; } = expected;

        /// <summary>How many of them are there, or were: those with a lower place in the batch.</summary>
        public long Enqueued { get; set; }

        public long Succeeded { get; set; }

        public long Failed { get; set; }

        public long Cancelled { get; set; }

        /// <summary>0 while it is not over.</summary>
        public long CompletedAtMs { get; set; }

        /// <summary>Whether all its jobs have ended.</summary>
        public bool IsOver => Succeeded + Failed + Cancelled == Expected;

        public BatchCounts ToProto(JobId id) => new()
        {
            Id = Processes.InboxBodies.Bytes(id),
            Expected = Expected,
            Enqueued = Enqueued,
            Succeeded = Succeeded,
            Failed = Failed,
            Cancelled = Cancelled,
            CompletedAtMs = CompletedAtMs,
        };
    }
}
