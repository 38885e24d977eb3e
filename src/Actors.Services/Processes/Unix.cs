using System.Diagnostics;
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

    /// <summary>Whether anything of the group still runs, or waits to be reaped.</summary>
    public static bool IsGroupAlive(int group) => Kill(-group, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
