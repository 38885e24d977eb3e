namespace Actors.TestKit.Queues;

/// <summary>What the actor system of one process runs on. When the process has crashed, nothing of it is ever run again.</summary>
/// <remarks>The stores of a test system answer at once, so no operation of theirs is under way between two steps.</remarks>
internal sealed class ProcessDispatcher(Dispatcher inner) : Dispatcher
{
    private volatile bool _isDead;

    public override int Throughput => inner.Throughput;

    protected override bool IsQuiet => inner.IsIdle;

    public override void Schedule(IMailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        if (!_isDead)
        {
            inner.Schedule(new ProcessMailbox(this, mailbox));
        }
    }

    public override void Post(SendOrPostCallback callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (!_isDead)
        {
            inner.Post(new ProcessCallback(this, callback).Run, state);
        }
    }

    /// <summary>The process is gone, in the middle of whatever it was doing.</summary>
    public void Crash() => _isDead = true;

    public override void Stop() => inner.Stop();

    public override string DescribeWork() => inner.DescribeWork();

    private sealed class ProcessMailbox(ProcessDispatcher process, IMailbox mailbox) : IMailbox
    {
        public void Run()
        {
            if (!process._isDead)
            {
                mailbox.Run();
            }
        }

        public override string? ToString() => mailbox.ToString();
    }

    private sealed class ProcessCallback(ProcessDispatcher process, SendOrPostCallback callback)
    {
        public void Run(object? state)
        {
            if (process._isDead)
            {
                return;
            }

            // What it awaits belongs to the process too, and ends with it.
            var outer = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(process.TaskContext);
            try
            {
                callback(state);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(outer);
            }
        }
    }
}
