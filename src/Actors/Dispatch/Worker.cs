namespace Actors.Dispatch;

/// <summary>One thread of the dispatcher and what it is to run.</summary>
internal sealed class Worker
{
    /// <summary>How often in a row the newest mailbox may go before those that wait.</summary>
    private const int MaxNextInARow = 64;

    [ThreadStatic]
    private static Worker? _current;

    private readonly ThreadDispatcher _dispatcher;
    private readonly Parking _parking = new();
    private IMailbox? _next;
    private int _nextInARow;

    public Worker(ThreadDispatcher dispatcher, int number)
    {
        _dispatcher = dispatcher;
        Number = number;
        Thread = new Thread(Run) { IsBackground = true, Name = $"actors-{number}" };
    }

    public static Worker? Current => _current;

    public int Number { get; }

    public Thread Thread { get; }

    public ThreadDispatcher Dispatcher => _dispatcher;

    public RunQueue Queue { get; } = new();

    /// <summary>Mailboxes scheduled by this thread. Written by it alone, so that counting costs no exchange between processors.</summary>
    public long Scheduled;

    /// <summary>Mailboxes that this thread has run.</summary>
    public long Completed;

    /// <summary>Whether the thread is inside a mailbox, for the monitor. Not which: storing a reference for each run costs 4 % of a tell.</summary>
    public bool IsRunning;

    /// <summary>The value of <see cref="Completed"/> when the monitor looked last. The monitor's own.</summary>
    public long SeenCompleted { get; set; }

    /// <summary>Since when the monitor has seen the thread inside one mailbox, as a timestamp; null when it has not. The monitor's own.</summary>
    public long? KeptSince { get; set; }

    /// <summary>A spare thread ends when there is nothing to do; it replaces one that user code blocks.</summary>
    public bool IsSpare { get; init; }

    public bool HasWork => Volatile.Read(ref _next) is not null || !Queue.IsEmpty;

    /// <summary>For this worker's own thread: what is scheduled now runs next, on the same processor, with its memory still warm.</summary>
    public void Schedule(IMailbox mailbox)
    {
        Volatile.Write(ref Scheduled, Scheduled + 1);
        var displaced = Interlocked.Exchange(ref _next, mailbox);
        if (displaced is not null)
        {
            Enqueue(displaced);
        }
    }

    /// <summary>Takes the mailbox that was to run next on this thread, which is stuck; for the monitor.</summary>
    public IMailbox? TakeNext() => Interlocked.Exchange(ref _next, null);

    private void Enqueue(IMailbox mailbox)
    {
        if (!Queue.TryAdd(mailbox))
        {
            _dispatcher.EnqueueGlobal(mailbox);
        }

        _dispatcher.WakeOne();
    }

    private void Run()
    {
        _current = this;
        while (!_dispatcher.IsStopped)
        {
            var mailbox = FindWork();
            if (mailbox is not null)
            {
                Volatile.Write(ref IsRunning, true);
                mailbox.Run();
                Volatile.Write(ref IsRunning, false);
                Volatile.Write(ref Completed, Completed + 1);
                ThreadDispatcher.ResetExecutionContext();
            }
            else if (!_dispatcher.Park(this, _parking))
            {
                break;
            }
        }

        _dispatcher.OnWorkerEnded(this);
    }

    private IMailbox? FindWork()
    {
        // The newest first, because its messages are warm; but not for ever, because the others wait.
        if (_nextInARow < MaxNextInARow && TakeNext() is { } next)
        {
            _nextInARow++;
            return next;
        }

        _nextInARow = 0;
        if (Queue.TryTake(out var mailbox) || _dispatcher.TryTakeGlobal(out mailbox))
        {
            return mailbox;
        }

        return TakeNext() ?? _dispatcher.Steal(this);
    }
}
