using Actors.Jobs.Protos;
using Actors.Persistence;
using Google.Protobuf;

namespace Actors.Jobs.Schedules;

/// <summary>Group commit, and the sweep that keeps the journal small: every schedule is written again, and what is older is deleted.</summary>
internal sealed partial class SchedulesActor
{
    private const int MaxDraftEvents = 10_000;
    private const int SweepRecords = 1000;

    private readonly Queue<Draft> _full = new();
    private readonly Queue<Draft> _inFlight = new();
    private Draft _draft = new();
    private bool _isFlushQueued;
    private long _writtenBytes;
    private long _sweptBytes;
    private Queue<long>? _sweep;
    private long _sweepFrom;

    private void FlushSoon()
    {
        if (!_isFlushQueued && CommitsInFlight == 0)
        {
            _isFlushQueued = true;
            Self.Tell(ScheduleMessage.Flush.Instance, Self);
        }
    }

    private void OnFlush()
    {
        _isFlushQueued = false;
        SendCommits();
    }

    /// <summary>Writes a schedule whole. In a commit that comes before what was decided, so what was decided on it before goes into an earlier one.</summary>
    private void Write(ScheduleEntry entry)
    {
        if (_draft.Commit.Decided.Count > 0 || _draft.Commit.Delivered.Count > 0)
        {
            CloseDraft();
        }

        CloseDraftIfFull();
        _draft.Commit.Defined.Add(entry.ToRecord());
        FlushSoon();
    }

    private void CloseDraftIfFull()
    {
        if (_draft.Events >= MaxDraftEvents)
        {
            CloseDraft();
        }
    }

    private void CloseDraft()
    {
        if (!_draft.IsEmpty)
        {
            _full.Enqueue(_draft);
            _draft = new Draft();
            FlushSoon();
        }
    }

    private void SendCommits()
    {
        if (Term == 0 || CommitsInFlight > 0)
        {
            return;
        }

        var isNewest = _full.Count == 0;
        var draft = isNewest ? _draft : _full.Peek();
        if (draft.IsEmpty || IsWaitingForFormat(draft.FormatVersion))
        {
            return;
        }

        var deleteBefore = 0L;
        if (isNewest)
        {
            _draft = new Draft();
            deleteBefore = Sweep();
        }
        else
        {
            _full.Dequeue();
        }

        draft.Commit.AtMs = NowMs();
        draft.Commit.NextNumber = _nextNumber;
        var events = draft.Commit.ToByteArray();
        _writtenBytes += events.Length;
        Append(events, draft.FormatVersion, [], deleteBefore);
        _inFlight.Enqueue(draft);
    }

    /// <summary>
    /// Between two drafts, so that what is written again is exactly what the commits so far have made of it. The next commit begins with a part of the schedules; when
    /// all are written, everything before the first part can go.
    /// </summary>
    /// <returns>The first commit to keep; 0 deletes nothing.</returns>
    private long Sweep()
    {
        if (_sweep is null)
        {
            if (_writtenBytes < Math.Max(_sweepBytes, 2 * _sweptBytes))
            {
                return 0;
            }

            // The draft on its way now is the next number, and this part goes into the one after it.
            (_sweep, _sweepFrom, _sweptBytes, _writtenBytes) = (new Queue<long>(_entries.Select(entry => entry.Number)), LastSequenceNumber + 2, 0, 0);
        }

        if (_sweep.Count == 0)
        {
            _sweep = null;
            return _sweepFrom;
        }

        for (var i = 0; i < SweepRecords && _sweep.TryDequeue(out var number); i++)
        {
            if (_entries.Find(number) is { } entry)
            {
                var record = entry.ToRecord();
                _sweptBytes += record.CalculateSize();
                _draft.Commit.Defined.Add(record);
            }
        }

        return 0;
    }

    protected override ValueTask OnAppendedAsync(long sequenceNumber)
    {
        var draft = _inFlight.Dequeue();
        foreach (var (caller, reply) in draft.Answers)
        {
            caller.Tell(reply(), Self);
        }

        if (draft.Fired.Count > 0)
        {
            Deliver(draft.Fired);
        }

        SendCommits();
        return default;
    }

    private void ForgetCommits()
    {
        _full.Clear();
        _inFlight.Clear();
        _draft = new Draft();
        _isFlushQueued = false;
        ForgetFormats();
        (_writtenBytes, _sweptBytes, _sweep) = (0, 0, null);
    }

    private void AnswerWhoeverWaits(Exception? cause)
    {
        foreach (var draft in _inFlight.Concat(_full).Append(_draft))
        {
            foreach (var (caller, _) in draft.Answers)
            {
                caller.Tell(new Failure(new SchedulesUnavailableException(cause?.Message ?? "their owner has ended", cause)), Self);
            }

            draft.Answers.Clear();
        }
    }

    private sealed class Draft
    {
        public ScheduleCommit Commit { get; } = new();

        public List<(ScheduleEntry Entry, Decided Slot)> Fired { get; } = [];

        public List<(IActorRef Caller, Func<object> Reply)> Answers { get; } = [];

        public int Events => Commit.Defined.Count + Commit.Removed.Count + Commit.Decided.Count + Commit.Delivered.Count;

        public bool IsEmpty => Events == 0 && Answers.Count == 0;

        /// <summary>The lowest format whose readers understand this commit.</summary>
        public int FormatVersion =>
            Commit.Decided.Any(slot => slot.Spec is not null) || Commit.Defined.Any(record => record.IsRemoved || record.Outstanding.Any(slot => slot.Spec is not null))
                ? 2
                : 1;
    }
}
