using System.Runtime.ExceptionServices;

namespace Actors.Cells;

internal partial class ActorCell
{
    public void RunTask(Func<Task> body, Func<Exception?, object> completed)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(completed);
        System.Dispatcher.Post(static state => ((OwnedTask)state!).Start(), new OwnedTask(this, body, completed));
    }

    public ValueTask YieldToTasksAsync(TimeSpan atMost)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(atMost, TimeSpan.Zero);
        var turn = new PoolTurn(System.Timers);
        System.Timers.Schedule(turn, atMost);
        System.Dispatcher.Post(static state => ((PoolTurn)state!).OnTurn(), turn);
        return new ValueTask(turn.Task);
    }

    /// <summary>The pool's turn, or the end of the patience for it: whichever comes first.</summary>
    private sealed class PoolTurn(Timing.TimerQueue timers) : Timing.TimerEntry
    {
        private readonly TaskCompletionSource _turn = new();

        public Task Task => _turn.Task;

        public void OnTurn()
        {
            timers.Cancel(this);
            _turn.TrySetResult();
        }

        public override void Fire() => _turn.TrySetResult();
    }

    /// <summary>Code of the user, run beside the mailbox, whose end becomes a message.</summary>
    private sealed class OwnedTask(ActorCell owner, Func<Task> body, Func<Exception?, object> completed)
    {
        // Whatever it throws is the answer, so nothing is lost by not keeping this task.
        public void Start() => _ = RunAsync();

        private async Task RunAsync()
        {
            Exception? cause = null;
            try
            {
                await body();
            }
            catch (Exception thrown)
            {
                cause = thrown;
            }

            try
            {
                owner.TellOutcome(completed(cause));
            }
            catch (Exception thrown)
            {
                // The actor waits for a message that it will not get: it fails instead.
                owner.PostContinuation(static state => ExceptionDispatchInfo.Throw((Exception)state!), thrown); // What is posted is the exception.
            }
        }
    }
}
