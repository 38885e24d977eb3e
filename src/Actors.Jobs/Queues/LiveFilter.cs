using Actors.Jobs.Searching;

namespace Actors.Jobs.Queues;

/// <summary>A query as the owner of a queue asks it of its live jobs. Arguments that must be read are not its matter.</summary>
internal sealed class LiveFilter
{
    private readonly QueueState _state;
    private readonly JobQuery _query;
    private readonly ushort _type;
    private readonly ulong _types;
    private readonly long _enqueuedFromMs;
    private readonly long _enqueuedBeforeMs;
    private readonly long _finishedFromMs;
    private readonly long _finishedBeforeMs;
    private readonly ulong? _fingerprint;
    private readonly JobKey? _key;
    private readonly ulong _tag;

    public LiveFilter(QueueState state, JobQuery query)
    {
        _state = state;
        _query = query;
        var filter = query.Filter;
        if (filter.Type is not null)
        {
            IsHopeless = !state.TryGetType(filter.Type, out _type);
            _types = 1UL << (_type & 63);
        }

        (_enqueuedFromMs, _enqueuedBeforeMs) = Milliseconds(filter.EnqueuedFrom, filter.EnqueuedBefore);
        (_finishedFromMs, _finishedBeforeMs) = Milliseconds(filter.FinishedFrom, filter.FinishedBefore);
        _fingerprint = filter.ErrorFingerprint is { } digits ? ErrorText.Parse(digits) : null;
        IsHopeless |= _fingerprint is not null && state.HasNoErrors;
        if (filter.Key is not null)
        {
            _key = state.Keys.Find(filter.Key);
            IsHopeless |= _key is null;
        }

        _tag = filter.Tag is { } tag ? Mark.Of(tag) : 0;
        var states = Enum.GetValues<JobState>().Aggregate(0u, (bits, of) => bits | (state.Count(of) > 0 ? 1u << (int)of : 0)) & query.States;
        IsHopeless |= states == 0;
    }

    /// <summary>Whether no job can match any more. The index of a key may mean another one when no job has it any more.</summary>
    public bool CannotMatch => IsHopeless || (_key is not null && !ReferenceEquals(_state.Keys.Find(_key.Name), _key));

    private bool IsHopeless { get; }

    /// <summary>Whether one of the jobs of a chunk may match.</summary>
    public bool MayMatch(JobChunk chunk)
    {
        if ((chunk.States & _query.States) == 0
            || (_types != 0 && (chunk.Types & _types) == 0)
            || (_fingerprint is not null && (chunk.States & 1) == 0)
            || (_key is not null && !chunk.MayHave(QueueState.MarkOfKey(_key.Index)))
            || (_query.Filter.Tag is not null && !chunk.MayHave(_tag))
            || chunk.LastEnqueuedMs < _enqueuedFromMs
            || chunk.FirstEnqueuedMs >= _enqueuedBeforeMs)
        {
            return false;
        }

        foreach (var mark in _query.Marks)
        {
            if (!chunk.MayHave(mark) || !chunk.HasArg(mark))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a job matches, but for what only the job as a whole knows: see <see cref="MatchesBeside"/>.</summary>
    public bool Matches(in JobEntry entry) => entry.State != 0
        && (_query.States >> (int)entry.State & 1) != 0
        && (_types == 0 || entry.Type == _type)
        && (_key is null || entry.Key == _key.Index)
        && (_query.Filter.Tag is null || entry.HasTraits)
        && entry.EnqueuedAtMs >= _enqueuedFromMs
        && entry.EnqueuedAtMs < _enqueuedBeforeMs
        && (!_query.Filter.IsOfFinished || (entry.DueAtMs >= _finishedFromMs && entry.DueAtMs < _finishedBeforeMs));

    /// <summary>Whether a job matches in what is kept beside its entry.</summary>
    public bool MatchesBeside(JobChunk chunk, int place, long number)
    {
        // One that was deleted and has ended is here until the next write to the history, and for nobody to see.
        if (chunk.Entries[place] is { HasTraits: true, State: JobState.Succeeded or JobState.Failed or JobState.Cancelled } && _state.IsDeleted(number))
        {
            return false;
        }

        foreach (var mark in _query.Marks)
        {
            if (!chunk.HasArg(place, mark))
            {
                return false;
            }
        }

        if (_query.Filter.Tag is { } tag && !(_state.Traits(number)?.Tags ?? TagList.Empty).Contains(tag))
        {
            return false;
        }

        return _fingerprint is null || _state.Fingerprint(number) == _fingerprint;
    }

    private static (long From, long Before) Milliseconds(DateTimeOffset? from, DateTimeOffset? before) =>
        (from is { } first ? RoundUp(first) : long.MinValue, before is { } last ? RoundUp(last) : long.MaxValue);

    /// <summary>Times of jobs are whole milliseconds.</summary>
    private static long RoundUp(DateTimeOffset time)
    {
        var ms = time.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(ms) < time ? ms + 1 : ms;
    }
}
