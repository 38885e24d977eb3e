namespace Actors.Services.Guarding;

/// <summary>Failures of one cause within <see cref="Window"/>. From <see cref="Many"/> services on they are one incident with one delay.</summary>
internal sealed class CauseRound(CauseFingerprint fingerprint, TimeSpan opened) : Comeback
{
    /// <summary>So many services that fail alike are no accident.</summary>
    public const int Many = 3;

    /// <summary>How long after the first the others may fail.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    public CauseFingerprint Fingerprint => fingerprint;

    /// <summary>The last failure of each.</summary>
    public Dictionary<ServiceEntry, GuardianNews.Failed> Failures { get; } = [];

    /// <summary>Null while it is not shared yet.</summary>
    public SharedCause? Cause { get; set; }

    /// <summary>Who has still to come back; null before the time has come.</summary>
    public Queue<ServiceEntry>? ToReturn { get; set; }

    public bool IsOver(TimeSpan now) => now - opened > Window;

    /// <summary>Whether another failure belongs to it: one that would come back with the others anyway, or one that is so near that they wait for it.</summary>
    public bool Takes(TimeSpan now, TimeSpan? due) => ToReturn is null && (!IsOver(now) || (Cause is not null && (due is null || due <= Due)));
}
