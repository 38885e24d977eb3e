using Actors.Jobs.Queues;

namespace Actors.Jobs.Workers;

/// <summary>An attempt that code makes which takes jobs itself.</summary>
internal sealed partial class JobExecutor
{
    private async ValueTask<AttemptOutcome> RunPulledAsync(GrantedJob granted, RunningAttempt attempt)
    {
        try
        {
            return execution.Desk is { } desk
                ? await desk.RunAsync(granted, attempt, result => Outcome(granted, result))
                : new AttemptOutcome.Interrupted();
        }
        catch (OperationCanceledException cause)
        {
            return attempt.Cause switch
            {
                CancelCause.Request => new AttemptOutcome.Cancelled(),
                CancelCause.Timeout => TimedOut(granted, cause),
                _ => new AttemptOutcome.Interrupted(execution.IsStopping ? JobInterruptionCause.ProcessStopped : JobInterruptionCause.ConsumerStopped),
            };
        }
    }
}
