namespace Actors.Jobs.Queues;

/// <summary>Without a place to note begun attempts, any job that was granted when the process died may have begun.</summary>
internal sealed class UnknownBegun : IBegunTable
{
    public IReadOnlySet<BegunAttempt>? Left { get; private set; }

    public bool IsStopping { get; set; }

    public void Forget() => Left = new HashSet<BegunAttempt>();

    public void Begin(int slot, long number, int grant)
    {
    }

    public void End(int slot, long number, int grant)
    {
    }
}
