using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Queues;

/// <summary>What is kept of attempts.</summary>
internal sealed partial class CommitDraft
{
    private const int BytesPerInterruption = 32;

    private long _lastStep;

    /// <summary>A step of a running job is done.</summary>
    public void AddStep(long number, string name, ReadOnlyMemory<byte> value)
    {
        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        var section = _commit.Steps ??= new StepsDone();
        section.Number.Add(number - _lastStep);
        section.Name.Add(name);
        section.Value.Add(UnsafeByteOperations.UnsafeWrap(value));
        _lastStep = number;
        _textBytes += name.Length + value.Length;
        _events++;
    }

    /// <summary>The job that was finished last has returned something.</summary>
    public void AddResult(byte[] result)
    {
        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        _commit.Finished.Results.Add(new JobValue { Index = (uint)_commit.Finished.Number.Count - 1, Json = UnsafeByteOperations.UnsafeWrap(result) });
        _textBytes += result.Length;
    }

    /// <summary>The job that was moved last was interrupted.</summary>
    public void AddInterruption(JobInterruption interruption)
    {
        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        var stored = JobTraits.ToProto(interruption);
        stored.Index = (uint)_commit.Moved.Number.Count - 1;
        _commit.Moved.Interruptions.Add(stored);
        _textBytes += BytesPerInterruption;
    }
}
