using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Actors.Services.Processes;

/// <summary>The calls of the operating system that .NET has no words for.</summary>
internal static partial class Unix
{
    private const int NoSuchProcess = 3; // ESRCH

    /// <summary>Tells a group, or its first process while that has no group yet, or never will without setsid. A group that has ended is no fault.</summary>
    public static void SignalGroup(Process first, int signal)
    {
        // The number of one that has ended may be another's by now.
        if (Kill(-first.Id, signal) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess && !first.HasExited)
        {
            _ = Kill(first.Id, signal);
        }
    }

    public static void Signal(int process, int signal) => _ = Kill(process, signal);

    /// <summary>Whether anything of the group still runs.</summary>
    /// <remarks>
    /// The kernel counts what has ended and is not reaped yet. For an orphan that is the business of process 1, which may take seconds for it, or never do it:
    /// in a container it often is a program that knows nothing of it.
    /// </remarks>
    public static bool IsGroupAlive(int group) =>
        (Kill(-group, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess) && (!OperatingSystem.IsLinux() || HasLiving(group));

    private static bool HasLiving(int group)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (char.IsAsciiDigit(folder["/proc/".Length]) && IsLivingMember($"{folder}/stat", group))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLivingMember(string path, int group)
    {
        try
        {
            var stat = File.ReadAllText(path);
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 4); // state, parent, group: fields 3 to 5 of proc_pid_stat(5)
            return fields is [not "Z" and not "X", _, var member, ..] && int.TryParse(member, CultureInfo.InvariantCulture, out var number) && number == group;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended while we looked.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
