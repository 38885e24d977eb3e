using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What those who run the program have changed.</summary>
internal sealed partial class CommitDraft
{
    public const int OperatingFormat = 4;
    private long _lastDeleting;

    public void SetPause(QueuePause? pause, long incarnation)
    {
        FormatVersion = Math.Max(FormatVersion, pause is null or { Until: null, IsAutomatic: false } ? ControlFormat : OperatingFormat);
        _commit.Pausing = new Pausing { Pause = QueueState.ToProto(pause), Incarnation = incarnation };
        _events++;
    }

    public void SetDrain(QueueDrain? drain)
    {
        FormatVersion = Math.Max(FormatVersion, OperatingFormat);
        _commit.Draining = new Draining { Drain = QueueState.ToProto(drain) };
        _events++;
    }

    public void SetOverride(QueueOverride? change)
    {
        FormatVersion = Math.Max(FormatVersion, OperatingFormat);
        _commit.Overriding = new Overriding { Override = OverrideBodies.ToProto(change) };
        _events++;
    }

    public void AddDeleting(long number)
    {
        FormatVersion = Math.Max(FormatVersion, OperatingFormat);
        (_commit.Deleting ??= new Deleting()).Number.Add(number - _lastDeleting);
        _lastDeleting = number;
        _events++;
    }

    /// <summary>One of its jobs has its arguments elsewhere before this was stored.</summary>
    public void ForgetArguments(int payloadLength)
    {
        Jobs--;
        LiveBytes -= JournalSize.OfJob(payloadLength);
    }
}
