using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>The life of one service: what it may do next, and what follows when its code ends. The code itself runs beside it, in an <see cref="Incarnation"/>.</summary>
/// <remarks>Cut by concern: Failures (what follows an end), Waiting (what it waits for, and who waits for it), Status (what is told of it).</remarks>
internal sealed partial class ServiceActor(ServiceEntry entry) : ActorBase
{
    private ServiceState _state = ServiceState.Stopped;
    private DateTimeOffset _since = entry.Site.System.TimeProvider.GetUtcNow();
    private TimeSpan _runningSince;
    private TimeSpan? _ranFor;
    private Incarnation? _incarnation;
    private List<Waiter>? _waiters;
    private ServiceCommand.Start? _startAfterStop;

    private ServiceSite Site => entry.Site;

    private ServiceDefinition Definition => entry.Definition;

    private ServiceOptions Options => entry.Options;

    protected override ValueTask OnReceiveAsync(object message)
    {
        switch (message)
        {
            case ServiceCommand.Query query:
                Answer(query.Operation, query.Index);
                break;
            case ServiceCommand.QueryIncidents:
                Sender.Tell(Incidents(), Self);
                break;
            case ServiceCommand.Apply apply:
                OnApply(apply.Options);
                break;
            case ServiceCommand.Start start:
                OnStart(start);
                break;
            case ServiceCommand.Stop stop:
                OnStop(stop);
                break;
            case ServiceCommand.Began began:
                OnBegan(began.Incarnation);
                break;
            case ServiceCommand.BecameReady became when ReferenceEquals(became.Incarnation, _incarnation):
                NoteReadiness();
                break;
            case ServiceCommand.BecameReady:
                break;
            case ServiceCommand.DependencyReady:
                OnDependencyReady();
                break;
            case ServiceCommand.WatchdogDue due:
                OnWatchdogDue(due.Incarnation);
                break;
            case ServiceCommand.TickFailed failed:
                OnTickFailed(failed);
                break;
            case ServiceCommand.Ended ended:
                OnEnded(ended);
                break;
            case ServiceCommand.Overdue overdue:
                OnOverdue(overdue.Incarnation);
                break;
            case ServiceCommand.Await others:
                OnAwait(others.Comeback);
                break;
            case ServiceCommand.Share share:
                OnShare(share);
                break;
            case ServiceCommand.Return come:
                OnReturn(come.Comeback);
                break;
            case ServiceCommand.StandDown down:
                OnStandDown(down.Order);
                break;
            case ServiceCommand.RestartDue when _state == ServiceState.Backoff:
                Launch(Record.Budget.Restarts);
                break;
            case ServiceCommand.RestartDue or ServiceCommand.StoppedInTime:
                break;
            default:
                Unhandled(message);
                break;
        }

        return default;
    }

    /// <summary>The system ends, or the service was unregistered: the same stop, in the same order, but nobody reads the mailbox any more.</summary>
    protected override async ValueTask PostStopAsync()
    {
        await (entry.Turn?.Come ?? Task.CompletedTask);

        if (_incarnation is { } incarnation)
        {
            if (_state != ServiceState.Stopping)
            {
                MoveTo(ServiceState.Stopping);
                incarnation.RequestStop();
            }

            if (await incarnation.StopAsync())
            {
                NoteEnd(incarnation);
                Log.Stopped(Site.Logger, Definition.Name);
            }
            else
            {
                NoteAbandoned();
            }

            _incarnation = null;
            MoveTo(ServiceState.Stopped);
        }

        AnswerWaiters(null);
        entry.Turn?.Next?.Give();
    }

    private void OnStart(ServiceCommand.Start start)
    {
        switch (_state)
        {
            case ServiceState.Running:
                Answer(start.Operation, start.Index);
                break;
            case ServiceState.Starting when _incarnation is null:
                Answer(start.Operation, start.Index);
                break;
            case ServiceState.Starting:
                AddWaiter(Awaited.Start, start.Operation, start.Index);
                break;
            case ServiceState.Stopping:
                LeaveComeback();
                _startAfterStop = start;
                AddWaiter(Awaited.Start, start.Operation, start.Index);
                break;
            default:
                AddWaiter(Awaited.Start, start.Operation, start.Index);
                StartAnew(start);
                break;
        }
    }

    private void OnApply(ServiceOptions options)
    {
        entry.Options = options;
        _record?.Apply(options);
        Answer(null, 0);
    }

    private void OnStop(ServiceCommand.Stop stop)
    {
        switch (_state)
        {
            case ServiceState.Starting when _incarnation is null:
                MoveTo(ServiceState.Stopping);
                AddWaiter(Awaited.Stop, stop.Operation, stop.Index);
                OnStopped();
                break;
            case ServiceState.Starting or ServiceState.Running:
                AddWaiter(Awaited.Stop, stop.Operation, stop.Index);
                BeginStop(_incarnation!); // Both states have one.
                break;
            case ServiceState.Stopping:
                _startAfterStop = null;
                _hung = null;
                LeaveComeback();
                AddWaiter(Awaited.Stop, stop.Operation, stop.Index);
                break;
            case ServiceState.Backoff:
                Context.Timers.Cancel(ServiceCommand.RestartDue.Instance);
                LeaveComeback();
                MoveTo(ServiceState.Stopped);
                Log.RestartCancelled(Site.Logger, Definition.Name);
                Answer(stop.Operation, stop.Index);
                break;
            default:
                Answer(stop.Operation, stop.Index);
                break;
        }
    }

    /// <summary>A command starts with a clean slate: earlier failures are forgiven.</summary>
    private void StartAnew(ServiceCommand.Start start)
    {
        Context.Timers.Cancel(ServiceCommand.RestartDue.Instance);
        _comeback = null;
        _record?.Budget.Reset();
        entry.StartOrder = start.Order;
        Launch(0);
    }

    private void Launch(int restart)
    {
        MoveTo(ServiceState.Starting);
        if (!IsGateOpen())
        {
            _restartBehindGate = restart;
            AnswerWaiters(Awaited.Start);
            return;
        }

        Run(restart);
    }

    private void Run(int restart)
    {
        if (_record is { Abandoned: > 0 and var abandoned })
        {
            Log.StartedBesideAbandoned(Site.Logger, Definition.Name, abandoned);
            Note($"started while {abandoned} abandoned {(abandoned == 1 ? "body" : "bodies")} of it still ran", "what an abandoned body holds, it still holds");
        }

        _incarnation = new Incarnation(entry, restart);
        Context.RunTask(_incarnation.RunAsync, _incarnation.NewEnded);
    }

    private void OnBegan(Incarnation incarnation)
    {
        if (!ReferenceEquals(incarnation, _incarnation) || _state != ServiceState.Starting)
        {
            return;
        }

        _runningSince = Site.System.Now;
        MoveTo(ServiceState.Running);
        NoteReadiness();
        BeginWatch(incarnation);
        Log.Running(Site.Logger, Definition.Name, incarnation.Restart);
        AnswerWaiters(Awaited.Start);
    }

    private void BeginStop(Incarnation incarnation)
    {
        MoveTo(ServiceState.Stopping);
        incarnation.RequestStop();
        EndBody(incarnation);
    }

    private void EndBody(Incarnation incarnation)
    {
        var isInTime = true;
        Context.RunTask(
            async () => isInTime = await incarnation.StopAsync(),
            _ => isInTime ? ServiceCommand.StoppedInTime.Instance : new ServiceCommand.Overdue(incarnation));
    }

    private void OnStopped()
    {
        _incarnation = null;
        if (_hung is { } hung)
        {
            _hung = null;
            OnFailed(hung);
            return;
        }

        if (_standDown is { } down)
        {
            _standDown = null;
            FinishStandDown(down);
            return;
        }

        MoveTo(ServiceState.Stopped);
        AnswerWaiters(Awaited.Stop);
        if (_startAfterStop is { } start)
        {
            _startAfterStop = null;
            StartAnew(start);
        }
        else
        {
            AnswerWaiters(Awaited.Start);
        }
    }

    private void MoveTo(ServiceState state)
    {
        if (!ServiceTransitions.IsLegal(_state, state))
        {
            throw new InvalidOperationException($"Service '{Definition.Name}' cannot go from {_state} to {state}. Please report this defect.");
        }

        _state = state;
        entry.State = state;
        entry.IsReady = false;
        _since = Site.System.TimeProvider.GetUtcNow();
        if (state != ServiceState.Starting)
        {
            TellReturned();
        }
    }

    private void AddWaiter(Awaited awaited, ServiceOperation? operation, int index)
    {
        if (operation is not null)
        {
            (_waiters ??= []).Add(new Waiter(awaited, operation, index));
        }
    }

    /// <param name="awaited">Whom; null answers all.</param>
    private void AnswerWaiters(Awaited? awaited)
    {
        if (_waiters is null)
        {
            return;
        }

        foreach (var waiter in _waiters)
        {
            if (awaited is null || waiter.Awaited == awaited)
            {
                Answer(waiter.Operation, waiter.Index);
            }
        }

        _waiters.RemoveAll(waiter => awaited is null || waiter.Awaited == awaited);
        _waiters = _waiters.Count == 0 ? null : _waiters;
    }

    private void Answer(ServiceOperation? operation, int index)
    {
        if (operation is not null)
        {
            Context.Parent.Tell(new ServiceAnswer(operation, index, Status()), Self);
        }
        else
        {
            Sender.Tell(Status(), Self);
        }
    }

    private enum Awaited
    {
        Start,
        Stop,
    }

    private readonly record struct Waiter(Awaited Awaited, ServiceOperation Operation, int Index);
}
