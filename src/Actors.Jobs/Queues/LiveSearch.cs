using Actors.Jobs.Searching;

namespace Actors.Jobs.Queues;

/// <summary>A search among the live jobs of a queue, done in slices from the newest to the oldest chunk while the jobs go on.</summary>
internal sealed class LiveSearch
{
    /// <summary>What stepping over a chunk costs, in entries.</summary>
    private const int CostOfChunk = 8;

    private readonly QueueState _state;
    private readonly LiveFilter _filter;
    private readonly int _limit;
    private readonly long _beforeMs;
    private readonly JobId _before;
    private readonly bool _hasBefore;

    // The oldest is the first to go. Chunks are in the order of time, but jobs of one moment are in the order of their ids.
    private readonly PriorityQueue<long, (long Ms, JobId Id)> _found = new();
    private long _chunk = long.MaxValue;

    /// <param name="state">The jobs.</param>
    /// <param name="query">What to look for.</param>
    /// <param name="limit">How many to find; 0 only counts.</param>
    /// <param name="before">Only older jobs than this.</param>
    public LiveSearch(QueueState state, JobQuery query, int limit, JobPosition? before)
    {
        _state = state;
        _filter = new LiveFilter(state, query);
        _limit = limit;
        Query = query;
        if (before is { } position)
        {
            (_hasBefore, _beforeMs, _before) = (true, position.EnqueuedAt.ToUnixTimeMilliseconds(), position.Id);
        }
    }

    public JobQuery Query { get; }

    /// <summary>How many match.</summary>
    public long Count { get; private set; }

    /// <summary>The first job that was not durable when it was begun.</summary>
    public required long End { get; init; }

    /// <summary>Whether there may be more than were found: the limit was reached.</summary>
    public bool IsFull => _limit > 0 && _found.Count == _limit;

    /// <summary>Whether it looks at the jobs of this state, and not at those that an earlier instance of the owner had.</summary>
    public bool IsOf(QueueState state) => ReferenceEquals(_state, state);

    /// <summary>Goes on for about so many entries.</summary>
    /// <param name="entries">How many to look at.</param>
    /// <param name="endOfDurable">Jobs from this number on are not durable yet, and do not exist for others.</param>
    /// <returns>False when all have been looked at.</returns>
    public bool Run(int entries, long endOfDurable)
    {
        if (_filter.CannotMatch)
        {
            return false;
        }

        while (entries > 0)
        {
            if (_state.Jobs.ChunkBefore(ref _chunk) is not { } chunk)
            {
                return false;
            }

            entries -= CostOfChunk;
            if (_filter.MayMatch(chunk) && IsInReach(chunk))
            {
                entries -= chunk.Entries.Length;
                Look(chunk, endOfDurable);
            }
        }

        return true;
    }

    /// <summary>The numbers of the jobs that were found, newest first. Some may have gone since.</summary>
    public List<(long Number, JobPosition Position)> TakeFound()
    {
        var found = new List<(long, JobPosition)>(_found.Count);
        while (_found.TryDequeue(out var number, out var position))
        {
            found.Add((number, new JobPosition(DateTimeOffset.FromUnixTimeMilliseconds(position.Ms), position.Id)));
        }

        found.Reverse();
        return found;
    }

    /// <summary>Whether a job that was found is still there and what was looked for.</summary>
    public bool StillMatches(long number)
    {
        if (_filter.CannotMatch || !_state.Jobs.Contains(number) || !_filter.Matches(_state.Jobs[number]))
        {
            return false;
        }

        var chunk = _state.Jobs.ChunkOf(number, out var place);
        return _filter.MatchesBeside(chunk, place, number);
    }

    private bool IsInReach(JobChunk chunk) => !(_hasBefore && chunk.FirstEnqueuedMs > _beforeMs)
        && !(_limit > 0 && _found.Count == _limit && _found.TryPeek(out _, out var oldest) && chunk.LastEnqueuedMs < oldest.Ms);

    private void Look(JobChunk chunk, long endOfDurable)
    {
        var entries = chunk.Entries;
        var states = 0u;
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            ref readonly var entry = ref entries[i];
            states |= 1u << (int)entry.State;
            if (!_filter.Matches(entry) || (_hasBefore && !IsBefore(entry)))
            {
                continue;
            }

            var place = chunk.PlaceOf(i);
            var number = JobTable.FirstOf(_chunk) + place;
            if (number < endOfDurable && _filter.MatchesBeside(chunk, place, number))
            {
                Note(number, (entry.EnqueuedAtMs, entry.Id));
            }
        }

        chunk.KeepStates(states);
    }

    private bool IsBefore(in JobEntry entry) =>
        entry.EnqueuedAtMs < _beforeMs || (entry.EnqueuedAtMs == _beforeMs && entry.Id.CompareTo(_before) < 0);

    private void Note(long number, (long Ms, JobId Id) position)
    {
        Count++;
        if (_found.Count < _limit)
        {
            _found.Enqueue(number, position);
        }
        else if (_limit > 0)
        {
            _found.EnqueueDequeue(number, position);
        }
    }
}
