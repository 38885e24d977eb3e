using System.Globalization;
using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;

namespace Actors.Jobs.Workers;

/// <summary>What follows a failed attempt, and how it is put into words.</summary>
internal sealed partial class JobExecutor
{
    private const int MaxErrorLength = 8_000;

    /// <param name="granted">The job.</param>
    /// <param name="reason">Why, in short, for the log.</param>
    /// <param name="error">Why, at length, for the status.</param>
    /// <param name="cause">What was thrown, if it was.</param>
    /// <param name="after">The delay that the handler wants, if it does.</param>
    private AttemptOutcome Failed(GrantedJob granted, string reason, string error, Exception? cause, TimeSpan? after)
    {
        LogFailure(granted, reason, cause);
        JobTelemetry.NoteFailure(cause);
        var policy = granted.Handler.Policy;
        return granted.Attempt >= policy.MaxAttempts || (cause is not null && policy.IsNonRetryable(cause))
            ? new AttemptOutcome.Failed(error, null)
            : new AttemptOutcome.Failed(error, (after ?? NextDelay(granted, error, cause)) is { } delay ? Positive(delay) : null);
    }

    private static TimeSpan Positive(TimeSpan delay) => delay > TimeSpan.Zero ? delay : TimeSpan.Zero;

    /// <summary>What an attempt throws after its timeout is told, but the timeout is why it failed.</summary>
    private AttemptOutcome TimedOut(GrantedJob granted, Exception cause)
    {
        var reason = string.Create(
            CultureInfo.InvariantCulture, $"The attempt took longer than its timeout of {granted.Handler.Policy.Timeout.TotalSeconds:0.###} s.");
        return cause is OperationCanceledException
            ? Failed(granted, reason, reason, new TimeoutException(reason, cause), null)
            : Failed(granted, reason, Cut(reason + Environment.NewLine + Text(cause)), cause, null);
    }

    private TimeSpan? NextDelay(GrantedJob granted, string error, Exception? cause)
    {
        var policy = granted.Handler.Policy;
        var delay = policy.Backoff.Delay(granted.Attempt - 1, system.Random);
        if (!policy.HasNextDelay)
        {
            return delay;
        }

        try
        {
            return policy.NextDelay(new RetryContext(
                granted.Id, _queue, granted.Handler.Type.Name, granted.Attempt, error, cause, delay, system.Random));
        }
        catch (Exception thrown)
        {
            Log.RetryPolicyFailed(logger, granted.Id, _queue, granted.Handler.Type.Name, delay.TotalMilliseconds, Cut(Message(thrown)), thrown);
            return delay;
        }
    }

    private void LogFailure(GrantedJob granted, string reason, Exception? cause) =>
        Log.AttemptFailed(logger, granted.Id, _queue, granted.Handler.Type.Name, granted.Attempt, Cut(reason), cause);

    private static string Text(Exception cause) => Cut(Read(cause, static c => c.ToString()));

    private static string Message(Exception cause) => Read(cause, static c => c.Message);

    /// <summary>An exception is the user's code, and even its text may throw: the attempt has failed all the same.</summary>
    private static string Read(Exception cause, Func<Exception, string?> text)
    {
        try
        {
            return text(cause) ?? cause.GetType().ToString();
        }
        catch (Exception thrown)
        {
            return $"{cause.GetType()} (its text cannot be read: it throws {thrown.GetType()})";
        }
    }

    private static string Cut(string text) => text.Length <= MaxErrorLength ? text : text[..MaxErrorLength] + "…";
}
