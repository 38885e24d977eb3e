using System.Runtime.ExceptionServices;

namespace Actors.Services.Running;

/// <summary>Ticks that run beside each other, up to a number. When one fails, the others are told to end, and the service fails when they have.</summary>
internal sealed class OverlappingTicks : IDisposable
{
    private readonly ServiceContext _context;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _noMore;
    private readonly List<Task> _running = [];
    private Exception? _cause;

    public OverlappingTicks(ServiceContext context, CancellationToken cancellationToken)
    {
        _context = context;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _noMore = CancellationTokenSource.CreateLinkedTokenSource(context.Stopping, _end.Token);
    }

    /// <summary>Cancelled when no tick may begin any more: the service is told to stop, or a tick has failed.</summary>
    public CancellationToken NoMore => _noMore.Token;

    /// <summary>Runs a tick beside those that run; when there are too many, this slot is left out.</summary>
    public void Begin(int most, Func<CancellationToken, Task> tick)
    {
        _running.RemoveAll(static task => task.IsCompleted);
        if (_running.Count < most && !_noMore.IsCancellationRequested)
        {
            var beside = new Beside(this, tick);
            _running.Add(beside.Ended);
            _context.System.Dispatcher.Post(static state => ((Beside)state!).Start(), beside); // It is what we pass. Beside, because it may block.
        }
    }

    /// <summary>Waits for those that run.</summary>
    /// <exception cref="Exception">What the first that failed threw.</exception>
    public async Task EndAsync()
    {
        await Task.WhenAll(_running);
        if (Volatile.Read(ref _cause) is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    public void Dispose()
    {
        _noMore.Dispose();
        _end.Dispose();
    }

    private void OnFailed(Exception cause)
    {
        if (Interlocked.CompareExchange(ref _cause, cause, null) is null)
        {
            try
            {
                _end.Cancel();
            }
            catch (AggregateException thrown)
            {
                Log.CancellationCallbackFailed(_context.Logger, _context.Name, thrown.InnerException?.Message ?? thrown.Message, thrown);
            }
        }
    }

    private sealed class Beside(OverlappingTicks all, Func<CancellationToken, Task> tick)
    {
        private readonly TaskCompletionSource _ended = new();

        public Task Ended => _ended.Task;

        // Whatever it throws is kept, so nothing is lost by not keeping this task.
        public void Start() => _ = RunAsync();

        private async Task RunAsync()
        {
            try
            {
                await tick(all._end.Token);
            }
            catch (Exception thrown)
            {
                all.OnFailed(thrown);
            }

            _ended.SetResult();
        }
    }
}
