using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>The life of one service: what it may do next, and what follows when its code ends. The code itself runs beside it, in an <see cref="Incarnation"/>.</summary>
/// <remarks>Cut by concern: Failures (what follows an end), Waiting (what it waits for, and who waits for it), Status (what is told of it).</remarks>
internal sealed partial class ServiceActor(ServiceSite site) : ActorBase
{
    private ServiceState _state = ServiceState.Stopped;
    private DateTimeOffset _since = site.System.TimeProvider.GetUtcNow();
    private ServiceEntry? _entry;
    private TimeSpan _runningSince;
    private Incarnation? _incarnation;
    private List<Waiter>? _waiters;
    private Detour? _detour;

    private ServiceSite Site => site;

    /// <summary>Found before the first message.</summary>
    private ServiceEntry Entry => _entry!; // As it says.

    private Detour Detour => _detour ??= new Detour();

    private ServiceDefinition Definition => Entry.Definition;

    private ServiceOptions Options => Entry.Options;

    /// <summary>By name, so that all services can be made by one recipe.</summary>
    protected override ValueTask PreStartAsync()
    {
        _entry = site.Find(Self.Path.Name);
        return default;
    }

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
            case ServiceCommand.Broke broke when _incarnation is { } broken:
                OnEnded(new ServiceCommand.Ended(broken, broke.Defect));
                break;
            case ServiceCommand.RestartDue or ServiceCommand.NothingMore or ServiceCommand.Broke or ServiceCommand.StoppedInTime:
                break;
            case Terminated ended:
                OnChildEnded(ended.Actor);
                break;
            default:
                Pass(message);
                break;
        }

        return default;
    }

    /// <summary>The system ends, or the service was unregistered: the same stop, in the same order, but nobody reads the mailbox any more.</summary>
    protected override async ValueTask PostStopAsync()
    {
        await (Entry.Turn?.Come ?? Task.CompletedTask);

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
        Entry.Turn?.Next?.Give();
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
                Detour.StartAfterStop = start;
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
        Entry.Options = options;
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
                _detour?.StartAfterStop = null;
                _detour?.Hung = null;
                _detour?.RanFor = null;
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
        _detour?.Comeback = null;
        _record?.Budget.Reset();
        Entry.StartOrder = start.Order;
        Launch(0);
    }

    private void Launch(int restart)
    {
        MoveTo(ServiceState.Starting);
        if (!IsGateOpen())
        {
            Detour.RestartBehindGate = restart;
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

        _incarnation = new Incarnation(Entry, restart);
        MakeActor(_incarnation);
        Context.RunTask(_incarnation.RunAsync, Incarnation.OnRun);
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
        if (_detour?.Hung is { } hung)
        {
            _detour?.Hung = null;
            if (_detour?.StartAfterStop is null)
            {
                OnFailed(hung);
                return;
            }

            _detour?.RanFor = null;
            Note(hung, new Incident.Verdict("started again by a command that came while it was being ended"));
        }

        if (_detour?.StandDown is { } down)
        {
            _detour?.StandDown = null;
            FinishStandDown(down);
            return;
        }

        MoveTo(ServiceState.Stopped);
        AnswerWaiters(Awaited.Stop);
        if (_detour?.StartAfterStop is { } start)
        {
            _detour?.StartAfterStop = null;
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
        Entry.State = state;
        Entry.IsReady = false;
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
