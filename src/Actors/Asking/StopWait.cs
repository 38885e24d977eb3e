using Actors.Cells;
using Actors.Timing;

namespace Actors.Asking;

/// <summary>Waits from outside for the end of an actor.</summary>
internal sealed class StopWait(ActorCell actor) : ActorRef
{
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StopTimer? _timer;
    private CancellationTokenRegistration _cancellation;

    public override ActorPath Path => actor.System.TempPath;

    public Task<bool> HasEnded => _ended.Task;

    public void Begin(object stopMessage, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            _timer = new StopTimer(this);
            actor.System.Timers.Schedule(_timer, timeout);
        }

        _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((StopWait)state!).OnCancelled(token), this);
        actor.AddWatcher(this); // Before the message, so that the end cannot be missed.
        actor.Tell(stopMessage, null);
    }

    public override void Tell(object message, IActorRef? sender)
    {
    }

    public override void TellSystem(SystemMessage message)
    {
        if (message is SystemMessage.WatchedEnded)
        {
            Finish(_ended.TrySetResult(true));
        }
    }

    private void OnCancelled(CancellationToken token) => GiveUp(_ended.TrySetCanceled(token));

    private void OnTimeout() => GiveUp(_ended.TrySetResult(false));

    private void GiveUp(bool isFirst)
    {
        if (isFirst)
        {
            actor.RemoveWatcher(this);
        }

        Finish(isFirst);
    }

    private void Finish(bool isFirst)
    {
        if (!isFirst)
        {
            return;
        }

        if (_timer is not null)
        {
            actor.System.Timers.Cancel(_timer);
        }

        _cancellation.Unregister();
    }

    private sealed class StopTimer(StopWait wait) : TimerEntry
    {
        public override void Fire() => wait.OnTimeout();
    }
}
