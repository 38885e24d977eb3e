namespace Actors.Persistence.Owning;

/// <summary>Lets so many actors of a system recover at a time, in the order in which they asked, so that a start of thousands does not flood the store. Thread-safe.</summary>
internal sealed class RecoveryPermits(int count)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _free = count;

    /// <summary>Waits for a permit; dispose of it when the recovery has ended.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource? turn = null;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
            }
            else
            {
                turn = new TaskCompletionSource();
                _waiting.Enqueue(turn);
            }
        }

        if (turn is not null)
        {
            // Who gives up leaves its place in the line; Exit passes over it.
            using var registration = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
            await turn.Task;
        }

        return new Permit(this);
    }

    private void Exit()
    {
        while (true)
        {
            TaskCompletionSource? next;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _free++;
                    return;
                }
            }

            if (next.TrySetResult())
            {
                return;
            }
        }
    }

    private sealed class Permit(RecoveryPermits permits) : IDisposable
    {
        private RecoveryPermits? _permits = permits;

        public void Dispose() => Interlocked.Exchange(ref _permits, null)?.Exit();
    }
}
