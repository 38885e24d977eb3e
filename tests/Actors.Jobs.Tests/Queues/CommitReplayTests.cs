using Actors.Jobs.Queues;
using Actors.Persistence;

namespace Actors.Jobs.Tests.Queues;

public sealed class CommitReplayTests
{
    [Theory, MemberData(nameof(Seeds))]
    public void State_after_replay_equals_the_live_state(int seed)
    {
        var live = new LiveQueue(seed);
        for (var i = 0; i < 150; i++)
        {
            live.Commit();
        }

        live.ShouldBeWhatIsReplayed();
    }

    [Theory, MemberData(nameof(Seeds))]
    public void State_after_replay_equals_the_live_state_when_jobs_were_written_forward(int seed)
    {
        var live = new LiveQueue(seed) { IsForwarding = true };
        for (var i = 0; i < 150; i++)
        {
            live.Commit();
        }

        live.Forwarded.ShouldBeGreaterThan(10);
        live.ShouldBeWhatIsReplayed();
    }

    [Theory, MemberData(nameof(Seeds))]
    public void State_after_replay_equals_the_live_state_when_jobs_were_written_forward_and_the_oldest_part_was_deleted(int seed)
    {
        var live = new LiveQueue(seed) { IsForwarding = true };
        var deleted = 0;
        for (var i = 0; i < 150; i++)
        {
            live.Commit();
            deleted += live.DeleteOldest() ? 1 : 0;
        }

        deleted.ShouldBeGreaterThan(10);
        live.ShouldBeWhatIsReplayed();
    }

    [Theory, MemberData(nameof(Seeds))]
    public void State_after_replay_equals_the_live_state_when_the_oldest_part_was_deleted(int seed)
    {
        var live = new LiveQueue(seed);
        var deleted = 0;
        for (var i = 0; i < 150; i++)
        {
            live.Commit();
            deleted += live.DeleteOldest() ? 1 : 0;
        }

        deleted.ShouldBeGreaterThan(0);
        live.ShouldBeWhatIsReplayed();
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 60)];

    /// <summary>Makes random commits by the rules of the queue's actor.</summary>
    private sealed class LiveQueue(int seed)
    {
        private const long RunBytes = 3000;

        private readonly Random _random = new(seed);
        private readonly QueueState _state = new();
        private readonly CommitLedger _ledger = new(RunBytes);
        private readonly List<CommitRow> _journal = [];
        private readonly Queue<(long SequenceNumber, long Number)> _toHistory = new();
        private long _sequenceNumber;
        private long _nextRow = 1;
        private long _nowMs = 1_000_000;
        private long _historyThrough;
        private bool _isTrimming;

        public bool IsForwarding { get; init; }

        public int Forwarded { get; private set; }

        public void Commit()
        {
            _nowMs += _random.Next(50);
            var draft = new CommitDraft(_state.Jobs.NextNumber, _nextRow);
            foreach (var number in _state.Jobs.Numbers().Where(number => _state.Jobs[number].State == JobState.Running).ToList())
            {
                End(draft, number);
            }

            foreach (var number in _state.Jobs.Numbers().Where(number => _state.Jobs[number].State is JobState.Parked or JobState.Quarantined).ToList())
            {
                if (_random.Next(10) == 0)
                {
                    draft.AddMoved(number, JobState.Waiting, _state.Jobs[number].Attempts, 0, null);
                    _state.Move(number, JobState.Waiting, _state.Jobs[number].Attempts, 0, null);
                }
            }

            foreach (var number in _state.Jobs.Numbers().ToList())
            {
                if (_random.Next(25) == 0)
                {
                    Cancel(draft, number);
                }
            }

            foreach (var number in _state.Jobs.Numbers().Where(number => _state.Jobs[number].State == JobState.Running).ToList())
            {
                if (_random.Next(20) == 0)
                {
                    var crashes = _random.Next(4);
                    draft.AddSuspected(number, crashes);
                    _state.Suspect(number, crashes);
                    if (_random.Next(3) > 0)
                    {
                        var next = crashes == 3 ? JobState.Quarantined : JobState.Waiting;
                        draft.AddMoved(number, next, _state.Jobs[number].Attempts, 0, null);
                        _state.Move(number, next, _state.Jobs[number].Attempts, 0, null);
                    }
                }
            }

            for (var i = _random.Next(6); i > 0; i--)
            {
                Enqueue(draft);
            }

            foreach (var number in _state.Jobs.Numbers().Where(IsGrantable).ToList())
            {
                if (_random.Next(3) > 0)
                {
                    var grant = _state.Jobs[number].Grant + 1;
                    var node = _random.Next(3) == 0 ? _random.Next(1, 4) : 0;
                    draft.AddGranted(number, grant, node);
                    if (_state.Jobs[number].State != JobState.Waiting)
                    {
                        _state.MarkDue(number);
                    }

                    _state.Grant(number, grant, node);
                }
            }

            WriteHistory();
            Forward(draft);
            var events = draft.Encode(_nowMs, _historyThrough, _isTrimming ? _state.ToProto() : null);
            _isTrimming = false;
            _journal.Add(new CommitRow(++_sequenceNumber, 1, Guid.Empty, draft.FormatVersion, events));
            draft.Payloads.Finish();
            _ledger.Add(_sequenceNumber, draft.FirstRow, draft.Jobs, draft.LiveBytes, draft.Payloads.Room + JournalSize.OfEvents(events.Length));
            foreach (var number in draft.Finished)
            {
                _toHistory.Enqueue((_sequenceNumber, number));
            }
        }

        /// <summary>Deletes what the ledger gives up; the state goes into the same commit, as in the queue's actor.</summary>
        public bool DeleteOldest()
        {
            if (_ledger.Trim(_historyThrough) == 0)
            {
                return false;
            }

            _isTrimming = true;
            Commit();
            return _journal.RemoveAll(row => row.SequenceNumber < _ledger.FirstKept) > 0;
        }

        public void ShouldBeWhatIsReplayed()
        {
            // The watermark in the journal is that of the newest commit: bring both to it.
            Commit();
            var state = new QueueState();
            var ledger = new CommitLedger(RunBytes);
            var replay = new CommitReplay(state, ledger);
            foreach (var row in _journal)
            {
                replay.Apply(row);
            }

            state.Names.ShouldBe(_state.Names, $"seed {seed}");
            state.Suspects.ShouldBe(_state.Suspects);
            (state.Succeeded, state.Failed, state.Cancelled).ShouldBe((_state.Succeeded, _state.Failed, _state.Cancelled), $"seed {seed}");
            state.Jobs.NextNumber.ShouldBe(_state.Jobs.NextNumber);
            state.Jobs.Numbers().ShouldBe(_state.Jobs.Numbers(), $"seed {seed}");
            state.Granted.Order().ShouldBe(_state.Granted.Order());
            state.GrantedTo.OrderBy(pair => pair.Key).ShouldBe(_state.GrantedTo.OrderBy(pair => pair.Key), $"seed {seed}");
            foreach (var number in _state.Jobs.Numbers())
            {
                Text(state, number).ShouldBe(Text(_state, number), $"seed {seed}");
            }

            Enum.GetValues<JobState>().ShouldAllBe(s => state.Count(s) == _state.Count(s));
            replay.Finished.Select(job => (job.SequenceNumber, job.Number)).ShouldBe(_toHistory);
            ledger.Trim(_historyThrough);
            _ledger.Trim(_historyThrough);
            (ledger.FirstKept, ledger.Bytes).ShouldBe((_ledger.FirstKept, _ledger.Bytes), $"seed {seed}");
            ledger.LiveBytes.ShouldBe(_ledger.LiveBytes, $"seed {seed}");
            ledger.LiveBytes.ShouldBe(_state.Jobs.Numbers().Sum(number => JournalSize.OfJob(_state.Jobs[number].PayloadLength)), $"seed {seed}");
            state.ErrorBytes.ShouldBe(_state.Jobs.Numbers().Sum(number => _state.Error(number)?.Length ?? 0), $"seed {seed}");
            if (ledger.FirstKeptRow != 0)
            {
                // Before the first commit with jobs, replay does not know the row, and deletes none.
                ledger.FirstKeptRow.ShouldBe(_ledger.FirstKeptRow);
            }
        }

        /// <summary>The oldest, as the queue's actor does, or any: replay must not depend on which.</summary>
        private void Forward(CommitDraft draft)
        {
            var durable = _state.Jobs.Numbers().Where(number => IsForwardable(draft, number)).ToList();
            var isOldestFirst = _random.Next(2) == 0;
            for (var left = IsForwarding ? _random.Next(8) : 0; left > 0 && durable.Count > 0; left--)
            {
                var number = durable[isOldestFirst ? 0 : _random.Next(durable.Count)];
                durable.Remove(number);
                ref var entry = ref _state.Jobs[number];
                _ledger.Forget(entry.PayloadRow, entry.PayloadLength);
                var (row, offset) = draft.Payloads.Add(new byte[entry.PayloadLength], ref _nextRow);
                (entry.PayloadRow, entry.PayloadOffset) = (row, (ushort)offset);
                draft.AddForwarded(_state, number);
                _state.Jobs.Pack(number);
                Forwarded++;
            }
        }

        private bool IsForwardable(CommitDraft draft, long number) => _state.Jobs[number] is var entry
            && entry.PayloadRow < draft.FirstRow
            && entry.State is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled);

        private static string Text(QueueState state, long number)
        {
            var entry = state.Jobs[number];
            var due = entry.State is JobState.Scheduled or JobState.Retrying ? entry.DueAtMs : 0;
            return $"{number} {entry.Id} {entry.State} type {entry.Type} v{entry.TypeVersion} {entry.Priority} attempts {entry.Attempts} grant {entry.Grant} " +
                $"at {entry.EnqueuedAtMs} due {due} payload {entry.PayloadRow}:{entry.PayloadOffset}+{entry.PayloadLength} error {state.Error(number)}" +
                (state.IsCancelling(number, out var reason) ? $" cancelling: {reason}" : "") +
                (state.IsSuspect(number, out var crashes) ? $" crashes: {crashes}" : "");
        }

        private bool IsGrantable(long number) => _state.Jobs[number] is var entry
            && (entry.State is JobState.Waiting || (entry.State is JobState.Scheduled or JobState.Retrying && entry.DueAtMs <= _nowMs));

        private void Enqueue(CommitDraft draft)
        {
            var name = $"type-{_random.Next(5)}";
            if (!_state.TryGetType(name, out var type))
            {
                type = _state.AddType(name);
                draft.AddName(name, type);
            }

            var payload = new byte[_random.Next(30) == 0 ? 5000 : _random.Next(1, 900)];
            var delayMs = _random.Next(3) == 0 ? _random.Next(1, 200) : 0;
            var number = _state.Jobs.NextNumber;
            var (row, offset) = draft.Payloads.Add(payload, ref _nextRow);
            ref var entry = ref _state.Enqueue(number, JobId.Create(TimeProvider.System, _random), delayMs > 0);
            entry.EnqueuedAtMs = _nowMs;
            entry.DueAtMs = _nowMs + delayMs;
            entry.Type = type;
            entry.TypeVersion = (ushort)_random.Next(1, 4);
            entry.Priority = (JobPriority)_random.Next(-2, 3);
            entry.PayloadRow = row;
            entry.PayloadOffset = (ushort)offset;
            entry.PayloadLength = payload.Length;
            draft.AddEnqueued(entry, number, delayMs);
        }

        private void Cancel(CommitDraft draft, long number)
        {
            var attempts = _state.Jobs[number].Attempts;
            switch (_state.Jobs[number].State)
            {
                case JobState.Running when !_state.IsCancelling(number, out _):
                    draft.AddCancelling(number, "enough");
                    _state.BeginCancel(number, "enough");
                    break;
                case JobState.Scheduled or JobState.Waiting or JobState.Retrying or JobState.Parked:
                    draft.AddFinished(number, JobState.Cancelled, attempts, null);
                    _state.Finish(number, JobState.Cancelled, attempts, null);
                    break;
            }
        }

        private void End(CommitDraft draft, long number)
        {
            var attempts = _state.Jobs[number].Attempts;
            if (_state.IsCancelling(number, out var reason))
            {
                draft.AddFinished(number, JobState.Cancelled, attempts, reason);
                _state.Finish(number, JobState.Cancelled, attempts, reason);
                return;
            }

            var error = _random.Next(2) == 0 ? $"error {_random.Next(100)}" : null;
            switch (_random.Next(8))
            {
                case 0:
                    break; // It runs on.
                case 1:
                    var delay = _random.Next(1, 100);
                    draft.AddMoved(number, JobState.Retrying, attempts + 1, delay, error);
                    _state.Move(number, JobState.Retrying, attempts + 1, _nowMs + delay, error);
                    break;
                case 2:
                    draft.AddMoved(number, JobState.Waiting, attempts, 0, null);
                    _state.Move(number, JobState.Waiting, attempts, 0, null);
                    break;
                case 3 when _random.Next(5) == 0:
                    draft.AddMoved(number, JobState.Parked, attempts, 0, "unreadable");
                    _state.Move(number, JobState.Parked, attempts, 0, "unreadable");
                    break;
                default:
                    var state = (JobState)_random.Next((int)JobState.Succeeded, (int)JobState.Cancelled + 1);
                    draft.AddFinished(number, state, attempts + 1, error);
                    _state.Finish(number, state, attempts + 1, error);
                    break;
            }
        }

        private void WriteHistory()
        {
            for (var i = _random.Next(12); i > 0 && _toHistory.Count > 0; i--)
            {
                var (sequenceNumber, _) = _toHistory.Peek();
                while (_toHistory.TryPeek(out var job) && job.SequenceNumber == sequenceNumber)
                {
                    _toHistory.Dequeue();
                    _ledger.Forget(_state.Jobs[job.Number].PayloadRow, _state.Jobs[job.Number].PayloadLength);
                    _state.Forget(job.Number);
                }

                _historyThrough = sequenceNumber;
            }
        }
    }
}
