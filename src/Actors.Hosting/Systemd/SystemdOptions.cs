namespace Actors.Hosting.Systemd;

/// <summary>What systemd is told. Set by the configuration alone: it is the operator's.</summary>
internal sealed class SystemdOptions
{
    /// <summary>Whether systemd is told anything, where it asks for it (NOTIFY_SOCKET). Key <c>actors.systemd.notify</c>.</summary>
    public bool Notify { get; set; } = true;

    /// <summary>How long READY waits for the services after the host has started. Infinite waits for ever. Key <c>actors.systemd.ready-timeout</c>.</summary>
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    public void Validate()
    {
        if (ReadyTimeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(ReadyTimeout, TimeSpan.Zero);
        }
    }
}
