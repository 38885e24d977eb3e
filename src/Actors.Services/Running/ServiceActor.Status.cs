using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>What is told of a service.</summary>
internal sealed partial class ServiceActor
{
    private ServiceStatus Status()
    {
        var uptime = _state == ServiceState.Running ? Site.System.Now - _runningSince : TimeSpan.Zero;
        if (Options.Restart.Backoff is { } healthy && healthy.ResetAfter != Timeout.InfiniteTimeSpan && uptime >= healthy.ResetAfter)
        {
            // The next failure would forgive them anyway; whoever looks now should not see them.
            _record?.Budget.Reset();
        }

        return new ServiceStatus
        {
            Name = Definition.Name,
            Kind = Definition.Kind,
            State = _state,
            At = Site.System.TimeProvider.GetUtcNow(),
            Since = _since,
            Uptime = uptime,
            Restarts = _record?.Budget.Restarts ?? 0,
            NextRestartAt = _state == ServiceState.Backoff ? _detour?.Comeback?.At ?? _record?.NextRestartAt : null,
            Group = Entry.Group?.Name,
            LastIncident = _record?.LastIncident,
            NotReadyBecause = NotReadyBecause(),
            Report = _incarnation?.Context.LastReport,
            Abandoned = _record?.Abandoned ?? 0,
        };
    }

    private string? NotReadyBecause() => _state switch
    {
        ServiceState.Running when !Options.AwaitsReady || _incarnation!.Context.IsReady => null, // Running has an incarnation.
        ServiceState.Running when Definition.Kind == ServiceKind.Url => "its first check is not over yet",
        ServiceState.Running when Definition.StopsGently => "its first tick has not succeeded yet",
        ServiceState.Running => "it has not called Ready() yet",
        ServiceState.Starting when _incarnation is null => $"it waits for {WaitsFor()}",
        ServiceState.Starting => "it is starting",
        ServiceState.Backoff when _detour?.Comeback is GroupRestart restart => $"it waits for the restart of its {restart.Group.Text}",
        ServiceState.Backoff when _detour?.Comeback is CauseRound => "it has failed and waits for its restart, together with others that have failed of the same cause",
        ServiceState.Backoff => "it has failed and waits for its restart",
        ServiceState.Stopping => "it is stopping",
        ServiceState.Completed => "it has completed",
        ServiceState.Failed => "it has failed for good: it needs a Start",
        _ => "it is stopped",
    };

    private IReadOnlyList<Incident> Incidents() => _record?.Incidents ?? [];

    private void Note(Exception cause, Incident.Verdict verdict) =>
        Note(Incident.Of(Site.System.TimeProvider.GetUtcNow(), cause, verdict, _record?.LastIncident));

    private void Note(string what, string rule) =>
        Note(new Incident(Site.System.TimeProvider.GetUtcNow(), null, what, null, 0, rule, null));

    private void Note(Incident incident) => Record.Add(incident);
}
