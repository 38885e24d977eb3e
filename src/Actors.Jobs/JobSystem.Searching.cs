using Actors.Jobs.Queues;
using Actors.Jobs.Searching;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>Searches: the live jobs are asked of the owners of the queues, then the finished ones of the history.</summary>
public sealed partial class JobSystem
{
    /// <summary>When arguments must be read, so many jobs of the history are looked into for one round.</summary>
    private const int MaxHistoryRead = 500;

    /// <summary>After so many rounds of reading arguments a part is returned as it is, with where to go on.</summary>
    private const int MaxRounds = 16;

    /// <inheritdoc/>
    public async Task<JobSearchPage> SearchAsync(JobFilter filter, int limit = 100, string? cursor = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Validate(nameof(filter));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        JobPosition? before = cursor is null ? null : SearchCursor.Read(cursor);
        var query = Query(filter);
        var jobs = new List<JobStatus>();
        for (var round = 0; round < MaxRounds; round++)
        {
            before = await FindOlderAsync(query, limit, before, jobs, cancellationToken);
            if (before is null || jobs.Count == limit)
            {
                break;
            }
        }

        return new JobSearchPage(jobs, before is { } next ? SearchCursor.Write(next) : null);
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync(JobFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Validate(nameof(filter));
        var query = Query(filter);
        if (query.Args.Count > 0)
        {
            return await CountByReadingAsync(query, cancellationToken);
        }

        var live = await SearchLiveAsync(query, 0, null, cancellationToken);
        var finished = InHistory(query) is { } history ? await History.CountAsync(history, cancellationToken) : 0;
        return finished + live.Sum(found => found.Count);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(JobFilter filter, int limit = 20, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Validate(nameof(filter));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var query = Query(filter);
        if (query.Args.Count > 0)
        {
            throw new ArgumentException(
                $"Errors cannot be counted by '{query.Args[0].Path}', which no job type of this process declares with [Index]. Search for the jobs instead.", nameof(filter));
        }

        return InHistory(query) is { } history ? await History.CountErrorsAsync(history, limit, cancellationToken) : [];
    }

    private async Task<long> CountByReadingAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var count = 0L;
        JobPosition? before = null;
        do
        {
            var jobs = new List<JobStatus>();
            before = await FindOlderAsync(query, MaxPage, before, jobs, cancellationToken);
            count += jobs.Count;
        }
        while (before is not null);

        return count;
    }

    private JobQuery Query(JobFilter filter)
    {
        if (filter.Queue is not null)
        {
            Queue(filter.Queue);
        }

        var isIndexed = filter.Args.ToLookup(arg => _types.Indexes(filter.Type, arg.Path));
        return new JobQuery(filter, [.. isIndexed[true].Select(arg => Mark.OfArg(arg.Path, arg.Value))], [.. isIndexed[false]]);
    }

    /// <summary>What the job has beside its arguments, and what they are found by.</summary>
    private static JobTraits? Indexed(JobType type, byte[] args, JobTraits? traits) => type.Indexed.Count == 0
        ? traits
        : (traits ?? new JobTraits()) with { IndexedArgs = ArgReader.Marks(args, type.Indexed) };

    /// <summary>Adds the jobs that match and are older than a position, newest first, up to a limit of jobs in the list.</summary>
    /// <returns>How far that went; null when there is nothing older.</returns>
    private async Task<JobPosition?> FindOlderAsync(
        JobQuery query, int limit, JobPosition? before, List<JobStatus> jobs, CancellationToken cancellationToken)
    {
        // In this order: a job leaves its owner when it is in the history.
        var live = await SearchLiveAsync(query, limit, before, cancellationToken);
        var finished = await SearchHistoryAsync(query, limit, before, cancellationToken);

        // Where one stopped, others may have gone further: what is older than that comes in the next part.
        var through = live.Select(found => found.Through).Append(finished.Through).Max();
        var byId = new Dictionary<JobId, JobStatus>();
        foreach (var job in live.SelectMany(found => found.Jobs).Concat(finished.Jobs))
        {
            if (through is not { } last || PositionOf(job).CompareTo(last) >= 0)
            {
                byId[job.Id] = job; // What the history says was later.
            }
        }

        foreach (var job in byId.Values.OrderByDescending(PositionOf))
        {
            if (jobs.Count == limit)
            {
                return PositionOf(jobs[^1]);
            }

            jobs.Add(job);
        }

        return through;
    }

    private async Task<QueueMessage.JobsFound[]> SearchLiveAsync(JobQuery query, int limit, JobPosition? before, CancellationToken cancellationToken)
    {
        var search = new QueueMessage.SearchJobs(query, limit, before);
        var queues = _queues.Keys.Where(queue => query.Filter.Queue is null || query.Filter.Queue == queue);
        return await Task.WhenAll(queues.Select(queue => ChangeQueueAsync(queue, search, cancellationToken)));
    }

    private async Task<(IEnumerable<JobStatus> Jobs, JobPosition? Through)> SearchHistoryAsync(
        JobQuery query, int limit, JobPosition? before, CancellationToken cancellationToken)
    {
        if (InHistory(query) is not { } filter)
        {
            return ([], null);
        }

        var read = query.Args.Count > 0 ? MaxHistoryRead : limit;
        var found = await History.SearchAsync(filter, read, before, cancellationToken);
        var matching = query.Args.Count == 0 ? found : found.Where(job => query.Args.All(arg => ArgReader.Has(job.Args.Span, arg)));
        return (matching.Select(job => Status(job) with { Result = null }), found.Count < read ? null : new JobPosition(found[^1].EnqueuedAt, found[^1].Id));
    }

    /// <summary>Null when no finished job can match.</summary>
    private static HistoryFilter? InHistory(JobQuery query)
    {
        var states = Enum.GetValues<JobState>().Where(state => (query.States & JobQuery.FinalStates & 1u << (int)state) != 0).ToArray();
        var filter = query.Filter;
        return states.Length == 0
            ? null
            : new HistoryFilter
            {
                Queue = filter.Queue,
                Type = filter.Type,
                States = states.Length == 3 ? [] : states,
                Key = filter.Key,
                Tag = filter.Tag,
                IndexedArgs = query.Marks,
                ErrorFingerprint = filter.ErrorFingerprint,
                EnqueuedFrom = filter.EnqueuedFrom,
                EnqueuedBefore = filter.EnqueuedBefore,
                FinishedFrom = filter.FinishedFrom,
                FinishedBefore = filter.FinishedBefore,
            };
    }

    private static JobPosition PositionOf(JobStatus job) => new(job.EnqueuedAt, job.Id);

    private static JobStatus Status(FinishedJob finished) => new(
        finished.Id,
        finished.Queue,
        finished.Type,
        finished.State,
        finished.Attempts,
        finished.EnqueuedAt,
        null,
        finished.FinishedAt,
        finished.Error)
    {
        Key = finished.Key,
        Tags = TagList.Of(finished.Tags),
        Result = finished.Result,
        CopyOf = finished.CopyOf,
    };
}
