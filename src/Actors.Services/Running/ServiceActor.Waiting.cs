using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>What the service waits for before its code is started, who waits for it, and the watch on its heartbeat.</summary>
internal sealed partial class ServiceActor
{
    private bool IsGateOpen()
    {
        foreach (var dependency in Entry.Dependencies)
        {
            if (!dependency.IsReady)
            {
                return false;
            }
        }

        return true;
    }

    private void OnDependencyReady()
    {
        if (_state == ServiceState.Starting && _incarnation is null && IsGateOpen())
        {
            Run(_detour?.RestartBehindGate ?? 0);
        }
    }

    /// <summary>Such as <c>db, which is Backoff, and cache, which is not ready</c>.</summary>
    private string WaitsFor() => string.Join(
        " and ",
        Entry.Dependencies.Where(dependency => !dependency.IsReady)
            .Select(dependency => $"{dependency.Name}, which is {(dependency.State == ServiceState.Running ? "not ready yet" : dependency.State)}"));

    /// <summary>Those that wait are told after the fact is written, so that whoever looks too early is told again.</summary>
    private void NoteReadiness()
    {
        if (_state == ServiceState.Running && !Entry.IsReady && NotReadyBecause() is null)
        {
            Entry.IsReady = true;
            foreach (var dependent in Entry.Dependents)
            {
                dependent.Actor.Tell(ServiceCommand.DependencyReady.Instance, Self);
            }
        }
    }

    private void BeginWatch(Incarnation incarnation)
    {
        if (Options.Watchdog != Timeout.InfiniteTimeSpan)
        {
            incarnation.Beat();
            Watch(incarnation, Options.Watchdog);
        }
    }

    private void Watch(Incarnation incarnation, TimeSpan after) =>
        Context.Timers.StartSingle(nameof(Options.Watchdog), new ServiceCommand.WatchdogDue(incarnation), after);

    private void OnWatchdogDue(Incarnation incarnation)
    {
        if (!ReferenceEquals(incarnation, _incarnation) || _state != ServiceState.Running || Options.Watchdog == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var silent = Site.System.TimeProvider.GetElapsedTime(incarnation.LastBeat);
        if (silent < Options.Watchdog)
        {
            Watch(incarnation, Options.Watchdog - silent);
            return;
        }

        Detour.Hung = new ServiceHungException(Definition.Name, silent, Options.Watchdog);
        Detour.RanFor = Site.System.Now - _runningSince;
        MoveTo(ServiceState.Stopping);
        incarnation.RequestEnd();
        EndBody(incarnation);
    }
}
