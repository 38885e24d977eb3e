using System.Net.Sockets;
using System.Text;

namespace Actors.Hosting.Tests.Systemd;

/// <summary>What systemd does: a datagram socket on which a process tells how it is.</summary>
internal sealed class Listener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[4096];
    private readonly string? _folder;

    public Listener(bool isAbstract = false)
    {
        if (isAbstract)
        {
            var name = $"actors-test-{Environment.ProcessId}-{Guid.NewGuid():N}";
            _socket.Bind(new UnixDomainSocketEndPoint("\0" + name));
            Address = "@" + name;
        }
        else
        {
            _folder = Directory.CreateTempSubdirectory("notify-").FullName;
            Address = Path.Combine(_folder, "notify");
            _socket.Bind(new UnixDomainSocketEndPoint(Address));
        }
    }

    public string Address { get; }

    public int Available => _socket.Available;

    /// <summary>Everything so far, a datagram a line, its lines joined by a space.</summary>
    public List<string> All { get; } = [];

    /// <summary>Reads until one has this.</summary>
    public async Task<string> UntilAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(_buffer, patience.Token);
                All.Add(Encoding.UTF8.GetString(_buffer, 0, length).Replace('\n', ' '));
                if (All[^1].Contains(text, StringComparison.Ordinal))
                {
                    return All[^1];
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"systemd was not told '{text}', but:\n{string.Join('\n', All)}");
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
