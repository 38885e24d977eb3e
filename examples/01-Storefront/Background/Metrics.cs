using System.Diagnostics;
using Actors.Jobs;
using Actors.Services;

namespace Storefront.Background;

/// <summary>What the process uses, and what waits in its queues. A service can be a lambda: no class to write.</summary>
internal static class Metrics
{
    public static async Task LogAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        var queues = await context.Services.GetRequiredService<IJobs>().GetQueuesAsync(cancellationToken);
        context.Logger.LogInformation(
            "Memory {MemoryMb} MB, {Threads} threads, {Gen0}/{Gen1}/{Gen2} collections, {Depth}",
            process.WorkingSet64 / (1024 * 1024),
            process.Threads.Count,
            GC.CollectionCount(0),
            GC.CollectionCount(1),
            GC.CollectionCount(2),
            string.Join(", ", queues.Select(queue => $"{Depth(queue)} jobs in {queue.Queue}")));
    }

    private static long Depth(QueueStatus queue) => queue.Scheduled + queue.Waiting + queue.Running + queue.Retrying;
}
