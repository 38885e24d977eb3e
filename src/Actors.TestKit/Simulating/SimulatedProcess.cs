namespace Actors.TestKit.Simulating;

/// <summary>What an actor system of a simulation runs on that can be killed: from then on nothing of it is ever run again.</summary>
internal sealed class SimulatedProcess(SimulationDispatcher simulation) : Dispatcher
{
    private volatile bool _isDead;

    public bool IsDead => _isDead;

    public override int Throughput => simulation.Throughput;

    protected override bool IsQuiet => simulation.IsAtRest;

    public override void Schedule(IMailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        Add(new Work(this, mailbox, null, null));
    }

    public override void Post(SendOrPostCallback callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Add(new Work(this, null, callback, state));
    }

    /// <summary>A system that has ended and one that was killed are the same to what it has left behind.</summary>
    public override void Stop()
    {
        _isDead = true;
        simulation.Remove(this);
    }

    public override string DescribeWork() => simulation.DescribeWork();

    public string DescribeOperations() => base.DescribeWork();

    /// <summary>Something that was promised to this process is not true.</summary>
    public void Violate(string what)
    {
        if (!_isDead)
        {
            simulation.Invariants?.Violate(what);
        }
    }

    private void Add(Work work)
    {
        if (!_isDead)
        {
            simulation.Add(work);
        }
    }
}
