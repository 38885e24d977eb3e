using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Actors.Hosting.Management;

namespace Actors.Hosting;

/// <summary>Speaks to running actor systems of this machine over their management sockets. Thread-safe.</summary>
public static class ManagementClient
{
    /// <summary>The environment variable that names the socket to use when none is given: <c>ACTORS_SOCKET</c>.</summary>
    public const string SocketVariable = "ACTORS_SOCKET";

    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(2);

    /// <summary>Sends a command and waits for its answer, as long as the services need. After <c>shutdown</c> it waits for the end of the process.</summary>
    /// <param name="socket">The path of the socket.</param>
    /// <param name="request">The command.</param>
    /// <param name="cancellationToken">Ends the wait; the command goes on.</param>
    /// <exception cref="ManagementException">Nobody answers.</exception>
    public static async Task<ManagementReply> SendAsync(string socket, ManagementRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(socket);
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken).ConfigureAwait(false);
            using var stream = new NetworkStream(connection);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Wire.Write(request) + "\n"), cancellationToken).ConfigureAwait(false);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            if (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is not { } line)
            {
                throw new ManagementException($"The process behind '{socket}' ended before it answered '{request.Command}'.");
            }

            var reply = Wire.ReadReply(line);
            if (request.Command == "shutdown" && reply.Outcome == ManagementOutcome.Done)
            {
                await ReadToEndAsync(reader, cancellationToken).ConfigureAwait(false);
            }

            return reply;
        }
        catch (Exception fault) when (fault is SocketException or IOException or ArgumentOutOfRangeException)
        {
            var cause = fault is SocketException { SocketErrorCode: SocketError.AddressNotAvailable } && !Path.Exists(socket) ? "there is no such file" : fault.Message;
            throw new ManagementException(
                $"Nobody answers on '{socket}' ({cause}). Does the program run, with this path as its 'actors.management.socket', and is it yours?", fault);
        }
        catch (JsonException fault)
        {
            throw new ManagementException($"What answers on '{socket}' is no actor system: {fault.Message}", fault);
        }
    }

    /// <summary>The sockets on which actor systems answer, or at least take a connection, in the directories where they are made when no path is given.</summary>
    /// <param name="directory">Where to look as well: the content root of the program, usually where it was started.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(string directory, CancellationToken cancellationToken = default)
    {
        List<string> found = [];
        foreach (var path in SocketPath.Directories(directory).Where(Directory.Exists).SelectMany(SocketPath.In).Distinct())
        {
            if (await IsInUseAsync(path, cancellationToken).ConfigureAwait(false))
            {
                found.Add(path);
            }
        }

        return found;
    }

    /// <summary>Where sockets are made when no path is given: the first of these that can be written.</summary>
    /// <param name="directory">The content root of the program.</param>
    public static IReadOnlyList<string> Directories(string directory) => [.. SocketPath.Directories(directory)];

    /// <returns>Who answers; null when nobody does.</returns>
    internal static async Task<ManagementReply?> PingAsync(string socket, CancellationToken cancellationToken = default)
    {
        try
        {
            return await SendAsync(socket, new ManagementRequest("ping"), cancellationToken)
                .WaitAsync(PingLimit, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ManagementException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>One that takes the connection and is slow to answer is there: its machine is busy, or it hangs, and whoever asks it will be told so.</summary>
    private static async Task<bool> IsInUseAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(socket, new ManagementRequest("ping"), cancellationToken).WaitAsync(PingLimit, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return true;
        }
        catch (ManagementException)
        {
            return false;
        }
    }

    private static async Task ReadToEndAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is not null)
            {
            }
        }
        catch (IOException)
        {
            // A process that was killed in the end has ended as well.
        }
    }
}
