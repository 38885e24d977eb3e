using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;
using ActivityContext = System.Diagnostics.ActivityContext;

namespace Actors.Jobs;

/// <summary>A job in the hands of code that takes jobs itself (<see cref="JobConsumer"/>), until it says how the attempt ended. Thread-safe.</summary>
/// <remarks>
/// It is said once. Whoever says it later, or after the job was lost (its timeout is over, somebody has cancelled it, the consumer is disposed of, the queue has lost its store), gets a
/// <see cref="JobRefusedException"/>, and nothing changes.
/// </remarks>
public sealed class PulledJob
{
    private readonly GrantedJob _granted;
    private readonly RunningAttempt _attempt;
    private readonly QueueExecution _execution;
    private readonly PullDesk _desk;
    private readonly Func<JobResult, AttemptOutcome> _outcomeOf;
    private readonly TaskCompletionSource<AttemptOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isOver;

    internal PulledJob(GrantedJob granted, RunningAttempt attempt, QueueExecution execution, PullDesk desk, Func<JobResult, AttemptOutcome> outcomeOf)
    {
        _granted = granted;
        _attempt = attempt;
        _execution = execution;
        _desk = desk;
        _outcomeOf = outcomeOf;
        Lost = attempt.Token;
        Trace = JobTelemetry.ContextOf(granted.Traits);
    }

    /// <summary>The job's identity: the same for every attempt.</summary>
    public JobId Id => _granted.Id;

    /// <summary>The stable name of its type.</summary>
    public string Type => _granted.Handler.Type.Name;

    /// <summary>The version of its arguments.</summary>
    public int TypeVersion => _granted.TypeVersion;

    /// <summary>Its queue.</summary>
    public string Queue => _execution.Queue;

    /// <summary>The number of this attempt; the first is 1.</summary>
    public int Attempt => _granted.Attempt;

    /// <summary>When the job was accepted.</summary>
    public DateTimeOffset EnqueuedAt => _granted.EnqueuedAt;

    /// <summary>What it is counted by in limits; null when by nothing.</summary>
    public string? Key => _granted.Key;

    /// <summary>The words that it was given to be found by.</summary>
    public IReadOnlyList<string> Tags => _granted.Traits?.Tags ?? TagList.Empty;

    /// <summary>Its arguments, as JSON.</summary>
    public ReadOnlyMemory<byte> Args => _granted.Payload;

    /// <summary>Cancelled when the job is lost: its timeout is over, somebody has cancelled it, or its process stops.</summary>
    public CancellationToken Lost { get; }

    /// <summary>The trace that it belongs to, as the parent for spans of one's own: the span of this attempt, from when the job was taken until it has ended; without a listener to those, that of whoever enqueued the job.</summary>
    /// <value>The default when there is no trace.</value>
    public ActivityContext Trace { get; }

    internal IActorRef Owner => _attempt.Queue;

    internal Task<AttemptOutcome> Ended => _ended.Task;

    /// <summary>Reads its arguments; of an older version by the upcasters of its queue, when this process has a handler for the class.</summary>
    /// <exception cref="JsonException">They are not of this class.</exception>
    public T Read<T>() => (T)(((PullHandler)_granted.Handler).ReadKnown(typeof(T), Args.Span, TypeVersion) // Only such jobs are pulled.
        ?? JsonSerializer.Deserialize(Args.Span, (JsonTypeInfo<T>)_execution.Json.GetTypeInfo(typeof(T)))
        ?? throw new JsonException($"The arguments of job {Id} are null."));

    /// <summary>Says how far this attempt is, as <see cref="JobContext.Progress"/>.</summary>
    /// <param name="fraction">From 0 to 1.</param>
    /// <param name="text">What it does at present; up to 200 characters are kept.</param>
    public void Progress(double fraction, string? text = null)
    {
        if (!(fraction is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Progress is from 0 to 1: 0.4 is 40 %.");
        }

        _execution.Reports.Progress(_granted, fraction, text);
    }

    /// <summary>It is done. When the task completes, that is durable; in a process that does not own the queue, on its way to the owner.</summary>
    /// <inheritdoc cref="EndAsync"/>
    public Task CompleteAsync() => EndAsync(JobResult.Success);

    /// <summary>It is done, with a result that is kept: see <see cref="JobResult.Succeed"/>.</summary>
    /// <exception cref="JobResultException">The result cannot be kept. The job stays taken.</exception>
    /// <inheritdoc cref="EndAsync"/>
    public Task CompleteAsync<T>(T result) =>
        JobExecutor.TryWriteResult(_execution.Json, result, typeof(T), out _, out var fault)
            ? EndAsync(JobResult.Succeed(result))
            : throw new JobResultException(Id, JobState.Running, fault);

    /// <summary>The attempt has failed; the retry policy of its type and queue says what follows.</summary>
    /// <param name="text">Why, for whoever reads the status.</param>
    /// <inheritdoc cref="EndAsync"/>
    public Task FailAsync(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EndAsync(JobResult.Retry(text));
    }

    /// <summary>It is too early: it comes again after this time. Does not count as an attempt.</summary>
    /// <param name="duration">The time.</param>
    /// <inheritdoc cref="EndAsync"/>
    public Task SnoozeAsync(TimeSpan duration) => EndAsync(JobResult.Snooze(duration));

    /// <summary>Gives it back: it is the next of its line again, and nothing counts against it.</summary>
    /// <inheritdoc cref="EndAsync"/>
    public Task ReleaseAsync() => ReportAsync(new AttemptOutcome.Interrupted());

    /// <summary>The same as a handler would answer.</summary>
    /// <param name="result">The answer.</param>
    /// <exception cref="JobRefusedException">The job is in these hands no more.</exception>
    /// <exception cref="JobOutcomeUnknownException">It is not known whether this was stored. The job may run again.</exception>
    public Task EndAsync(JobResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return ReportAsync(_outcomeOf(result));
    }

    /// <summary>Gives the attempt more time, if it has a timeout: so much from now on.</summary>
    /// <param name="time">More than zero.</param>
    /// <returns>False when it has no timeout.</returns>
    /// <exception cref="JobRefusedException">The job is in these hands no more.</exception>
    public bool Extend(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        if (_isOver != 0)
        {
            throw NotTaken();
        }

        return _attempt.Extend(time);
    }

    internal void GiveBack() => EndHere(new AttemptOutcome.Interrupted());

    internal void Interrupt() => EndHere(
        new AttemptOutcome.Interrupted(_execution.IsStopping ? JobInterruptionCause.ProcessStopped : JobInterruptionCause.ConsumerStopped));

    /// <summary>The token of the attempt is cancelled: why, says the attempt.</summary>
    internal void Lose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _desk.Forget(this);
            _ended.TrySetCanceled(Lost);
        }
    }

    private void EndHere(AttemptOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _desk.Forget(this);
            _ended.TrySetResult(outcome);
        }
    }

    private async Task ReportAsync(AttemptOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
        {
            throw NotTaken();
        }

        // Before its end: what ends makes room, which nobody wants any more.
        _desk.Forget(this);
        try
        {
            await Owner.AskAsync(new QueueMessage.EndPulled(_granted.Number, _granted.Grant, Id, outcome), Timeout.InfiniteTimeSpan, CancellationToken.None);
        }
        catch (Exception cause) when (cause is ActorException or JobOutcomeUnknownException)
        {
            throw JobOutcomeUnknownException.OfChange(Id, Queue, cause);
        }
        finally
        {
            // The worker reports it once more, which changes nothing.
            _ended.TrySetResult(outcome);
        }
    }

    private JobRefusedException NotTaken() => new(
        Id, JobState.Running, "It is not in the hands of this consumer any more: its end was said before, its timeout is over, it was cancelled, or the consumer has stopped.");
}
