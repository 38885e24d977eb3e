namespace Actors.Benchmarks.Kernel;

/// <summary>Completes when it was counted down to zero, from any thread.</summary>
internal sealed class Countdown(long count)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _left = count;

    public Task Ended => _ended.Task;

    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
