using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;
using Actors.Jobs.Types;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Actors.Jobs.Workers;

/// <summary>Runs one attempt: decode, scope, handler, outcome. One direction, and every end of it is an outcome.</summary>
internal sealed partial class JobExecutor(QueueExecution execution, ActorSystem system, ILogger logger)
{
    private readonly string _queue = execution.Queue;
    private readonly JobPipeline _pipeline = execution.Pipeline;
    private readonly IServiceScopeFactory? _scopes = execution.Services.GetService<IServiceScopeFactory>();

    public ValueTask<AttemptOutcome> RunAsync(GrantedJob granted, RunningAttempt attempt) =>
        JobTelemetry.IsOfAttempts ? RunObservedAsync(granted, attempt) : RunUnobservedAsync(granted, attempt);

    private async ValueTask<AttemptOutcome> RunUnobservedAsync(GrantedJob granted, RunningAttempt attempt)
    {
        if (granted.Handler is PullHandler)
        {
            return await RunPulledAsync(granted, attempt);
        }

        var type = granted.Handler.Type;
        object job;
        try
        {
            job = granted.Payload.IsEmpty
                ? throw new InvalidOperationException("The arguments are lost: a repair of the journal had to give up the row in which they were.")
                : granted.Handler.Read(granted.Payload.Span, granted.TypeVersion);
        }
        catch (Exception cause)
        {
            // Whatever the constructor or a converter throws: these arguments are not for this class.
            var reason = Cut(Message(cause));
            Log.JobParked(logger, granted.Id, _queue, type.Name, reason);
            return new AttemptOutcome.Undecodable(reason);
        }

        try
        {
            if (_scopes is null)
            {
                return Outcome(granted, await HandleAsync(execution.Services, granted, job, attempt.Token, attempt.Queue));
            }

            await using var scope = _scopes.CreateAsyncScope();
            return Outcome(granted, await HandleAsync(scope.ServiceProvider, granted, job, attempt.Token, attempt.Queue));
        }
        catch (Exception) when (attempt.Cause == CancelCause.Request)
        {
            return new AttemptOutcome.Cancelled();
        }
        catch (OperationCanceledException) when (attempt.Cause == CancelCause.Stop)
        {
            return new AttemptOutcome.Interrupted(execution.IsStopping ? JobInterruptionCause.ProcessStopped : JobInterruptionCause.ConsumerStopped);
        }
        catch (Exception cause) when (attempt.Cause == CancelCause.Timeout)
        {
            return TimedOut(granted, cause);
        }
        catch (Exception cause)
        {
            return Failed(granted, Message(cause), Text(cause), cause, null);
        }
    }

    /// <summary>Runs a job that is in no queue: whoever called gets what the handler answers or throws.</summary>
    public async Task<JobResult> RunInlineAsync(GrantedJob granted, CancellationToken cancellationToken)
    {
        var job = granted.Handler.Read(granted.Payload.Span, granted.TypeVersion);
        if (_scopes is null)
        {
            return await HandleAsync(execution.Services, granted, job, cancellationToken) ?? JobResult.Success;
        }

        await using var scope = _scopes.CreateAsyncScope();
        return await HandleAsync(scope.ServiceProvider, granted, job, cancellationToken) ?? JobResult.Success;
    }

    /// <returns>What the handler answers; null when it answers nothing, which is success.</returns>
    private Task<JobResult?> HandleAsync(
        IServiceProvider scope, GrantedJob granted, object job, CancellationToken cancellationToken, IActorRef? owner = null)
    {
        var context = new JobContext(granted.Id, _queue, granted.Handler.Type.Name, granted.Attempt, granted.EnqueuedAt, scope)
        {
            Execution = owner is null ? null : execution,
            Granted = owner is null ? null : granted,
            Owner = owner,
            Key = granted.Key,
            Tags = granted.Traits?.Tags ?? TagList.Empty,
        };
        return _pipeline.IsEmpty ? HandleAsync(scope, granted, job, context, cancellationToken) : RunPipelineAsync();

        async Task<JobResult?> RunPipelineAsync() => await _pipeline.RunAsync(
            scope,
            context,
            job,
            async token => await HandleAsync(scope, granted, job, context, token) ?? JobResult.Success,
            cancellationToken);
    }

    private static async Task<JobResult?> HandleAsync(
        IServiceProvider scope, GrantedJob granted, object job, JobContext context, CancellationToken cancellationToken)
    {
        var handling = granted.Handler.RunAsync(scope, job, context, cancellationToken);
        if (handling is null)
        {
            throw new InvalidOperationException($"The handler of '{granted.Handler.Type.Name}' returned null instead of a task.");
        }

        await handling;
        return handling is Task<JobResult> answered ? await answered : null;
    }

    private AttemptOutcome Outcome(GrantedJob granted, JobResult? result)
    {
        switch (result)
        {
            case JobResult.Cancelled:
                return new AttemptOutcome.Cancelled();
            case JobResult.Failed failed:
                LogFailure(granted, failed.Text, null);
                JobTelemetry.NoteFailure(null);
                return new AttemptOutcome.Failed(Cut(failed.Text), null);
            case JobResult.Retried retried:
                return Failed(granted, retried.Text, Cut(retried.Text), null, retried.After);
            case JobResult.Snoozed { Until: { } until }:
                return new AttemptOutcome.Snoozed(Positive(until - system.TimeProvider.GetUtcNow()));
            case JobResult.Snoozed snoozed:
                return new AttemptOutcome.Snoozed(snoozed.Duration);
            case JobResult.Succeeded { Type: { } type } succeeded:
                return SucceededWith(granted, succeeded.Kept, type);
            default:
                return AttemptOutcome.Succeeded.Instance;
        }
    }
}
