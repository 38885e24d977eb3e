using System.Runtime.CompilerServices;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>The process that a job brings down: on its first start it enqueues that job among others; on each start it runs what there is until nothing is left.</summary>
internal static class PoisonChild
{
    public const int Neighbours = 7;
    private const string Argument = "poison-child";

    /// <summary>On the first start the poison waits for its neighbours, and they for the end of the process: it goes on for a while when the stack overflows.</summary>
    private static readonly CountdownEvent Crowd = new(Neighbours);
    private static volatile bool _isCrowded;

    public static bool IsWanted(string[] args) => args is [Argument, _, _];

    public static string[] Arguments(string folder, string poison) => [Argument, folder, poison];

    public static async Task<int> RunAsync(string[] args)
    {
        var (folder, poison) = (args[1], args[2]);
        await using var system = ActorSystem.Create("poisoned");
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
        var jobs = await StartAsync(system, store, new Notes(Path.Combine(folder, "begun.txt")));
        if (await IsFirstAsync(jobs))
        {
            _isCrowded = true;
            await jobs.EnqueueManyAsync([.. Enumerable.Range(1, Neighbours).Select(n => new PoisonedJob($"neighbour-{n}"))]);
            await jobs.EnqueueAsync(new PoisonedJob(poison));
            await jobs.EnqueueManyAsync([.. Enumerable.Range(1, 20).Select(n => new PoisonedJob($"later-{n}"))]);
        }

        _ = jobs.ConsumeAsync("default", static () => { }, CancellationToken.None);
        while (await Recovered.QueueAsync(jobs) is { Waiting: > 0 } or { Running: > 0 })
        {
            await Task.Delay(10);
        }

        // The queue knows of the last ends before they are stored: an enqueue is durable with everything that was decided before it.
        await jobs.EnqueueAsync(new PoisonedJob("never"), o => o.Delay(TimeSpan.FromDays(1)));
        return 0;
    }

    public static Task<JobSystem> StartAsync(ActorSystem system, SqliteStore store, Notes begun) => JobSystem.StartAsync(system, new JobSystemOptions
    {
        Journal = store.Journal,
        History = store.History,
        BegunAttempts = store.BegunAttempts,
        Services = new ServiceCollection().AddSingleton(begun).BuildServiceProvider(),
        Queues = [new QueueBuilder("default").Workers(Neighbours + 1).AddHandler<Handler>().Build()],
    });

    private static async Task<bool> IsFirstAsync(JobSystem jobs)
    {
        var queue = await Recovered.QueueAsync(jobs);
        return queue.Waiting + queue.Running + queue.Quarantined + queue.Succeeded == 0;
    }

    [Job("poisoned")]
    internal sealed record PoisonedJob(string What);

    private sealed class Handler(Notes begun) : IJobHandler<PoisonedJob>
    {
        public async Task HandleAsync(PoisonedJob job, JobContext context, CancellationToken cancellationToken)
        {
            begun.Add($"{job.What} {context.Attempt}");
            var isNeighbour = job.What.StartsWith("neighbour", StringComparison.Ordinal);
            if (_isCrowded && isNeighbour)
            {
                Crowd.Signal();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            while (_isCrowded && !Crowd.IsSet)
            {
                await Task.Delay(5, cancellationToken);
            }

            switch (job.What)
            {
                case "fail-fast":
                    Environment.FailFast("A job brings the process down.");
                    break;
                case "overflow":
                    Overflow(0);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static int Overflow(int depth) => depth < 0 ? 0 : Overflow(depth + 1) + depth;
    }
}
