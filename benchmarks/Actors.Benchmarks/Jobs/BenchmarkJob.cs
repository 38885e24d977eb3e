using System.Diagnostics;
using Actors.Jobs;

namespace Actors.Benchmarks.Jobs;

/// <summary>A job that does nothing: its arguments are 216 bytes as they are stored.</summary>
[Job("benchmark")]
internal sealed record BenchmarkJob(string Text, long Began)
{
    public const int StoredBytes = 216;

    public static BenchmarkJob Plain { get; } = new(new string('x', StoredBytes - """{"text":"","began":0}""".Length), 0);
}

internal sealed class BenchmarkHandler : IJobHandler<BenchmarkJob>
{
    private static TaskCompletionSource? s_done;
    private static TaskCompletionSource<long>? s_started;
    private static int s_left;

    /// <summary>Ends when so many jobs more have been handled.</summary>
    public static Task Expect(int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        s_left = count;
        Volatile.Write(ref s_done, done);
        return done.Task;
    }

    /// <summary>The moment at which the next job is handled.</summary>
    public static Task<long> ExpectStart()
    {
        var started = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref s_started, started);
        return started.Task;
    }

    public Task HandleAsync(BenchmarkJob job, JobContext context, CancellationToken cancellationToken)
    {
        if (job.Began != 0)
        {
            Volatile.Read(ref s_started)?.TrySetResult(Stopwatch.GetTimestamp());
        }
        else if (Interlocked.Decrement(ref s_left) == 0)
        {
            Volatile.Read(ref s_done)?.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
