using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What those who run the program have changed.</summary>
internal sealed partial class CommitDraft
{
    private const int OperatingFormat = 4;

    public void SetPause(QueuePause? pause, long incarnation)
    {
        FormatVersion = Math.Max(FormatVersion, pause?.Until is null ? 2 : OperatingFormat);
        _commit.Pausing = new Pausing { Pause = QueueState.ToProto(pause), Incarnation = incarnation };
        _events++;
    }

    /// <summary>The lowest format whose readers understand this part of a state.</summary>
    private static int FormatOf(Protos.QueueState? state) => state?.Pause is { UntilMs: not 0 } ? OperatingFormat : 1;
}
