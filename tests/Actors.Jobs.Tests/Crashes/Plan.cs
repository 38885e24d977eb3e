using System.Collections.Concurrent;
using System.Text.Json;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>A job that carries what each of its runs does: one letter for each, then a colon and ballast.</summary>
[Job("plan")]
internal sealed record Plan(string Steps);

internal sealed class PlanHandler(PlanRunner runner) : IJobHandler<Plan>
{
    public Task HandleAsync(Plan job, JobContext context, CancellationToken cancellationToken) => runner.RunAsync(job, context, cancellationToken);
}

/// <summary>Does it, and tells the model.</summary>
internal sealed class PlanRunner(ConcurrentDictionary<JobId, int> runs, Action<JobContext, char> onBegin, Action<JobContext> onEnd, TimeProvider time)
{
    public async Task<JobResult> RunAsync(Plan plan, JobContext context, CancellationToken cancellationToken)
    {
        var steps = plan.Steps[..plan.Steps.IndexOf(':', StringComparison.Ordinal)];
        var run = runs.AddOrUpdate(context.Id, 0, static (_, before) => before + 1);
        var step = steps[Math.Min(run, steps.Length - 1)];
        onBegin(context, step);
        try
        {
            switch (step)
            {
                case 'D':
                    await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken);
                    return JobResult.Succeed($"{context.Id} {context.Attempt}");
                case 'L':
                    await Task.Delay(TimeSpan.FromMilliseconds(90), time, cancellationToken);
                    return JobResult.Success;
                case 'T':
                    await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
                    return JobResult.Success;
                case 'F':
                    throw new InvalidOperationException("planned");
                case 'R':
                    return JobResult.Retry(TimeSpan.FromMilliseconds(50), "planned");
                case 'Z':
                    return JobResult.Snooze(TimeSpan.FromMilliseconds(30));
                case 'C':
                    return JobResult.Cancel;
                default:
                    return JobResult.Success;
            }
        }
        finally
        {
            onEnd(context);
        }
    }
}

internal static class JsonExtensions
{
    public static byte[] ToBytes<T>(this JsonSerializerOptions options, T value) => JsonSerializer.SerializeToUtf8Bytes(value, options);
}
