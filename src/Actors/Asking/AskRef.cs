using Actors.Cells;
using Actors.Timing;

namespace Actors.Asking;

/// <summary>The sender of one question: a reference that lives until the answer, the timeout or the end of the one who was asked.</summary>
internal sealed class AskRef<TReply>(IActorRef target, Type request, TimerQueue timers, TimeSpan timeout, ActorSystem system) : ActorRef
{
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AskTimer? _timer;
    private CancellationTokenRegistration _cancellation;

    public override ActorPath Path => system.TempPath;

    public Task<TReply> Reply => _reply.Task;

    public override bool IsAsking => !_reply.Task.IsCompleted;

    public void Arm(CancellationToken cancellationToken)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            _timer = new AskTimer(this);
            timers.Schedule(_timer, timeout);
        }

        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((AskRef<TReply>)state!).OnCancelled(token), this);
        }
    }

    public override void Tell(object message, IActorRef? sender)
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
            system.PublishDeadLetter(message, sender, this);
        }
    }

    public override void OnUndeliverable(object message, IActorRef recipient, Exception? cause)
    {
        _reply.TrySetException(cause ?? new ActorNotFoundException(recipient.Path, request));
        Finish();
    }

    private void OnSystemEnded()
    {
        _reply.TrySetException(new ActorNotFoundException(target.Path, request));
        _cancellation.Dispose();
    }

    private void OnCancelled(CancellationToken token)
    {
        _reply.TrySetCanceled(token);
        Finish();
    }

    private void OnTimeout()
    {
        _reply.TrySetException(new AskTimeoutException(target.Path, request, timeout));
        _cancellation.Dispose();
    }

    private void Finish()
    {
        if (_timer is not null)
        {
            timers.Cancel(_timer);
        }

        _cancellation.Dispose();
    }

    private sealed class AskTimer(AskRef<TReply> ask) : TimerEntry
    {
        public override void Fire() => ask.OnTimeout();

        public override void Drop() => ask.OnSystemEnded();
    }
}
