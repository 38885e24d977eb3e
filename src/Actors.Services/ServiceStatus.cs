using System.Text;
using Actors.Services.Running;

namespace Actors.Services;

/// <summary>What is known of a service at one moment.</summary>
public sealed record ServiceStatus
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The form in which it was written.</summary>
    public required ServiceKind Kind { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ServiceState State { get; init; }

    /// <summary>When this status was taken.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Since when it has been in <see cref="State"/>.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How long its code has been running; zero when it is not.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>Restarts after failures since these were last forgiven: by a Start, or by running for <see cref="BackoffOptions.ResetAfter"/>.</summary>
    public int Restarts { get; init; }

    /// <summary>When it will be started again; null unless it is in <see cref="ServiceState.Backoff"/>.</summary>
    public DateTimeOffset? NextRestartAt { get; init; }

    /// <summary>The name of the <see cref="ServiceGroup"/> that it is in; null when it is in none.</summary>
    public string? Group { get; init; }

    /// <summary>The last thing that went wrong; null when nothing has.</summary>
    public Incident? LastIncident { get; init; }

    /// <summary>Why it is not ready; null when it is.</summary>
    public string? NotReadyBecause { get; init; }

    /// <summary>Whether it is ready to do its work for others.</summary>
    public bool IsReady => NotReadyBecause is null;

    /// <summary>What it has said of itself by <see cref="ServiceContext.Report"/>; null when nothing.</summary>
    public string? Report { get; init; }

    /// <summary>How many earlier bodies of it did not stop when they were told to and are still running.</summary>
    public int Abandoned { get; init; }

    /// <summary>The status in words, for people. Not for parsing.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Name).Append(": ").Append(State).Append(" for ").Append(TimeText.Of(At - Since))
            .Append(" (since ").Append(TimeText.Of(Since)).Append(')');
        if (NextRestartAt is { } next)
        {
            text.Append(Restarts == 0 ? ", started again" : $", restart {Restarts}").Append(" in ").Append(TimeText.Of(next > At ? next - At : TimeSpan.Zero))
                .Append(" (at ").Append(TimeText.Of(next)).Append(')');
        }
        else if (Restarts > 0)
        {
            text.Append(", restarted ").Append(TimeText.Times(Restarts));
        }

        if (Group is not null)
        {
            text.Append(", group ").Append(Group);
        }

        if (State is ServiceState.Running or ServiceState.Starting && NotReadyBecause is { } reason)
        {
            text.Append(", not ready: ").Append(reason);
        }

        if (Report is not null)
        {
            text.Append(", says: ").Append(Report);
        }

        if (Abandoned > 0)
        {
            text.Append(", ").Append(Abandoned).Append(" abandoned and still running");
        }

        return LastIncident is null ? text.ToString() : text.Append(". Last incident: ").Append(LastIncident).ToString();
    }
}
