using Microsoft.Extensions.Logging;

namespace Actors.Jobs.Workers;

/// <summary>An attempt in the hands of a worker, from before its job is known: what ends it early, and why.</summary>
internal sealed class RunningAttempt(Dispatcher dispatcher, ILogger logger) : CancellationTokenSource
{
    private GrantedJob? _job;
    private int _cause;

    /// <summary>Why its token was cancelled. The first reason counts.</summary>
    public CancelCause Cause => (CancelCause)Volatile.Read(ref _cause);

    /// <summary>The worker has taken a job. A full fence: who cancels the job either sees it here, or has noted it where the worker looks next.</summary>
    public void Begin(GrantedJob job) => Interlocked.Exchange(ref _job, job);

    public bool IsOf(long number, int grant) => Volatile.Read(ref _job) is { } job && job.Number == number && job.Grant == grant;

    /// <summary>Cancels the token. What the job has registered with it runs where the job runs, not on an actor's turn.</summary>
    public void Cancel(CancelCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)CancelCause.None) == (int)CancelCause.None)
        {
            dispatcher.Post(static state => ((RunningAttempt)state!).CancelToken(), this); // What is posted is this attempt.
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
            Log.CancelCallbackFailed(logger, _job?.Id ?? default, thrown.InnerException?.Message ?? thrown.Message, thrown);
        }
    }
}

/// <summary>Why a token was cancelled.</summary>
internal enum CancelCause
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The consumer, or the queue, stops.</summary>
    Stop,

    /// <summary>Somebody has cancelled the job.</summary>
    Request,
}
