using Actors.Jobs.Protos;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>Applies stored commits to the state of a queue, in the order that queue.proto lays down.</summary>
internal sealed partial class CommitReplay(QueueState state, CommitLedger ledger)
{
    /// <summary>The highest format that this code reads.</summary>
    public const int ReadableFormat = 4;

    private readonly Queue<(long SequenceNumber, long Number, long FinishedAtMs)> _finished = new();
    private long _nextRow;
    private CommitPlace _place;

    /// <summary>Every job that finished up to this commit is in the history.</summary>
    public long HistoryThrough { get; private set; }

    /// <summary>Finished jobs that may not be in the history, oldest first.</summary>
    public IEnumerable<(long SequenceNumber, long Number, long FinishedAtMs)> Finished => _finished;

    public void Apply(CommitRow row)
    {
        var commit = QueueCommit.Parser.ParseFrom(row.Events.Span);
        state.LastMs = Math.Max(state.LastMs, commit.AtMs);
        state.SettleStarts(state.LastMs); // Those of the commit before: it was durable when this one was begun.
        ApplyNames(commit);
        state.ApplyDeleting(commit);
        ApplyCancelling(commit);
        ApplySuspected(commit);
        ApplySteps(commit);
        state.ApplyAwaiting(commit);
        ApplyMoved(commit);
        ApplyFinished(commit, row.SequenceNumber);
        ApplyMoves(commit);
        _place = new CommitPlace(_nextRow);
        ApplyEnqueued(commit);
        state.ApplyOperating(commit); // With what the limits are now, jobs were granted.
        ApplyGranted(commit);
        ApplyForwarded(commit);
        _nextRow = _place.NextRow;
        ledger.Add(
            row.SequenceNumber, _place.FirstRow, _place.Jobs, _place.LiveBytes, _place.PayloadBytes + JournalSize.OfEvents(row.Events.Length));
        if (commit.Pausing is { } pausing)
        {
            state.SetPause(QueueState.FromProto(pausing.Pause), pausing.Incarnation);
        }

        if (commit.State is not null)
        {
            state.Restore(commit.State);
        }

        state.ApplyTakenMoves(commit);
        foreach (var taken in commit.Slots)
        {
            state.TakeSlots(taken.Source, taken.Through);
        }

        HistoryThrough = Math.Max(HistoryThrough, commit.HistoryThrough);
        state.InboxThrough = Math.Max(state.InboxThrough, commit.InboxThrough);
        while (_finished.TryPeek(out var oldest) && oldest.SequenceNumber <= HistoryThrough)
        {
            Forget(_finished.Dequeue().Number);
        }
    }

    private void ApplyNames(QueueCommit commit)
    {
        if (commit.Names.Count > 0)
        {
            AddLostTypes((int)commit.FirstName);
        }

        foreach (var name in commit.Names)
        {
            state.AddType(name);
        }
    }

    /// <summary>Their names were in commits that a repair has given up: jobs of these types wait for a handler that nobody has, until a person decides.</summary>
    private void AddLostTypes(int count)
    {
        while (state.Names.Count < count)
        {
            state.AddType($"unknown-type-{state.Names.Count}");
        }
    }

    private void ApplyCancelling(QueueCommit commit)
    {
        if (commit.Cancelling is not { } cancelling)
        {
            return;
        }

        var reasons = Errors(cancelling.Reasons);
        var number = 0L;
        for (var i = 0; i < cancelling.Number.Count; i++)
        {
            number += cancelling.Number[i];
            if (state.Jobs.Contains(number))
            {
                state.BeginCancel(number, reasons?.GetValueOrDefault(i));
            }
        }
    }

    private void ApplySuspected(QueueCommit commit)
    {
        if (commit.Suspected is not { } suspected)
        {
            return;
        }

        var number = 0L;
        for (var i = 0; i < suspected.Number.Count; i++)
        {
            number += suspected.Number[i];
            if (state.Jobs.Contains(number))
            {
                state.Suspect(number, (int)suspected.Crashes[i]);
            }
        }
    }

    private void ApplyMoved(QueueCommit commit)
    {
        if (commit.Moved is not { } moved)
        {
            return;
        }

        var errors = Errors(moved.Failures);
        var interruptions = moved.Interruptions.Count == 0 ? null : moved.Interruptions.ToDictionary(interruption => interruption.Index);
        var number = 0L;
        for (var i = 0; i < moved.Number.Count; i++)
        {
            number += moved.Number[i];
            if (state.Jobs.Contains(number))
            {
                state.Move(
                    number, (JobState)moved.State[i], (int)moved.Attempts[i], commit.AtMs + moved.DelayMs[i], errors?.GetValueOrDefault(i));
                if (interruptions is not null && interruptions.TryGetValue((uint)i, out var interruption))
                {
                    state.SetInterruption(number, JobTraits.FromProto(interruption));
                }
            }
        }
    }

    private void ApplyFinished(QueueCommit commit, long sequenceNumber)
    {
        if (commit.Finished is not { } finished)
        {
            return;
        }

        var errors = Errors(finished.Failures);
        var results = Results(finished);
        var number = 0L;
        for (var i = 0; i < finished.Number.Count; i++)
        {
            number += finished.Number[i];
            if (state.Jobs.Contains(number))
            {
                state.Finish(number, (JobState)finished.State[i], (int)finished.Attempts[i], errors?.GetValueOrDefault(i));
                if (results is not null && results.TryGetValue(i, out var result))
                {
                    state.SetResult(number, result);
                }

                _finished.Enqueue((sequenceNumber, number, commit.AtMs));
            }
        }
    }

    private void ApplyEnqueued(QueueCommit commit)
    {
        if (commit.Enqueued is not { } enqueued)
        {
            return;
        }

        var ids = enqueued.Ids.Span;
        var traits = Traits(enqueued.Traits);
        var row = 0L;
        for (var i = 0; i < enqueued.Type.Count; i++)
        {
            row += enqueued.PayloadRow[i];
            var delayMs = enqueued.DelayMs[i];
            ref var entry = ref state.Enqueue(
                enqueued.FirstNumber + i, JobId.Read(ids[(i * 16)..]), delayMs > 0, Key(enqueued.Keys, enqueued.Key, i), traits?.GetValueOrDefault(i));
            entry.EnqueuedAtMs = commit.AtMs - (enqueued.AgeMs.Count > 0 ? enqueued.AgeMs[i] : 0);
            entry.DueAtMs = entry.EnqueuedAtMs + delayMs;
            entry.Type = (ushort)enqueued.Type[i];
            AddLostTypes(entry.Type + 1);
            entry.TypeVersion = (ushort)enqueued.TypeVersion[i];
            entry.Priority = StoredPriority.Read(enqueued.Priority[i]);
            entry.PayloadRow = row;
            entry.PayloadOffset = (ushort)enqueued.PayloadOffset[i];
            entry.PayloadLength = (int)enqueued.PayloadLength[i];
            _place.Add(row, entry.PayloadOffset, entry.PayloadLength);
        }
    }

    private void ApplyGranted(QueueCommit commit)
    {
        if (commit.Granted is not { } granted)
        {
            return;
        }

        var number = 0L;
        for (var i = 0; i < granted.Number.Count; i++)
        {
            number += granted.Number[i];
            if (!state.Jobs.Contains(number))
            {
                continue;
            }

            if (state.Jobs[number].State is JobState.Scheduled or JobState.Retrying)
            {
                // That its time had come is no event of its own.
                state.MarkDue(number);
            }

            state.Grant(number, (int)granted.Grant[i], i < granted.Node.Count ? granted.Node[i] : 0);
        }
    }

    private void Forget(long number)
    {
        ref var entry = ref state.Jobs[number];
        ledger.Forget(entry.PayloadRow, entry.PayloadLength);
        state.Forget(number);
    }

    private static string? Key(IList<string> keys, IList<uint> key, int index) => index < key.Count && key[index] != 0 ? keys[(int)key[index] - 1] : null;

    private static Dictionary<int, JobTraits>? Traits(IList<Protos.JobTraits> stored) =>
        stored.Count == 0 ? null : stored.ToDictionary(traits => (int)traits.Index, JobTraits.FromProto);

    private static Dictionary<int, string>? Errors(IEnumerable<Protos.Failure> failures)
    {
        Dictionary<int, string>? errors = null;
        foreach (var failure in failures)
        {
            (errors ??= [])[(int)failure.Index] = failure.Text;
        }

        return errors;
    }
}
