using Actors.Persistence;

namespace Actors.Jobs.Queues;

internal sealed partial class QueueActor
{
    private readonly List<(long Number, int Grant)> _orphans = [];
    private QueueState _state = new();
    private CommitLedger _ledger = new();
    private ReadyJobs _ready = null!; // Made with the state, by the reset that every recovery begins with.
    private DueHeap _due = new();
    private QueueClock _clock = null!; // Set by the reset, and again when the journal has told the latest time.
    private CommitReplay? _replay;

    protected override void OnReset()
    {
        Forget();
        Context.Parent.Tell(QueuesActor.Recovering.Instance, Self);
        _replay = new CommitReplay(_state, _ledger);
    }

    protected override void OnReplay(CommitRow row)
    {
        _formatInUse = Math.Max(_formatInUse, row.FormatVersion);
        _replay!.Apply(row); // Made by the reset.
    }

    protected override void OnRecovered()
    {
        _clock = new QueueClock(Context.System.TimeProvider, _state.LastMs);
        _options = QueueOverride.Apply(_state.Override?.Change, _configured);
        _state.SettleStarts(NowMs());
        _nextRow = LastPayloadRow + 1;
        _draft = new CommitDraft(_state.Jobs.NextNumber, _nextRow);
        _state.Jobs.Pack();
        var leaving = new List<long>();
        foreach (var number in _state.Jobs.Numbers())
        {
            ref var entry = ref _state.Jobs[number];
            _state.Summarise(number, ref entry);
            switch (entry.State)
            {
                case var _ when IsLeaving(number):
                    leaving.Add(number);
                    break;
                case JobState.Running when _state.GrantedTo.ContainsKey(number):
                    break;
                case JobState.Running:
                    _orphans.Add((number, entry.Grant));
                    break;
                case JobState.Scheduled or JobState.Retrying:
                    _due.AddUnordered(entry.DueAtMs, number);
                    break;
                case JobState.Waiting:
                    AddWaiting(number);
                    break;
                case JobState.Parked when HandlerOf(entry.Type)?.MayRead(entry.TypeVersion) == true:
                    // This process may have a decoder that the last one had not.
                    BackToWaiting(number);
                    _ready.Add(number);
                    break;
            }
        }

        _due.Order();
        foreach (var number in _state.Jobs.Numbers())
        {
            RecoverClaim(number);
        }

        RecoverAwaiting();
        RecoverMoves(leaving);

        // Behind what is in the mailbox: after a restart within the process, that may be the ends of their attempts.
        _handedOver = _orphans.Count;
        Self.Tell(QueueMessage.ReleaseOrphans.Instance, Self);

        PauseWhenRestored();
        AwaitPauseEnd();
        RecoverNodes();
        RecoverHistory(_replay!); // Made by the reset.
        _replay = null;
        ScheduleDue();
        ForwardLater();
        BeginRetention();
        if (_setup.IsConsuming)
        {
            StartWorkers();
        }

        FlushSoon();
        Context.Parent.Tell(QueuesActor.Ready.Instance, Self);
        Log.QueueReady(Logger, _name, Term, _state.Jobs.Count, _orphans.Count);
    }

    /// <summary>Jobs that an earlier owner was running, and whose end nobody has reported: they run again, first, and the attempt does not count.</summary>
    private void OnReleaseOrphans()
    {
        // From the last to the first, so that the first is first again.
        for (var i = _orphans.Count - 1; i >= 0; i--)
        {
            var (number, grant) = _orphans[i];
            if (IsRunning(number, grant))
            {
                _handedOver--;
                ReleaseOrphan(number, Begun.Left);
            }
        }

        _orphans.Clear();
        Join();
        AnswerStopConsumingWhenDone();
        FlushSoon();
    }

    private void Forget()
    {
        _setup.State = _state = new QueueState { ConfiguredLimits = _configured.Limits, RetryBudget = _configured.Retry.Budget };
        _options = _configured;
        _ledger = new CommitLedger(_options.LedgerRunBytes);
        _ready = new ReadyJobs(_state.Jobs, _state.Keys);
        _due = new DueHeap();
        _clock = new QueueClock(Context.System.TimeProvider, 0);
        _draft = new CommitDraft(1, 1);
        _full.Clear();
        _inFlight.Clear();
        _granted.Clear();
        _toHistory.Clear();
        _cache = new PayloadCache();
        _trimmable = 0;
        _stateBytes = 0;
        _historyThrough = 0;
        _writing = null;
        ForgetFormats();
        _isHistoryTimerSet = false;
        _isHistoryDelayed = false;
        _isReadingPayloads = false;
        _firstRowAhead = long.MaxValue;
        _firstRowOfHistory = long.MaxValue;
        ForgetForwarding();
        ForgetSearches();
        ForgetRetention();
        ForgetFailures();
        ForgetHeldRetries();
        _handedOver = 0;
        _orphans.Clear();
        _nodes.Clear();
        _gone.Clear();
        _attachment = null;
        _doubted.Clear();
        _unhandled.Clear();
        _handlers.Clear();
        _overdue.Clear();
        _suspects = new ReadyList(_state.Jobs);
        _rated.Clear();
        _holders = new UniqueHolders();
        _displaced.Clear();
        ForgetParents();
        ForgetMoves();
        _suspicions.Clear();
        _hold = 0;
        _hasJoined = false;
        _isHeld = true;
        _wantsAlone = false;
        _mayRunAlone = false;
    }
}
