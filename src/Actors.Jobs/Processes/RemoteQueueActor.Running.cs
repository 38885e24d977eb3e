using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Workers;

namespace Actors.Jobs.Processes;

/// <summary>Jobs that the owner grants to this process.</summary>
internal sealed partial class RemoteQueueActor
{
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);
    private static readonly object StopTimer = new();

    private readonly Dictionary<long, int> _held = [];
    private readonly List<IActorRef> _stopRequests = [];
    private readonly GrantedJobs _granted = new();
    private readonly HashSet<long> _overdue = [];
    private WorkerPool? _workers;
    private bool _isConsuming;
    private QueueChange? _changed;

    private void OnStartConsuming()
    {
        _isConsuming = true;
        _begun.IsStopping = false;
        Desk?.Attach(Self);
        StartWorkers();
        _workers!.Resize(WorkersHere); // Just made, or there; of another consumer, perhaps.
        Announce(isComplete: false);
        Sender.Tell(new QueueMessage.ConsumingStarted(), Self);
    }

    private void StartWorkers()
    {
        if (_workers is null)
        {
            _workers = new WorkerPool(_granted, _begun, new JobExecutor(_execution, Context.System, Logger), Context);
            _workers.Resize(WorkersHere);
        }
    }

    private void OnReconfigure(QueueOptions options)
    {
        _configured = options;
        Apply(_changed);
        if (_isConsuming)
        {
            Announce(isComplete: false);
        }
    }

    /// <summary>The owner says what is otherwise than configured.</summary>
    private void OnSettings(InboxSettings settings)
    {
        Apply(OverrideBodies.FromProto(settings.Override)?.Change);
        if (_isConsuming)
        {
            Announce(isComplete: false);
        }
    }

    private void Apply(QueueChange? change)
    {
        var workers = _options.Workers;
        _changed = change;
        _options = QueueOverride.Apply(change, _configured);
        _workers?.Resize(WorkersHere);
        if (_options.Workers < workers)
        {
            GiveBackNotBegun(); // As its owner does.
        }
    }

    /// <summary>Says how much this process takes and, to a new owner, what it has in hand.</summary>
    private void Announce(bool isComplete)
    {
        var consume = new InboxConsume { Slots = (uint)(_announced = SlotsHere), TakesAll = _isConsuming && Desk is not null, IsComplete = isComplete };
        consume.Types_.AddRange(_handlers.Keys);
        if (isComplete)
        {
            foreach (var (number, grant) in _held)
            {
                consume.Holds.Add(new InboxGrantKey { Number = number, Grant = (uint)grant });
            }
        }

        Post(new InboxBody { Queue = _name, Consume = consume });
    }

    private void OnGrants(InboxGrants grants)
    {
        foreach (var grant in grants.Grants)
        {
            if (_held.TryGetValue(grant.Number, out var held) && held == (int)grant.Grant)
            {
                continue; // Read twice.
            }

            _held[grant.Number] = (int)grant.Grant;
            if (!_isConsuming || HandlerOf(grant.Type) is not { } handler)
            {
                End(new QueueMessage.AttemptEnded(grant.Number, (int)grant.Grant, new AttemptOutcome.Interrupted()));
                continue;
            }

            _granted.Add(
                new GrantedJob(
                    grant.Number,
                    (int)grant.Grant,
                    InboxBodies.Id(grant.Id),
                    handler,
                    (int)grant.Attempt,
                    DateTimeOffset.FromUnixTimeMilliseconds(grant.EnqueuedAtMs),
                    (int)grant.TypeVersion,
                    grant.Args.ToByteArray())
                {
                    ReadyAt = grant.ReadyAtMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(grant.ReadyAtMs),
                    Key = InboxBodies.Text(grant.Key),
                    Traits = InboxBodies.Traits(grant.Traits),
                },
                StoredPriority.Read((int)grant.Priority));
        }

        _granted.WakeOne();
    }

    /// <summary>The attempt ends as it likes; the owner knows that the job ends as cancelled.</summary>
    private void OnCancel(InboxCancel cancel)
    {
        foreach (var key in cancel.Grants)
        {
            var grant = (int)key.Grant;
            if (_held.TryGetValue(key.Number, out var held) && held == grant)
            {
                _granted.Cancel(key.Number, grant);
                foreach (var worker in _workers?.Workers ?? [])
                {
                    worker.Tell(new WorkerActor.CancelJob(key.Number, grant), Self);
                }
            }
        }
    }

    private void OnAttemptEnded(QueueMessage.AttemptEnded ended)
    {
        _granted.ForgetCancelled(ended.Number);
        _overdue.Remove(ended.Number);
        End(ended);
        AnswerStopWhenDone();
    }

    private void OnAttemptOverdue(QueueMessage.AttemptOverdue overdue)
    {
        if (_held.TryGetValue(overdue.Number, out var grant) && grant == overdue.Grant && _overdue.Add(overdue.Number))
        {
            Log.AttemptOverdueHere(Logger, overdue.Number, _name, RunningAttempt.Grace.TotalMilliseconds);
        }
    }

    private void End(QueueMessage.AttemptEnded ended)
    {
        if (_held.TryGetValue(ended.Number, out var grant) && grant == ended.Grant)
        {
            EndReport(ended.Number);
            _held.Remove(ended.Number);
            var body = new InboxBody { Queue = _name, Ended = new InboxEnded() };
            body.Ended.Ends.Add(InboxBodies.ToProto(ended));
            Post(body);
        }
    }

    private void OnStopConsuming(QueueMessage.StopConsuming stop)
    {
        _stopRequests.Add(Sender);
        _begun.IsStopping = !stop.GoesOn;
        if (_isConsuming)
        {
            _isConsuming = false;
            Desk?.Detach(Self);
            Announce(isComplete: false);
            GiveBackNotBegun();
        }

        if (!stop.GoesOn && !Context.Timers.IsActive(StopTimer))
        {
            Context.Timers.StartSingle(StopTimer, new QueueMessage.StopTimeoutReached(false), _options.StopTimeout);
        }

        AnswerStopWhenDone();
    }

    private void GiveBackNotBegun()
    {
        var notBegun = new Stack<GrantedJob>();
        while (_granted.TryTakeBack(out var job))
        {
            notBegun.Push(job);
        }

        // From the last to the first, so that the first is first again.
        foreach (var job in notBegun)
        {
            End(new QueueMessage.AttemptEnded(job.Number, job.Grant, new AttemptOutcome.Interrupted()));
        }
    }

    private void OnStopTimeoutReached(QueueMessage.StopTimeoutReached reached)
    {
        if (!reached.IsCancelled)
        {
            foreach (var worker in _workers?.Workers ?? [])
            {
                worker.Tell(WorkerActor.CancelAttempt.Instance, Self);
            }

            Context.Timers.StartSingle(StopTimer, new QueueMessage.StopTimeoutReached(true), CancelGrace);
            return;
        }

        Log.JobsAbandoned(Logger, _held.Count, _name);
        AnswerStop();
    }

    private void AnswerStopWhenDone()
    {
        if (_stopRequests.Count > 0 && _held.Count == 0)
        {
            // The ends of the last attempts must be durable: this process may be about to exit.
            _inbox.Tell(InboxActor.Sync.Instance, Self);
        }
    }

    private void OnSynced()
    {
        if (_held.Count == 0)
        {
            Context.Timers.Cancel(StopTimer);
            AnswerStop();
        }
    }

    private void AnswerStop()
    {
        foreach (var request in _stopRequests)
        {
            request.Tell(new QueueMessage.ConsumingStopped(_held.Count), Self);
        }

        _stopRequests.Clear();
    }
}
