namespace Actors.Services.Processes;

/// <summary>Finds a program as a shell would, before it is started, so that a wrong name is told as such.</summary>
internal static class Executable
{
    /// <returns>Its full path.</returns>
    /// <exception cref="ProcessStartException">There is none.</exception>
    public static string Find(string service, string fileName, string? workingDirectory)
    {
        if (fileName.Contains(Path.DirectorySeparatorChar))
        {
            var path = Path.GetFullPath(fileName, workingDirectory ?? Environment.CurrentDirectory);
            return !File.Exists(path)
                ? throw new ProcessStartException(service, $"There is no program {path}. Correct the command of service '{service}', or install it.")
                : IsExecutable(path)
                    ? path
                    : throw new ProcessStartException(service, $"{path} is not executable. Allow it with: chmod +x {path}");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Optional(fileName, folders) ?? throw new ProcessStartException(
            service, $"There is no program '{fileName}' in PATH ({string.Join(Path.PathSeparator, folders)}). Correct the command of service '{service}', or install it.");
    }

    /// <summary>Null when it is not there.</summary>
    public static string? Optional(string fileName, IEnumerable<string>? folders = null)
    {
        folders ??= (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => Extensions().Select(extension => Path.Combine(folder, fileName + extension))).FirstOrDefault(IsExecutable);
    }

    private static IEnumerable<string> Extensions() => OperatingSystem.IsWindows() ? ["", ".exe", ".cmd"] : [""];

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
