using Actors.Jobs.Workers;

namespace Actors.Jobs.Queues;

/// <summary>The consumer is a service of its own: this is what it switches on and off.</summary>
internal sealed partial class QueueActor
{
    /// <summary>How long a cancelled attempt may take to end before it is given up on.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);
    private static readonly object StopTimer = new();

    private readonly List<IActorRef> _stopRequests = [];
    private WorkerPool? _workers;

    /// <summary>Attempts in the hands of workers.</summary>
    private int _handedOver;

    private void OnStartConsuming()
    {
        if (Unavailability is { } cause)
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, cause)), Self);
            return;
        }

        _setup.IsConsuming = true;
        Begun.IsStopping = false;
        _handlers.Clear();
        Desk?.Attach(Self);
        StartWorkers();
        _workers!.Resize(WorkersHere); // Just made, or there; of another consumer, perhaps.
        ReturnUnhandled();
        UpdateAlone();
        Sender.Tell(new QueueMessage.ConsumingStarted(), Self);
        FlushSoon();
    }

    private void StartWorkers()
    {
        if (_workers is null)
        {
            _workers = new WorkerPool(_granted, Begun, new JobExecutor(_setup.Execution, Context.System, Logger), Context);
            _workers.Resize(WorkersHere);
        }
    }

    /// <summary>Everything but the number of workers is read when it is needed.</summary>
    private void OnReconfigure(QueueOptions options)
    {
        _configured = _setup.Options = options;
        _state.ConfiguredLimits = options.Limits;
        _state.RetryBudget = options.Retry.Budget;
        ApplyOverride();
        RestartRetention();
        ReconfigureFailures();
    }

    private void StopWorkers()
    {
        foreach (var worker in _workers?.Workers ?? [])
        {
            Context.Stop(worker);
        }

        _workers = null;

        // Workers that end know the old one only, and cannot be woken from the new.
        _granted = new GrantedJobs();
    }

    private void OnStopConsuming()
    {
        _stopRequests.Add(Sender);
        Begun.IsStopping = true;
        if (_setup.IsConsuming)
        {
            _setup.IsConsuming = false;
            _handlers.Clear();
            Desk?.Detach(Self);
            ReleaseNotBegun();
            UpdateAlone();
            FlushSoon();
        }

        // Also when it is off: those that were given up on earlier may be running yet.
        if (!Context.Timers.IsActive(StopTimer))
        {
            Context.Timers.StartSingle(StopTimer, new QueueMessage.StopTimeoutReached(false), _options.StopTimeout);
        }

        AnswerStopConsumingWhenDone();
    }

    private void ReleaseNotBegun()
    {
        var notBegun = new Stack<long>();
        while (_granted.TryTakeBack(out var job))
        {
            notBegun.Push(job.Number);
        }

        // From the last to the first, so that the first is first again.
        foreach (var number in notBegun)
        {
            _handedOver--;
            Release(number);
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

        Log.JobsAbandoned(Logger, _handedOver, _name);
        if (_wantsAlone)
        {
            // It goes on, but the others need not wait for what was given up on.
            StopWantingAlone();
        }

        AnswerStopConsuming();
    }

    private void AnswerStopConsumingWhenDone()
    {
        if (_stopRequests.Count > 0 && _handedOver == 0)
        {
            Context.Timers.Cancel(StopTimer);
            AnswerStopConsuming();
        }
    }

    private void AnswerStopConsuming()
    {
        foreach (var request in _stopRequests)
        {
            request.Tell(new QueueMessage.ConsumingStopped(_handedOver), Self);
        }

        _stopRequests.Clear();
    }
}
