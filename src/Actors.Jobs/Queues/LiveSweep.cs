using Actors.Jobs.Searching;

namespace Actors.Jobs.Queues;

/// <summary>Goes through the live jobs that match, from the oldest number to the newest, in slices, while what it finds is changed.</summary>
internal sealed class LiveSweep(QueueState state, JobQuery query, long from, long through)
{
    /// <summary>What stepping over a chunk costs, in entries.</summary>
    private const int CostOfChunk = 8;

    private readonly LiveFilter _filter = new(state, query);
    private long _next = Math.Max(0, from);

    /// <summary>Where to go on; null at the end.</summary>
    public long? Next => IsAtEnd ? null : _next;

    /// <summary>How many of them were changed.</summary>
    public int Changed { get; set; }

    /// <summary>Who waits for those that go to another queue; null when none do.</summary>
    public QueueActor.MoveRequest? Moves { get; set; }

    /// <summary>Those of them that have finished and are not in the history yet.</summary>
    public List<JobId> Leaving { get; } = [];

    public bool IsAtEnd { get; private set; }

    /// <summary>Whether it goes through the jobs of this state, and not through those that an earlier instance of the owner had.</summary>
    public bool IsOf(QueueState other) => ReferenceEquals(state, other);

    /// <summary>Whether a job is there and matches.</summary>
    public bool Matches(long number)
    {
        if (_filter.CannotMatch || !_filter.Matches(state.Jobs[number]))
        {
            return false;
        }

        var chunk = state.Jobs.ChunkOf(number, out var place);
        return _filter.MatchesBeside(chunk, place, number);
    }

    /// <summary>The next job that matches.</summary>
    /// <param name="entries">How many entries may be looked at; what was is taken off.</param>
    /// <param name="number">Its number.</param>
    /// <returns>False when the entries are used up, or at the end.</returns>
    public bool TryNext(ref int entries, out long number)
    {
        while (entries > 0 && _next < through)
        {
            var chunkNumber = JobTable.ChunkNumber(_next);
            var first = chunkNumber;
            if (_filter.CannotMatch || state.Jobs.ChunkFrom(ref chunkNumber) is not { } chunk || JobTable.FirstOf(chunkNumber) >= through)
            {
                break;
            }

            _next = chunkNumber == first ? _next : JobTable.FirstOf(chunkNumber);
            entries -= CostOfChunk;
            var end = Math.Min(through, JobTable.FirstOf(chunkNumber + 1));
            if (!_filter.MayMatch(chunk))
            {
                _next = end;
                continue;
            }

            while (_next < end)
            {
                entries--;
                number = _next++;
                if (state.Jobs.Contains(number) && Matches(number))
                {
                    return true;
                }
            }
        }

        number = 0;
        IsAtEnd = entries > 0 || _next >= through;
        return false;
    }
}
