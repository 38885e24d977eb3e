namespace Actors.Jobs.Queues;

internal sealed partial class QueueState
{
    /// <summary>An attempt of the job was cut short.</summary>
    public void SetInterruption(long number, JobInterruption interruption) =>
        SetTraits(number, (Traits(number) ?? new JobTraits()) with { Interruption = interruption });
}
