using System.Net.Sockets;

namespace Actors.Hosting.Management;

/// <summary>The file of a management socket while this process listens on it: its user's alone, and nobody else's at the same time.</summary>
/// <remarks>
/// The lock is on a file beside it that is never deleted: a deleted lock file could be held by two processes. The system releases it however the process
/// ends, so that a socket without its lock is left over from a process that was killed, and is replaced.
/// </remarks>
internal sealed class SocketFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int Backlog = 16;
    private const int NoSuchDevice = 6; // ENXIO: what opening a socket as a file answers.

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int[] InUse = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _lock;
    private readonly string _path;

    private SocketFile(string path, FileStream fileLock, Socket listener)
    {
        _path = path;
        _lock = fileLock;
        Listener = listener;
    }

    public Socket Listener { get; }

    /// <exception cref="ManagementException">Another process listens there, it is no socket, or it cannot be made.</exception>
    public static async Task<SocketFile> OpenAsync(string path, CancellationToken cancellationToken)
    {
        FileStream? fileLock = null;
        try
        {
            if (Path.GetDirectoryName(path) is { } directory)
            {
                CreateDirectory(directory);
            }

            fileLock = TryLock(path + ".lock") ?? throw await InUseAsync(path, cancellationToken).ConfigureAwait(false);
            if (Path.Exists(path))
            {
                RefuseOther(path);

                // Of an older program, or made by hand, it may be in use all the same.
                if (await ManagementClient.PingAsync(path, cancellationToken).ConfigureAwait(false) is not null)
                {
                    throw await InUseAsync(path, cancellationToken).ConfigureAwait(false);
                }

                File.Delete(path);
            }

            return new SocketFile(path, fileLock, Listen(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SocketException or ManagementException)
        {
            fileLock?.Dispose();
            throw fault as ManagementException ?? new ManagementException(
                $"The management socket '{path}' cannot be made: {fault.Message} Let this user write there, or name another path: 'actors.management.socket'.", fault);
        }
    }

    /// <summary>Its user's alone, unless it exists. Windows has no such modes: there the directory that it is in decides.</summary>
    public static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    public void Dispose()
    {
        Listener.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // With its folder, which the system takes away when its user logs out: a stop that went well is not to fail of that.
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            return new FileStream(path, options);
        }
        catch (IOException fault) when (InUse.Contains(fault.HResult))
        {
            return null;
        }
    }

    private static async Task<ManagementException> InUseAsync(string path, CancellationToken cancellationToken)
    {
        var holder = await ManagementClient.PingAsync(path, cancellationToken).ConfigureAwait(false);
        return new ManagementException(
            $"The management socket '{path}' is in use by {holder?.Text ?? "another process"}. End that one, or give this one a socket of its own: " +
            "'actors.management.socket'.");
    }

    /// <summary>A socket cannot be opened as a file; whatever can, or may not be, is none that we made.</summary>
    private static void RefuseOther(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
        }
        catch (IOException fault) when (fault.HResult == NoSuchDevice)
        {
            return;
        }
        catch (UnauthorizedAccessException)
        {
            // A directory, or another user's file.
        }

        throw new ManagementException(
            $"The management socket '{path}' cannot be made: something else has this name, and is left as it is. Name another path: 'actors.management.socket'.");
    }

    private static Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, OwnerOnly); // Before Listen: until then whoever connects is refused.
            }

            listener.Listen(Backlog);
            return listener;
        }
        catch (Exception)
        {
            listener.Dispose();
            throw;
        }
    }
}
