using Actors.Cells;
using Actors.Timing;

namespace Actors.Asking;

/// <summary>The sender of one question: a reference that lives until the answer, the timeout or the end of the one who was asked.</summary>
/// <remarks>
/// One object is reference and timer, because most of what a question costs is its memory. It is not reused: whoever holds it may
/// still answer when the next question is on its way, and that answer must not be taken for the next one's.
/// </remarks>
internal sealed class AskRef<TReply>(ActorCell target, Type request, TimeSpan timeout) : TimerEntry, IUndeliverable
{
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A registration, boxed, because few questions have a token.
    private object? _cancellation;

    public ActorPath Path => target.System.TempPath;

    public Task<TReply> Reply => _reply.Task;

    public bool IsAsking => !_reply.Task.IsCompleted;

    public void Arm(CancellationToken cancellationToken)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            target.System.Timers.Schedule(this, timeout);
        }

        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((AskRef<TReply>)state!).OnCancelled(token), this);
        }
    }

    public void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        var isFirst = message switch
        {
            TReply reply => _reply.TrySetResult(reply),
            Failure failure => _reply.TrySetException(failure.Cause),
            _ => _reply.TrySetException(new UnexpectedReplyException(target.Path, request, typeof(TReply), message)),
        };
        Finish();
        if (!isFirst)
        {
            target.System.PublishDeadLetter(message, sender, this);
        }
    }

    public void OnUndeliverable(object message, IActorRef recipient, Exception? cause)
    {
        _reply.TrySetException(cause ?? new ActorNotFoundException(recipient.Path, request));
        Finish();
    }

    public override void Fire()
    {
        _reply.TrySetException(new AskTimeoutException(target.Path, request, timeout));
        EndCancellation();
    }

    public override void Drop()
    {
        _reply.TrySetException(new ActorNotFoundException(target.Path, request));
        EndCancellation();
    }

    public override string ToString() => Path.ToString();

    private void OnCancelled(CancellationToken token)
    {
        _reply.TrySetCanceled(token);
        Finish();
    }

    private void Finish()
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            target.System.Timers.Cancel(this);
        }

        EndCancellation();
    }

    private void EndCancellation() => (_cancellation as IDisposable)?.Dispose();
}
