using Actors.Jobs;
using Actors.Services;

namespace Actors.Hosting.Management;

/// <summary>An answer as it is sent. What a command has nothing to say about is left out.</summary>
internal sealed record Answer(ManagementOutcome Outcome, string Text)
{
    /// <summary>What was asked for makes no sense. The name of the parameter, which .NET adds, says nothing to an operator.</summary>
    public static Answer Bad(ArgumentException fault) => new(
        ManagementOutcome.BadRequest,
        fault.Message.IndexOf($" (Parameter '{fault.ParamName}')", StringComparison.Ordinal) is >= 0 and var end ? fault.Message[..end] : fault.Message);

    /// <summary>The name of the actor system.</summary>
    public string? System { get; init; }

    public int? Process { get; init; }

    public DateTimeOffset? Since { get; init; }

    public IReadOnlyList<ServiceView>? Services { get; init; }

    public IReadOnlyList<IncidentView>? Incidents { get; init; }

    public IReadOnlyList<LineView>? Lines { get; init; }

    public ChangesView? Changes { get; init; }

    public IReadOnlyList<ScheduleView>? Schedules { get; init; }

    public IReadOnlyList<RunView>? Runs { get; init; }

    public IReadOnlyList<JobView>? Jobs { get; init; }

    public JobBatch? Batch { get; init; }

    public IReadOnlyList<QueueView>? Queues { get; init; }

    public ReasonView? Reason { get; init; }

    public ProgressView? Progress { get; init; }

    /// <summary>How many jobs match, of a change of all that do.</summary>
    public long? Matched { get; init; }

    /// <summary>How many of them were changed.</summary>
    public long? Changed { get; init; }

    /// <summary>Where the next part of a search begins.</summary>
    public string? Next { get; init; }

    public IReadOnlyList<ErrorView>? Errors { get; init; }
}

/// <summary>A service as it is sent.</summary>
internal sealed record ServiceView
{
    public required string Name { get; init; }

    public required ServiceKind Kind { get; init; }

    public required ServiceState State { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required bool IsReady { get; init; }

    public string? NotReadyBecause { get; init; }

    public required ServiceCondition Condition { get; init; }

    public double UptimeSeconds { get; init; }

    public int Restarts { get; init; }

    public DateTimeOffset? NextRestartAt { get; init; }

    public string? Report { get; init; }

    public int Abandoned { get; init; }

    public string? Group { get; init; }

    public IncidentView? LastIncident { get; init; }

    public required string Text { get; init; }

    public static ServiceView Of(ServiceStatus status) => new()
    {
        Name = status.Name,
        Kind = status.Kind,
        State = status.State,
        Since = status.Since,
        IsReady = status.IsReady,
        NotReadyBecause = status.NotReadyBecause,
        Condition = status.Condition(),
        UptimeSeconds = Math.Round(status.Uptime.TotalSeconds, 3),
        Restarts = status.Restarts,
        NextRestartAt = status.NextRestartAt,
        Report = status.Report,
        Abandoned = status.Abandoned,
        Group = status.Group,
        LastIncident = status.LastIncident is null ? null : IncidentView.Of(status.Name, status.LastIncident) with { Details = null },
        Text = status.ToString(),
    };
}

/// <summary>What settings change, by the names of services; and keys that are taken up at the next start only.</summary>
internal sealed record ChangesView(
    IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Restarted, IReadOnlyList<string> Changed, IReadOnlyList<string> Queues,
    IReadOnlyList<string> Schedules, IReadOnlyList<string> AtNextStart)
{
    public static ChangesView Of(SettingsChanges changes) =>
        new([.. changes.Added.Select(service => service.Name)], changes.Removed, changes.Restarted, changes.Changed, [.. changes.Queues], [.. changes.Schedules], changes.AtNextStart);
}

/// <summary>A line of output as it is sent.</summary>
internal sealed record LineView(string Service, long Number, DateTimeOffset At, bool IsError, string Text);

/// <summary>An incident as it is sent.</summary>
internal sealed record IncidentView(
    string Service, DateTimeOffset At, string? ExceptionType, string Message, string? Details, int Restart, string Rule, DateTimeOffset? NextRestartAt, IReadOnlyList<string>? Services)
{
    public static IncidentView Of(string service, Incident incident) => new(
        service, incident.At, incident.ExceptionType, incident.Message, incident.Details, incident.Restart, incident.Rule, incident.NextRestartAt,
        incident.Services.Count > 0 ? incident.Services : null);
}
