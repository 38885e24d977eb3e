using Actors.Jobs.Queues;
using Actors.Jobs.Searching;

namespace Actors.Jobs;

/// <summary>Changes of all jobs that match: counted first, then changed part by part, by the owners of the queues and in the history.</summary>
public sealed partial class JobSystem
{
    /// <summary>So many jobs are changed by one request.</summary>
    private const int JobsInAPart = 1_000;

    /// <summary>So many finished jobs are run again at a time.</summary>
    private const int RepetitionsAtOnce = 64;

    private static readonly JobState[] FinalStates = [JobState.Succeeded, JobState.Failed, JobState.Cancelled];

    /// <inheritdoc/>
    public Task<BulkResult> CancelManyAsync(JobFilter filter, long atMost, string? reason = null, CancellationToken cancellationToken = default) =>
        ChangeManyAsync(filter, atMost, BulkKind.Cancel, reason, cancellationToken);

    /// <inheritdoc/>
    public Task<BulkResult> RetryManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        ChangeManyAsync(filter, atMost, BulkKind.Retry, null, cancellationToken);

    /// <inheritdoc/>
    public Task<BulkResult> RunAgainManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        ChangeManyAsync(filter, atMost, BulkKind.RunAgain, null, cancellationToken);

    /// <inheritdoc/>
    public Task<BulkResult> DeleteManyAsync(JobFilter filter, long atMost, CancellationToken cancellationToken = default) =>
        ChangeManyAsync(filter, atMost, BulkKind.Delete, null, cancellationToken);

    /// <summary>The filter, and only of jobs that can be changed so.</summary>
    /// <exception cref="ArgumentException">It cannot be used for that.</exception>
    internal static JobFilter Narrow(JobFilter filter, BulkKind kind)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Validate(nameof(filter));
        if (filter is { IsEmpty: true, IsEverything: false })
        {
            throw new ArgumentException(
                "The filter matches every job of every queue, and nothing was changed. Name a queue, a type, a state or the like; or say JobFilter.Everything if all are meant.", nameof(filter));
        }

        var (changeable, word) = kind switch
        {
            BulkKind.Cancel => (Enum.GetValues<JobState>().Except(FinalStates), "cancelled"),
            BulkKind.Retry => ([JobState.Scheduled, JobState.Retrying, JobState.Parked, JobState.Quarantined], "retried now"),
            BulkKind.Move => (Enum.GetValues<JobState>().Except([JobState.Running, .. FinalStates]), "moved"),
            BulkKind.RunAgain => (filter.States.Count == 0 ? [JobState.Failed] : FinalStates, "run again"),
            _ => (Enum.GetValues<JobState>(), "deleted"),
        };
        JobState[] states = [.. changeable.Where(state => filter.States.Count == 0 || filter.States.Contains(state))];
        return states.Length > 0
            ? filter with { States = states }
            : throw new ArgumentException(
                $"The filter names only jobs that are {string.Join(" or ", filter.States.Distinct())}, which cannot be {word}; those that are {string.Join(", ", changeable)} can. Nothing was changed.",
                nameof(filter));
    }

    /// <param name="filter">Which jobs.</param>
    /// <param name="atMost">How many are expected.</param>
    /// <param name="kind">What is done to them.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="to">The queue that they go to; null when they stay in theirs.</param>
    private async Task<BulkResult> ChangeManyAsync(JobFilter filter, long atMost, BulkKind kind, string? reason, CancellationToken cancellationToken, string? to = null)
    {
        var narrowed = Narrow(filter, kind);
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        var query = Query(narrowed);
        return query.Args.Count > 0 || kind == BulkKind.RunAgain
            ? await ChangeFoundAsync(query, atMost, kind, reason, to, cancellationToken)
            : await ChangeMatchingAsync(query, atMost, kind, reason, to, cancellationToken);
    }

    /// <summary>Their owners find the jobs themselves.</summary>
    private async Task<BulkResult> ChangeMatchingAsync(JobQuery query, long atMost, BulkKind kind, string? reason, string? to, CancellationToken cancellationToken)
    {
        var queues = _queues.Keys.Where(queue => queue != to && (query.Filter.Queue is null || query.Filter.Queue == queue)).ToList();
        var live = await Task.WhenAll(queues.Select(queue => ChangeQueueAsync(queue, new QueueMessage.SearchJobs(query, 0, null), cancellationToken)));
        var history = kind == BulkKind.Delete ? InHistory(query) : null;
        var finished = history is null ? 0 : await History.CountAsync(history, cancellationToken);
        var progress = new BulkProgress(finished + live.Sum(found => found.Count), atMost);
        RequireHistory(finished > 0);
        return await progress.RunAsync(async () =>
        {
            var leaving = 0L;
            for (var i = 0; i < queues.Count; i++)
            {
                leaving += await ChangeLiveAsync(queues[i], query, kind, reason, to, live[i], progress, cancellationToken);
            }

            if (history is not null && finished + leaving > 0)
            {
                RequireHistory(true);
                await DeleteFinishedAsync(history, finished + leaving, progress, cancellationToken);
            }
        });
    }

    /// <returns>How many that match are on their way to the history, or were.</returns>
    private async Task<long> ChangeLiveAsync(
        string queue, JobQuery query, BulkKind kind, string? reason, string? to, QueueMessage.JobsFound counted, BulkProgress progress, CancellationToken cancellationToken)
    {
        var (left, leaving) = (counted.Count, 0L);
        for (long? from = 0; from is { } number && left > 0;)
        {
            var part = (int)Math.Min(JobsInAPart, left);
            var changed = await ChangeQueueAsync(queue, new QueueMessage.ChangeJobs(query, kind, reason, number, counted.End, part) { To = to }, cancellationToken);
            progress.Changed += changed.Changed;
            await AwaitHistoryAsync(queue, changed.Leaving, cancellationToken);
            leaving += changed.Leaving.Count;
            left -= changed.Changed + changed.Leaving.Count;
            from = changed.Next;
        }

        return leaving;
    }

    private async Task DeleteFinishedAsync(HistoryFilter history, long left, BulkProgress progress, CancellationToken cancellationToken)
    {
        JobPosition? before = null;
        while (left > 0)
        {
            var page = await History.SearchAsync(history, (int)Math.Min(JobsInAPart, left), before, cancellationToken);
            if (page.Count == 0)
            {
                return;
            }

            progress.Changed += await History.DeleteAsync([.. page.Select(job => job.Id)], cancellationToken);
            left -= page.Count;
            before = new JobPosition(page[^1].EnqueuedAt, page[^1].Id);
        }
    }

    /// <summary>The jobs must be read to know whether they match, or what is to be enqueued.</summary>
    private async Task<BulkResult> ChangeFoundAsync(JobQuery query, long atMost, BulkKind kind, string? reason, string? to, CancellationToken cancellationToken)
    {
        var found = await FindAllAsync(query, cancellationToken);
        found.RemoveAll(job => job.Queue == to);
        var progress = new BulkProgress(found.Count, atMost);
        RequireHistory(kind == BulkKind.Delete && found.Any(job => job.IsFinished));
        return await progress.RunAsync(async () =>
        {
            if (kind == BulkKind.RunAgain)
            {
                await RepeatAsync(found, progress, cancellationToken);
                return;
            }

            foreach (var part in found.Where(job => !job.IsFinished || kind == BulkKind.Delete).Chunk(JobsInAPart))
            {
                List<JobId> finished = [.. part.Where(job => job.IsFinished).Select(job => job.Id)];
                foreach (var ofQueue in part.Where(job => !job.IsFinished).GroupBy(job => job.Queue, job => job.Id))
                {
                    var changed = await ChangeQueueAsync(
                        ofQueue.Key, new QueueMessage.ChangeJobs(query, kind, reason, 0, long.MaxValue, JobsInAPart) { Ids = [.. ofQueue], To = to }, cancellationToken);
                    progress.Changed += changed.Changed;
                    if (kind == BulkKind.Delete)
                    {
                        await AwaitHistoryAsync(ofQueue.Key, changed.Leaving, cancellationToken);
                        finished.AddRange(changed.Leaving);
                    }
                }

                if (finished.Count > 0)
                {
                    RequireHistory(true);
                    progress.Changed += await History.DeleteAsync(finished, cancellationToken);
                }
            }
        });
    }

    private async Task<List<(string Queue, JobId Id, bool IsFinished)>> FindAllAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var found = new List<(string, JobId, bool)>();
        JobPosition? before = null;
        do
        {
            var jobs = new List<JobStatus>();
            before = await FindOlderAsync(query, MaxPage, before, jobs, cancellationToken);
            found.AddRange(jobs.Select(job => (job.Queue, job.Id, job.FinishedAt is not null)));
        }
        while (before is not null);

        return found;
    }

    private async Task RepeatAsync(List<(string Queue, JobId Id, bool IsFinished)> found, BulkProgress progress, CancellationToken cancellationToken)
    {
        foreach (var part in found.Chunk(RepetitionsAtOnce))
        {
            // One that fails must not leave others running unobserved: all are waited for.
            await Task.WhenAll(part.Select(job => RepeatAsync(job.Queue, job.Id, progress, cancellationToken)));
        }
    }

    private async Task RepeatAsync(string queue, JobId id, BulkProgress progress, CancellationToken cancellationToken)
    {
        await AwaitHistoryAsync(queue, id, cancellationToken);
        if (await History.FindAsync(id, cancellationToken) is { } finished
            && await FindAsync(RepetitionOf(finished.Id, finished.FinishedAt), cancellationToken) is null)
        {
            await RunAgainAsync(finished, cancellationToken);
            progress.AddOne();
        }
    }

    private async Task AwaitHistoryAsync(string queue, IReadOnlyList<JobId> leaving, CancellationToken cancellationToken)
    {
        foreach (var id in leaving)
        {
            await AwaitHistoryAsync(queue, id, cancellationToken);
        }
    }

    private void RequireHistory(bool isNeeded)
    {
        if (isNeeded && !IsOwner)
        {
            throw new QueueUnavailableException(
                "*", new NotSupportedException("finished jobs match, and another process owns the history. Delete them there, or name states of jobs that have not finished."));
        }
    }

    /// <summary>How far a change of many jobs is.</summary>
    private sealed class BulkProgress
    {
        private readonly long _matched;
        private long _changed;

        public BulkProgress(long matched, long atMost)
        {
            _matched = matched;
            if (matched > atMost)
            {
                throw new TooManyJobsException(matched, atMost);
            }
        }

        public long Changed
        {
            get => Volatile.Read(ref _changed);
            set => Volatile.Write(ref _changed, value);
        }

        public void AddOne() => Interlocked.Increment(ref _changed);

        public async Task<BulkResult> RunAsync(Func<Task> change)
        {
            try
            {
                await change();
                return new BulkResult(_matched, Changed);
            }
            catch (JobException cause) when (Changed > 0)
            {
                throw new BulkInterruptedException(new BulkResult(_matched, Changed), cause);
            }
        }
    }
}
