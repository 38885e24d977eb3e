using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Actors.Jobs;
using Actors.TestKit.Queues;

namespace Actors.TestKit;

/// <summary>A queue of a test system: what was enqueued in it, and a way to run it by hand.</summary>
public sealed class TestQueue
{
    private const int MaxListed = 10;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly TestSystem _system;
    private readonly RecordedJobs _jobs;

    internal TestQueue(TestSystem system, RecordedJobs jobs, string name)
    {
        _system = system;
        _jobs = jobs;
        Name = name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The queue in numbers.</summary>
    public Task<QueueStatus> GetStatusAsync() => _jobs.GetQueueAsync(Name);

    /// <summary>The jobs of a class that were enqueued in it since the test began, in their order, whatever has become of them.</summary>
    public IReadOnlyList<EnqueuedJob<TJob>> Enqueued<TJob>() => [.. All().Where(enqueued => enqueued.Job is TJob).Select(Typed<TJob>)];

    /// <summary>Demands that a job was enqueued that has the same arguments as this one.</summary>
    /// <returns>The first such job.</returns>
    /// <exception cref="ExpectationException">There is none. The message says how the nearest one differs, and lists the others.</exception>
    public EnqueuedJob<TJob> ShouldHaveEnqueued<TJob>(TJob expected)
        where TJob : notnull
    {
        var candidates = Enqueued<TJob>();
        foreach (var candidate in candidates)
        {
            if (JobText.Differences(expected, candidate.Job!).Count == 0)
            {
                return candidate;
            }
        }

        var message = new StringBuilder($"Expected queue '{Name}' to have a {typeof(TJob).Name} {JobText.Of(expected)}, but {Others(typeof(TJob))}");
        if (candidates.Count > 0)
        {
            var nearest = candidates.MinBy(candidate => JobText.Differences(expected, candidate.Job!).Count)!; // There is one.
            message.AppendLine().Append(CultureInfo.InvariantCulture, $"The nearest is job {nearest.Id}:");
            foreach (var difference in JobText.Differences(expected, nearest.Job!).Take(MaxListed))
            {
                message.AppendLine().Append("  ").Append(difference);
            }
        }

        throw _system.Failure(message.ToString());
    }

    /// <summary>Demands that a job of a class was enqueued.</summary>
    /// <param name="predicate">What it must be like; null for any.</param>
    /// <param name="expression">Filled in by the compiler.</param>
    /// <returns>The first such job.</returns>
    /// <exception cref="ExpectationException">There is none. The message lists those that there are.</exception>
    public EnqueuedJob<TJob> ShouldHaveEnqueued<TJob>(
        Func<TJob, bool>? predicate = null, [CallerArgumentExpression(nameof(predicate))] string? expression = null) =>
        Enqueued<TJob>().FirstOrDefault(enqueued => predicate?.Invoke(enqueued.Job) ?? true)
        ?? throw _system.Failure($"Expected queue '{Name}' to have {Wanted<TJob>(predicate is null, expression)}, but {Others(typeof(TJob))}");

    /// <summary>Demands that no job of a class was enqueued.</summary>
    /// <param name="predicate">What none may be like; null for none at all.</param>
    /// <param name="expression">Filled in by the compiler.</param>
    /// <exception cref="ExpectationException">There is one.</exception>
    public void ShouldNotHaveEnqueued<TJob>(
        Func<TJob, bool>? predicate = null, [CallerArgumentExpression(nameof(predicate))] string? expression = null)
    {
        if (Enqueued<TJob>().FirstOrDefault(enqueued => predicate?.Invoke(enqueued.Job) ?? true) is { } found)
        {
            throw _system.Failure(
                $"Expected queue '{Name}' not to have {Wanted<TJob>(predicate is null, expression)}, but there is job {found.Id}: {JobText.Of(found.Job!)}");
        }
    }

    /// <summary>
    /// Runs all jobs that may start now, and those that they enqueue, until none waits and none runs. Jobs for later, also retries, stay. A queue that is
    /// not consumed otherwise is consumed for so long.
    /// </summary>
    /// <param name="within">How far the clock may move meanwhile; null means a minute.</param>
    /// <exception cref="ExpectationException">There is no end to it.</exception>
    public async Task DrainAsync(TimeSpan? within = null)
    {
        var wasConsumed = (await GetStatusAsync()).IsConsumed;
        if (!wasConsumed)
        {
            await _system.StartConsumingAsync(Name);
        }

        var limit = within ?? TimeSpan.FromMinutes(1);
        var left = limit;
        while (true)
        {
            await _system.DrainAsync();
            var status = await GetStatusAsync();
            if (status.Waiting + status.Running == 0)
            {
                break;
            }

            if (left <= TimeSpan.Zero)
            {
                throw _system.Failure(
                    $"Expected queue '{Name}' to run out of jobs within {TestSystem.Describe(limit)}, but {status.Waiting} wait and {status.Running} run.");
            }

            var step = left < Step ? left : Step;
            await _system.AdvanceAsync(step);
            left -= step;
        }

        if (!wasConsumed)
        {
            await _system.StopConsumingAsync(Name);
        }
    }

    private static EnqueuedJob<TJob> Typed<TJob>(EnqueuedJob<object> job) =>
        new(job.Id, job.Queue, (TJob)job.Job, job.Delay, job.DueAt, job.Priority, job.EnqueuedAt);

    private static string Wanted<TJob>(bool isAny, string? expression) =>
        isAny ? $"a {typeof(TJob).Name}" : $"a {typeof(TJob).Name} where {expression}";

    private IEnumerable<EnqueuedJob<object>> All() => _jobs.Enqueued.Where(job => job.Queue == Name);

    /// <summary>What is there instead.</summary>
    private string Others(Type type)
    {
        var ofType = All().Where(job => type.IsInstanceOfType(job.Job)).ToList();
        if (ofType.Count > 0)
        {
            var lines = ofType.Take(MaxListed).Select(job => $"{Environment.NewLine}  {job.Id} {JobText.Of(job.Job)}");
            return $"it has {ofType.Count} other{(ofType.Count == 1 ? "" : "s")}:{string.Concat(lines)}{(ofType.Count > MaxListed ? $"{Environment.NewLine}  …" : "")}";
        }

        var elsewhere = _jobs.Enqueued.Where(job => type.IsInstanceOfType(job.Job)).Select(job => $"'{job.Queue}'").Distinct().ToList();
        if (elsewhere.Count > 0)
        {
            return $"such jobs are in {string.Join(", ", elsewhere)} only.";
        }

        var types = All().CountBy(job => job.Job.GetType().Name).Select(count => $"{count.Value} {count.Key}").ToList();
        return types.Count == 0 ? "nothing was enqueued in it." : $"it has only {string.Join(", ", types)}.";
    }
}
