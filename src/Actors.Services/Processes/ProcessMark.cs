using System.Globalization;
using System.Text;

namespace Actors.Services.Processes;

/// <summary>The mark in the environment of a program and of all that it starts: which service it belongs to, and which process of ours started it.</summary>
/// <remarks>Linux only: the environment of processes is read in /proc, as far as our rights allow.</remarks>
internal sealed class ProcessMark(string system, string service)
{
    private const string ServiceVariable = "ACTORS_SERVICE";
    private const string OwnerVariable = "ACTORS_OWNER";

    // Process numbers of another container mean nothing here, nor does it that nobody bears them.
    private static readonly string Namespace = OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget ?? "" : "";
    private static readonly Lazy<string> Us = new(() => Owner(Environment.ProcessId) ?? Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    private readonly string _service = $"{system}/{service}";

    public void Put(IDictionary<string, string?> environment)
    {
        environment[ServiceVariable] = _service;
        environment[OwnerVariable] = Us.Value;
    }

    /// <summary>What a process of ours that is gone left behind; never what belongs to one that lives.</summary>
    public IReadOnlyList<(int Pid, string Name)> LeftBehind() => Find(owner => owner.EndsWith(":" + Namespace, StringComparison.Ordinal) && owner != Us.Value && !IsAlive(owner));

    /// <summary>What the program that we have started left behind, in its group or out of it.</summary>
    public IReadOnlyList<(int Pid, string Name)> Ours() => Find(owner => owner == Us.Value);

    private List<(int Pid, string Name)> Find(Func<string, bool> isMeant)
    {
        List<(int, string)> found = [];
        if (!OperatingSystem.IsLinux())
        {
            return found;
        }

        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && pid != Environment.ProcessId
                && Read($"{folder}/environ") is { } environment
                && Variable(environment, ServiceVariable) == _service
                && Variable(environment, OwnerVariable) is { } owner && isMeant(owner))
            {
                found.Add((pid, (Read($"{folder}/comm") ?? "?").Trim()));
            }
        }

        return found;
    }

    private static string? Variable(string environment, string name)
    {
        var text = "\0" + environment;
        var at = text.IndexOf($"\0{name}=", StringComparison.Ordinal);
        return at < 0 ? null : text[(at + name.Length + 2)..].Split('\0', 2)[0];
    }

    private static bool IsAlive(string owner) =>
        int.TryParse(owner.Split(':')[0], CultureInfo.InvariantCulture, out var pid) && Owner(pid) == owner;

    /// <summary>A process as nobody after it will be: its number, the moment of its start, and the container in which it has them.</summary>
    private static string? Owner(int pid) =>
        Read($"/proc/{pid}/stat") is { } stat
            ? $"{pid}:{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}:{Namespace}" // starttime, field 22 of proc_pid_stat(5)
            : null;

    private static string? Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // It has ended, or is not ours.
        }
    }
}
