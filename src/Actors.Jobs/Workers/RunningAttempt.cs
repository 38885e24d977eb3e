using Actors.Jobs.Queues;
using Microsoft.Extensions.Logging;

namespace Actors.Jobs.Workers;

/// <summary>An attempt in the hands of a worker, from before its job is known: what ends it early, and why.</summary>
internal sealed class RunningAttempt(AttemptSeams seams) : CancellationTokenSource
{
    /// <summary>How long after its token was cancelled an attempt is reported that goes on.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private GrantedJob? _job;
    private ITimer? _timer;
    private int _cause;
    private volatile bool _isEnded;

    /// <summary>Who has granted what it runs.</summary>
    public IActorRef Queue => seams.Queue;

    /// <summary>Why its token was cancelled. The first reason counts.</summary>
    public CancelCause Cause => (CancelCause)Volatile.Read(ref _cause);

    /// <summary>The worker has taken a job. A full fence: who cancels the job either sees it here, or has noted it where the worker looks next.</summary>
    public void Begin(GrantedJob job)
    {
        Interlocked.Exchange(ref _job, job);
        var timeout = job.Handler.Policy.Timeout;
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            SetTimer(timeout);
        }
    }

    /// <summary>The job has ended, well or not.</summary>
    public void End()
    {
        // A timer that is being set at this moment finds out when it fires.
        _isEnded = true;
        _timer?.Dispose();
    }

    public bool IsOf(long number, int grant) => Volatile.Read(ref _job) is { } job && job.Number == number && job.Grant == grant;

    /// <summary>Its timeout comes so much from now.</summary>
    /// <returns>False when it has none.</returns>
    public bool Extend(TimeSpan time)
    {
        if (_timer is null || Cause != CancelCause.None)
        {
            return false;
        }

        SetTimer(time);
        return true;
    }

    /// <summary>Cancels the token. What the job has registered with it runs where the job runs, not on an actor's turn.</summary>
    public void Cancel(CancelCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)CancelCause.None) != (int)CancelCause.None)
        {
            return;
        }

        seams.Dispatcher.Post(static state => ((RunningAttempt)state!).CancelToken(), this); // What is posted is this attempt.
        if (cause != CancelCause.Stop)
        {
            SetTimer(Grace);
        }
    }

    private void SetTimer(TimeSpan due)
    {
        var timer = Volatile.Read(ref _timer);
        if (timer is null)
        {
            // The job may begin and be cancelled at the same time.
            var made = seams.Time.CreateTimer(
                static state => ((RunningAttempt)state!).PostDue(), // As given here.
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            timer = Interlocked.CompareExchange(ref _timer, made, null);
            if (timer is null)
            {
                timer = made;
            }
            else
            {
                made.Dispose();
            }
        }

        timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void PostDue() =>
        seams.Dispatcher.Post(static state => ((RunningAttempt)state!).OnDue(), this); // What is posted is this attempt.

    private void OnDue()
    {
        if (_isEnded)
        {
            return;
        }

        if (Cause == CancelCause.None)
        {
            Cancel(CancelCause.Timeout);
        }
        else if (_job is { } job)
        {
            seams.Queue.Tell(new QueueMessage.AttemptOverdue(job.Number, job.Grant));
        }
    }

    private void CancelToken()
    {
        try
        {
            Cancel();
        }
        catch (AggregateException thrown)
        {
            // A callback of the job's own. The attempt is cancelled all the same.
            Log.CancelCallbackFailed(seams.Logger, _job?.Id ?? default, thrown.InnerException?.Message ?? thrown.Message, thrown);
        }
    }
}

/// <summary>What an attempt needs of the world.</summary>
internal sealed record AttemptSeams(Dispatcher Dispatcher, TimeProvider Time, IActorRef Queue, ILogger Logger);

/// <summary>Why a token was cancelled.</summary>
internal enum CancelCause
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The consumer, or the queue, stops.</summary>
    Stop,

    /// <summary>Somebody has cancelled the job.</summary>
    Request,

    /// <summary>The attempt has taken too long.</summary>
    Timeout,
}
