namespace Actors.Hosting.Management;

/// <summary>Whether and where commands are taken from.</summary>
internal sealed class ManagementOptions
{
    /// <summary>The path of the socket, <c>on</c> (the path by rule) or <c>off</c>. Key <c>actors.management.socket</c>.</summary>
    public string Socket { get; set; } = SocketPath.Off;
}
