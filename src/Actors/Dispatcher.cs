namespace Actors;

/// <summary>Seam: who runs the actors. The system's own is a pool of threads; the TestKit's is one seeded thread.</summary>
/// <remarks>Implementations must run a mailbox that was scheduled exactly once for each call of <see cref="Schedule"/>, never inside that call.</remarks>
public abstract class Dispatcher
{
    private long _operationsBegun;
    private long _operationsEnded;

    /// <summary>Prepares a dispatcher.</summary>
    protected Dispatcher() => TaskContext = new DispatcherTaskContext(this);

    /// <summary>How many messages a mailbox may handle before it gives way to others.</summary>
    public abstract int Throughput { get; }

    /// <summary>The context under which the tasks that actors own run: what they await continues on <see cref="Post"/>.</summary>
    public SynchronizationContext TaskContext { get; }

    /// <summary>Whether nothing is running and nothing waits to run. Timers that are to fire later do not count.</summary>
    public bool IsIdle
    {
        get
        {
            var ended = Interlocked.Read(ref _operationsEnded);
            return IsQuiet && ended >= Interlocked.Read(ref _operationsBegun);
        }
    }

    /// <summary>Whether work outside the dispatcher has begun and not ended.</summary>
    public bool HasOperations
    {
        get
        {
            var ended = Interlocked.Read(ref _operationsEnded);
            return ended < Interlocked.Read(ref _operationsBegun);
        }
    }

    /// <summary>Whether no mailbox and no owned task is running or waits to run.</summary>
    protected abstract bool IsQuiet { get; }

    /// <summary>Runs a mailbox soon.</summary>
    public abstract void Schedule(IMailbox mailbox);

    /// <summary>Runs code of a task that an actor owns soon, on a thread that it may block.</summary>
    public abstract void Post(SendOrPostCallback callback, object? state);

    /// <summary>Ends the threads. What is still scheduled may be dropped.</summary>
    public abstract void Stop();

    /// <summary>Says that work outside the dispatcher, such as a write to disk, has begun, so that the system is not idle until it ends.</summary>
    public void BeginOperation() => Interlocked.Increment(ref _operationsBegun);

    /// <summary>
    /// Says that the work has ended, after whatever follows from it was scheduled. Work that itself waits for time to pass says so before
    /// the wait, and <see cref="BeginOperation"/> after it, also when it does not know whether its caller counts it.
    /// </summary>
    public void EndOperation() => Interlocked.Increment(ref _operationsEnded);

    /// <summary>What keeps the dispatcher from being idle, in words for the message of a test that waited in vain.</summary>
    public virtual string DescribeWork()
    {
        var ended = Interlocked.Read(ref _operationsEnded);
        return $"{Interlocked.Read(ref _operationsBegun) - ended} operations begun and not ended";
    }

    private sealed class DispatcherTaskContext(Dispatcher dispatcher) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => dispatcher.Post(d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("Code that an actor owns must not wait for itself. Await instead of blocking.");

        public override SynchronizationContext CreateCopy() => this;
    }
}

/// <summary>A mailbox that has something to do.</summary>
public interface IMailbox
{
    /// <summary>Handles up to <see cref="Dispatcher.Throughput"/> messages on the calling thread. Never throws.</summary>
    void Run();
}
