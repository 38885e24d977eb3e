using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;

namespace Actors.Jobs.Workers;

/// <summary>An attempt that somebody wants to know of: its span, and its measurements.</summary>
internal sealed partial class JobExecutor
{
    private async ValueTask<AttemptOutcome> RunObservedAsync(GrantedJob granted, RunningAttempt attempt)
    {
        var type = granted.Handler.Type.Name;
        var time = system.TimeProvider;
        JobMetrics.OnStarted(_queue, type, granted.ReadyAt is { } ready ? time.GetUtcNow() - ready : null);
        var began = time.GetTimestamp();

        // Reverts to what it was when this method returns, and so does the current activity.
        using var span = JobTelemetry.StartAttempt(_queue, granted);
        var outcome = await RunUnobservedAsync(granted, attempt);
        if (span is not null)
        {
            JobTelemetry.EndAttempt(span, outcome);
        }

        JobMetrics.OnEnded(_queue, type, outcome, time.GetElapsedTime(began));
        return outcome;
    }
}
