namespace Actors.Jobs.Queues;

internal sealed partial class QueueState
{
    /// <summary>The length of what jobs have done so far and returned.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>A job that has finished has returned something, as JSON.</summary>
    public void SetResult(long number, byte[] result) => SetTraits(number, (Traits(number) ?? new JobTraits()) with { Result = result });

    /// <summary>A step of the job is done.</summary>
    public void AddStep(long number, string name, ReadOnlyMemory<byte> value)
    {
        var traits = Traits(number) ?? new JobTraits();
        SetTraits(number, traits with { Steps = traits.Steps.Add(name, value) });
    }

    /// <summary>An attempt of the job was cut short.</summary>
    public void SetInterruption(long number, JobInterruption interruption) =>
        SetTraits(number, (Traits(number) ?? new JobTraits()) with { Interruption = interruption });
}
