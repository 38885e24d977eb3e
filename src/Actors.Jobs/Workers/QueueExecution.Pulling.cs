namespace Actors.Jobs.Workers;

/// <summary>Who runs the jobs of the queue in this process: its handlers, or code that takes them itself.</summary>
internal sealed partial record QueueExecution
{
    private readonly Lock _gate = new();
    private volatile PullDesk? _desk;
    private int _handling;

    /// <summary>Where jobs are taken; null when handlers run them, or nobody does.</summary>
    public PullDesk? Desk => _desk;

    public void Open(PullDesk desk)
    {
        lock (_gate)
        {
            if (_handling > 0)
            {
                throw new InvalidOperationException(
                    $"Handlers run the jobs of queue '{Queue}' in this process. Declare it EnqueueOnly() here, or stop its consumer, to take them yourself.");
            }

            _desk = _desk is null ? desk : throw new InvalidOperationException($"A consumer of queue '{Queue}' is open in this process. Use that one: it is thread-safe; or dispose of it first.");
        }
    }

    public void Close(PullDesk desk)
    {
        lock (_gate)
        {
            _desk = _desk == desk ? null : _desk;
        }
    }

    public void BeginHandling()
    {
        lock (_gate)
        {
            _handling = _desk is null
                ? _handling + 1
                : throw new InvalidOperationException($"Jobs of queue '{Queue}' are taken by a consumer that is open in this process (OpenConsumer). Dispose of it before handlers run them.");
        }
    }

    public void EndHandling()
    {
        lock (_gate)
        {
            _handling--;
        }
    }
}
