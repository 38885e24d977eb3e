using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What is kept of attempts.</summary>
internal sealed partial class CommitDraft
{
    private const int BytesPerInterruption = 32;

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
