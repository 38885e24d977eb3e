using System.Text;

namespace Actors.Hosting.Management;

/// <summary>Where management sockets are: the rule by which a program that states no path makes one, and the tool looks for it.</summary>
internal static class SocketPath
{
    private const string Extension = ".sock";
    private const string SystemDirectory = "/run/actors";

    // What the address of a socket has room for on Linux, the zero at its end not counted.
    private const int MaxBytes = 107;

    /// <summary>What stands for a path in the settings.</summary>
    public const string Off = "off";

    public const string On = "on";

    /// <returns>Null when there is to be none.</returns>
    public static string? Of(string setting, string system, string contentRoot) => setting switch
    {
        Off or "false" or "no" or "" => null,
        On or "true" or "yes" => Path.Combine(Directories(contentRoot).FirstOrDefault(CanWrite, contentRoot), system + Extension),
        _ => Path.GetFullPath(setting, contentRoot),
    };

    /// <summary>The first of these that can be written: that of the user's session, that of the system, the content root.</summary>
    public static IEnumerable<string> Directories(string contentRoot)
    {
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } session && Directory.Exists(session))
        {
            yield return Path.Combine(session, "actors");
        }

        yield return SystemDirectory;
        yield return contentRoot;
    }

    public static IEnumerable<string> In(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, "*" + Extension).Order(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static string? FindFault(string path) => Encoding.UTF8.GetByteCount(path) > MaxBytes
        ? $"'actors.management.socket': the path '{path}' is longer than the {MaxBytes} bytes that a socket may have. Choose a shorter one."
        : null;

    private static bool CanWrite(string directory)
    {
        try
        {
            SocketFile.CreateDirectory(directory);
            var probe = Path.Combine(directory, $".actors-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
