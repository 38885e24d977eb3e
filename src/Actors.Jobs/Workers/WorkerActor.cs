using Actors.Jobs.Queues;

namespace Actors.Jobs.Workers;

/// <summary>Runs one job at a time, in a task beside its mailbox, taking them from those that are granted to this process until none is left.</summary>
internal sealed class WorkerActor : ReceiveActor
{
    private static readonly AttemptOutcome NotBegun = new AttemptOutcome.Interrupted();

    private readonly GrantedJobs _granted;
    private readonly JobExecutor _executor;
    private readonly BegunSlot _slot;
    private readonly IActorRef _queue;
    private readonly AttemptSeams _seams;
    private volatile RunningAttempt? _attempt;
    private volatile bool _isStopped;
    private volatile bool _isRetired;
    private Task _running = Task.CompletedTask;
    private bool _isBusy;

    public WorkerActor(GrantedJobs granted, JobExecutor executor, BegunSlot slot, IActorRef queue)
    {
        _granted = granted;
        _executor = executor;
        _slot = slot;
        _queue = queue;
        _seams = new AttemptSeams(Context.System.Dispatcher, Context.System.TimeProvider, queue, Logger);
        Receive<Work>(_ => OnWork());
        Receive<RanOut>(OnRanOut);
        Receive<Retire>(_ => OnRetire());
        Receive<CancelAttempt>(_ => _attempt?.Cancel(CancelCause.Stop));
        Receive<CancelJob>(OnCancelJob);
    }

    /// <summary>An attempt that outlives its queue is cancelled and has the stop timeout of an actor to end; its end is not reported.</summary>
    protected override async ValueTask PostStopAsync()
    {
        _isStopped = true;
        _attempt?.Cancel(CancelCause.Stop);
        await _running;
    }

    /// <summary>A new instance, also one after a restart, has nothing in hand.</summary>
    protected override ValueTask PreStartAsync()
    {
        _granted.OnAwake();
        _granted.OnIdle(Self);
        return default;
    }

    private void OnWork()
    {
        if (_isRetired)
        {
            PassOn();
        }
        else if (!_isBusy)
        {
            _isBusy = true;
            var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _running = running.Task;
            Context.RunTask(() => RunGrantedAsync(running), static cause => new RanOut(cause));
        }
    }

    private void OnRetire()
    {
        _isRetired = true;
        if (!_isBusy && _granted.TryRemoveIdle(Self))
        {
            Context.Stop(Self);
        }

        // Else it was told to work, before this or behind it in the mailbox: it ends then.
    }

    /// <summary>Ends. It may have been woken for jobs that it leaves to others.</summary>
    private void PassOn()
    {
        _granted.OnAwake();
        if (!_granted.IsEmpty)
        {
            _granted.WakeOne();
        }

        Context.Stop(Self);
    }

    private void OnCancelJob(CancelJob cancel)
    {
        if (_attempt is { } attempt && attempt.IsOf(cancel.Number, cancel.Grant))
        {
            attempt.Cancel(CancelCause.Request);
        }
    }

    private async Task RunGrantedAsync(TaskCompletionSource running)
    {
        _granted.OnAwake();
        try
        {
            while (true)
            {
                // Made before there is a job, so that a cancellation between taking the job and running it is not lost. Not disposed
                // of: it has no timer, and a cancellation may come while the attempt ends.
                var attempt = new RunningAttempt(_seams);
                _attempt = attempt;
                if (_isStopped || _isRetired || !_granted.TryTake(out var job))
                {
                    return;
                }

                attempt.Begin(job);
                _slot.Begin(job);
                var outcome = _granted.IsCancelled(job) ? NotBegun : await _executor.RunAsync(job, attempt);
                _slot.End(job);
                attempt.End();
                _queue.Tell(new QueueMessage.AttemptEnded(job.Number, job.Grant, outcome));
            }
        }
        finally
        {
            _attempt = null;
            running.SetResult();
        }
    }

    private void OnRanOut(RanOut ended)
    {
        _isBusy = false;
        if (_isRetired)
        {
            PassOn();
            return;
        }

        if (ended.Cause is not null)
        {
            throw new InvalidOperationException($"Worker '{Self.Path}' could not run jobs: {ended.Cause.Message}", ended.Cause);
        }

        _granted.OnIdle(Self);
    }

    /// <summary>Cancel what is running, if it is this.</summary>
    public sealed record CancelJob(long Number, int Grant);

    /// <summary>Finish what is in hand, and end.</summary>
    public sealed record Retire
    {
        public static Retire Instance { get; } = new();
    }

    /// <summary>There are granted jobs.</summary>
    public sealed record Work
    {
        public static Work Instance { get; } = new();
    }

    /// <summary>Cancel what is running.</summary>
    public sealed record CancelAttempt
    {
        public static CancelAttempt Instance { get; } = new();
    }

    private sealed record RanOut(Exception? Cause);
}
