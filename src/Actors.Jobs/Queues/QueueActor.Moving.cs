using System.Globalization;

namespace Actors.Jobs.Queues;

/// <summary>
/// Jobs that go to other queues. First it is stored that a job is on its way: from then on it does not run here. Then the other queue decides on it, once, and stores that with the job,
/// and what it has decided is stored here. Whoever crashes on the way asks again, or is asked again, and the answer is the same.
/// </summary>
internal sealed partial class QueueActor
{
    /// <summary>A queue that fails is asked again when it is back; this is for one that could not store its answer.</summary>
    private static readonly TimeSpan MoveAgainInterval = TimeSpan.FromSeconds(5);
    private static readonly object MoveTimer = new();

    /// <summary>Who waits for jobs to have left.</summary>
    private readonly Dictionary<long, MoveRequest> _moveRequests = [];

    /// <summary>What is asked of jobs that are on their way; whether it is for this queue or for the other is known when they have arrived.</summary>
    private readonly List<(long Number, object Message, IActorRef Asker, TimeSpan Since)> _untilMoved = [];

    private long _lastMove;

    private void OnMoveJob(QueueMessage.MoveJob move)
    {
        if (!TryFindForChange(move.Id, out var number, move))
        {
            return;
        }

        if (move.To == _name && _state.Jobs[number].State is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled))
        {
            AnswerWhenDurable(number); // It may have come with a commit that is on its way.
        }
        else if (WhyNotMoved(number, move.To) is { } refusal)
        {
            Refuse(number, refusal);
        }
        else if (!IsTooNew(CommitDraft.MovingFormat))
        {
            BeginMove(number, move.To, new MoveRequest(Sender, Context.System.Now) { Single = move.Id });
            UpdateAlone();
        }
    }

    /// <returns>Why a job cannot go to another queue; null when it can.</returns>
    private string? WhyNotMoved(long number, string to)
    {
        ref var entry = ref _state.Jobs[number];
        return entry.State switch
        {
            JobState.Running => "It is running, or about to. Wait until its attempt has ended, or cancel it.",
            JobState.Succeeded or JobState.Failed or JobState.Cancelled => "It has finished: only a job that is to run can go to another queue.",
            _ when number >= EndOfDurable => "It is being stored. Ask again when its enqueue has been answered.",
            _ when entry.HasTraits && _state.Traits(number)?.Batch is { } batch => $"It belongs to batch {batch}, whose jobs are counted in this queue. Move none of them, or enqueue a new batch in the other queue.",
            _ when IsDisplaced(number) => "Another job of its kind is taking its place.",
            _ when !_setup.Queues.Contains(to) => $"The process that owns the queues has no queue '{to}'.",
            _ => null,
        };
    }

    /// <summary>The job does not run here from now on, unless the other queue refuses it.</summary>
    private void BeginMove(long number, string to, MoveRequest request)
    {
        BeginChange(number);
        var state = _state.Jobs[number].State;
        if (state == JobState.Waiting)
        {
            Withdraw(number);
        }

        var move = new JobMove(to, (Term << JobMove.BitsOfOrder) + ++_lastMove);
        _draft.AddLeaving(number, move);
        _state.Leave(number, move);
        if (state is JobState.Scheduled || (state is JobState.Retrying && !_heldRetries.Remove(number)))
        {
            _due.Forget(IsComing);
        }

        request.Left++;
        _moveRequests[number] = request;
        FlushSoon();
        MoveAgainInTime();
    }

    /// <summary>Whether a job is on its way to another queue, and not to be touched before that is settled.</summary>
    private bool IsLeaving(long number) => _state.MoveOf(number) is not null;

    private bool IsDisplaced(long number) => _displaced.Count > 0 && _displaced.Exists(displaced => displaced.Number == number);

    private void OnMovesDecided(QueueMessage.MovesDecided decided)
    {
        if (Term == 0 || !_lanes.TryGetValue(decided.Queue, out var lane))
        {
            return;
        }

        // An answer may come twice, and then to an instance that has asked for more: only what is still open counts.
        foreach (var decision in decided.Decisions)
        {
            if (!_state.Jobs.TryFind(decision.Id, out var number) || _state.MoveOf(number) is not { } move || move.Order != decision.Order || !lane.Open.Remove(number))
            {
                continue;
            }

            BeginChange(number);
            var request = _moveRequests.GetValueOrDefault(number);
            var status = request?.Single is null ? null : Status(number);
            if (decision.Refusal is null)
            {
                Depart(number, move.Queue);
                status = status is null ? null : status with { Queue = move.Queue };
            }
            else
            {
                Stay(number);
            }

            SettleMove(number, request, status, decision.Refusal);
        }

        if (lane.Open.Count == 0 && lane.IsUnderWay)
        {
            _draft.AddSettled(lane);
        }

        UpdateAlone();
        FlushSoon();
    }

    /// <summary>Who asked is answered when it is durable, and what was asked meanwhile is asked again, of whom it concerns.</summary>
    private void SettleMove(long number, MoveRequest? request, JobStatus? status, string? refusal)
    {
        if (request is not null && _moveRequests.Remove(number))
        {
            request.Left--;
            request.Moved += refusal is null ? 1 : 0;
            if (request.Single is { } id)
            {
                NoteWaiting();
                _draft.Answers.Add(new CommitDraft.Answer(request.Asker, id, new QueueMessage.JobFound(status, null) { Refusal = refusal }));
            }
            else
            {
                AnswerMoved(request);
            }
        }

        for (var i = 0; i < _untilMoved.Count; i++)
        {
            if (_untilMoved[i].Number == number)
            {
                Self.Tell(_untilMoved[i].Message, _untilMoved[i].Asker);
            }
        }

        _untilMoved.RemoveAll(waiting => waiting.Number == number);
    }

    /// <summary>Answers who asked for many when all of them are settled.</summary>
    private void AnswerMoved(MoveRequest request)
    {
        if (request is { Left: 0, Reply: { } reply })
        {
            NoteWaiting();
            _draft.Answers.Add(new CommitDraft.Answer(request.Asker, default, reply with { Changed = request.Moved }));
            FlushSoon();
        }
    }

    /// <summary>The other queue has it, and that is durable.</summary>
    private void Depart(long number, string to)
    {
        ref var entry = ref _state.Jobs[number];
        var id = entry.Id;
        _draft.AddLeft(number);
        _cache.Remove(ref entry);
        ForgetArguments(entry.PayloadRow, entry.PayloadLength);
        ReleaseClaim(number);
        _state.Depart(number);
        AnswerAwaited([number]);
        TellDeparted(id, to);
    }

    /// <summary>It goes on here, as if nothing had been asked.</summary>
    private void Stay(long number)
    {
        _draft.AddStaying(number);
        _state.Stay(number);
        switch (_state.Jobs[number].State)
        {
            case JobState.Waiting:
                _cache.Remove(ref _state.Jobs[number]); // In a line, those in memory come first.
                AddWaiting(number);
                break;
            case JobState.Scheduled or JobState.Retrying:
                AddDue(number, _state.Jobs[number].DueAtMs);
                break;
            case JobState.Awaiting:
                Await(number);
                break;
        }
    }

    /// <summary>Leaves what is asked of a job until it is known where it is.</summary>
    /// <returns>False when it is not on its way.</returns>
    private bool WaitsUntilMoved(long number, object message)
    {
        if (!IsLeaving(number))
        {
            return false;
        }

        _untilMoved.Add((number, message, Sender, Context.System.Now));
        MoveAgainInTime();
        return true;
    }

    private void MoveAgainInTime()
    {
        if (!Context.Timers.IsActive(MoveTimer))
        {
            Context.Timers.StartSingle(MoveTimer, QueueMessage.MoveAgain.Instance, MoveAgainInterval);
        }
    }

    private void OnMoveAgain()
    {
        foreach (var lane in _lanes.Values)
        {
            SendAgain(lane);
        }

        ExpireMoveRequests();
        if (_moveRequests.Count > 0 || _untilMoved.Count > 0 || _lanes.Values.Any(lane => lane.IsUnderWay))
        {
            MoveAgainInTime();
        }
    }

    /// <summary>What is on its way may be so for long, while the other queue is away; nobody waits for that for ever.</summary>
    private void ExpireMoveRequests()
    {
        var before = Context.System.Now - _setup.EnqueueTimeout;
        foreach (var request in _moveRequests.Values.Where(request => request.Since <= before).Distinct().ToList())
        {
            Fail(request, new TimeoutException("the other queue has not answered, and the job is on its way there."));
        }

        foreach (var (number, _, asker, _) in _untilMoved.Where(waiting => waiting.Since <= before))
        {
            asker.Tell(new Failure(new QueueUnavailableException(_name, new TimeoutException($"job {_state.Jobs[number].Id} is on its way to queue '{_state.MoveOf(number)?.Queue}', which has not answered."))), Self);
        }

        _untilMoved.RemoveAll(waiting => waiting.Since <= before);
    }

    private void Fail(MoveRequest request, Exception? cause)
    {
        foreach (var number in _moveRequests.Where(waiting => ReferenceEquals(waiting.Value, request)).Select(waiting => waiting.Key).ToList())
        {
            _moveRequests.Remove(number);
        }

        request.Asker.Tell(
            new Failure(request.Single is { } id
                ? JobOutcomeUnknownException.OfChange(id, _name, cause)
                : new QueueUnavailableException(_name, cause ?? new TimeoutException("it is not known whether the jobs have been moved."))),
            Self);
    }

    private void FailMoves(Exception? cause)
    {
        foreach (var request in _moveRequests.Values.Distinct().ToList())
        {
            Fail(request, cause);
        }

        foreach (var (_, _, asker, _) in _untilMoved)
        {
            asker.Tell(new Failure(new QueueUnavailableException(_name, cause ?? new TimeoutException("its owner has been restarted."))), Self);
        }

        _untilMoved.Clear();
    }

    /// <summary>What was on its way when the last owner ended is sent again; the other queue may have it.</summary>
    private void RecoverMoves(List<long> leaving)
    {
        foreach (var number in leaving.OrderBy(number => _state.MoveOf(number)!.Order)) // They are on their way.
        {
            LaneTo(_state.MoveOf(number)!.Queue).Waiting.Enqueue(number);
        }

        SendMoves();
        if (_state.HasTakenMoves)
        {
            Context.Parent.Tell(QueuesActor.TakesMoves.Instance, Self);
        }
    }

    private void ForgetMoves()
    {
        _lanes.Clear();
        _moveRequests.Clear();
        _untilMoved.Clear();
        _firstRowOfMoves = long.MaxValue;
        _lastMove = 0;
        Context.Timers.Cancel(MoveTimer);
    }

    private JobReason LeavingReason(long number, JobMove move) => Reason(
        number,
        JobReasonKind.Moving,
        string.Create(CultureInfo.InvariantCulture, $"It is on its way to queue '{move.Queue}', which has not stored it yet{(_setup.Queues.Contains(move.Queue) ? "" : ", and which this process does not have")}."));

    /// <summary>Somebody waits for jobs to have left.</summary>
    internal sealed class MoveRequest(IActorRef asker, TimeSpan since)
    {
        public IActorRef Asker { get; } = asker;

        public TimeSpan Since { get; } = since;

        /// <summary>The only job; null for many.</summary>
        public JobId? Single { get; init; }

        /// <summary>What is answered for many.</summary>
        public QueueMessage.JobsChanged? Reply { get; set; }

        /// <summary>How many are not settled.</summary>
        public int Left { get; set; }

        public long Moved { get; set; }
    }
}
