using System.Collections.Concurrent;
using System.Diagnostics;

namespace Actors.Services.Processes;

/// <summary>Starts programs, all on one thread that never ends.</summary>
/// <remarks>
/// The kernel tells a child that its parent has died when the <em>thread</em> that started it ends (prctl(2), PR_SET_PDEATHSIG). Threads of a pool come and
/// go; this one lasts as long as the process.
/// </remarks>
internal static class Starter
{
    private static readonly Lazy<BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)>> Requests = new(Begin);

    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Value.Add((info, started));
        return started.Task;
    }

    private static BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> Begin()
    {
        var requests = new BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)>();
        new Thread(() => Run(requests)) { IsBackground = true, Name = "Actors process starter" }.Start();
        return requests;
    }

    private static void Run(BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> requests)
    {
        foreach (var (info, started) in requests.GetConsumingEnumerable())
        {
            var process = new Process { StartInfo = info, EnableRaisingEvents = true };
            try
            {
                process.Start();
                started.SetResult(process);
            }
            catch (Exception fault)
            {
                process.Dispose();
                started.SetException(fault);
            }
        }
    }
}
