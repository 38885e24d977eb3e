using System.Net.Sockets;
using System.Text;

namespace Actors.Hosting.Systemd;

/// <summary>The socket on which systemd listens for news of this process: sd_notify(3), without its library.</summary>
internal sealed class NotifySocket : IDisposable
{
    public const string Variable = "NOTIFY_SOCKET";

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _address;

    private NotifySocket(string path) => _address = new UnixDomainSocketEndPoint(path);

    /// <summary>Null when nobody wants news, as without systemd, or the address is of a kind that we cannot reach.</summary>
    public static NotifySocket? Open() => Environment.GetEnvironmentVariable(Variable) switch
    {
        ['@', .. var name] => new NotifySocket("\0" + name), // An abstract name has no file.
        ['/', ..] and var path => new NotifySocket(path),
        _ => null,
    };

    /// <returns>What went wrong; null when it was sent. Nobody answers.</returns>
    public SocketException? Send(params string[] assignments)
    {
        try
        {
            // One assignment a line: a line break in a value would begin another.
            var text = string.Join('\n', assignments.Select(static assignment => assignment.ReplaceLineEndings(" ")));
            _socket.SendTo(Encoding.UTF8.GetBytes(text), _address);
            return null;
        }
        catch (SocketException fault)
        {
            return fault;
        }
    }

    public void Dispose() => _socket.Dispose();
}
