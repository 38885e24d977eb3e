using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>The process that is killed: it enqueues and runs jobs as fast as it can, and notes in files what was acknowledged and what began.</summary>
internal static class KillChild
{
    public const int Workers = 8;
    public const int Prefetch = 40;
    public const int JobsInABatch = 40;
    private const int Producers = 16;
    private const string Argument = "kill-child";

    public static bool IsWanted(string[] args) => args is [Argument, _];

    public static string[] Arguments(string folder) => [Argument, folder];

    public static async Task<int> RunAsync(string[] args)
    {
        var folder = args[1];
        await using var system = ActorSystem.Create("killed");
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
        var jobs = await StartAsync(system, store, new Notes(Path.Combine(folder, "begun.txt")));
        _ = jobs.ConsumeAsync("default", static () => { }, CancellationToken.None);
        var acknowledged = new Notes(Path.Combine(folder, "acknowledged.txt"));
        var chains = new Notes(Path.Combine(folder, "chains.txt"));
        var batches = new Notes(Path.Combine(folder, "batches.txt"));
        _ = Task.Run(() => ChainAsync(jobs, acknowledged, chains));
        _ = Task.Run(() => BatchAsync(jobs, batches, CutShort(folder)));
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(() => ProduceAsync(jobs, acknowledged, producer))));
        return 0;
    }

    public static async Task<JobSystem> StartAsync(ActorSystem system, SqliteStore store, Notes begun)
    {
        var options = new QueueOptions
        {
            Workers = Workers,
            Prefetch = Prefetch,
            TrimBytes = 16_000,
            ForwardBytes = 50_000,
            CacheBytes = 20_000,
            QuarantineAfter = RestartOptions.Unlimited, // It is killed for no fault of its jobs.
            Retry = new RetryOptions { MaxAttempts = 2, Backoff = new BackoffOptions { Min = TimeSpan.FromMilliseconds(20) } },
        };
        return await JobSystem.StartAsync(system, new JobSystemOptions
        {
            Journal = store.Journal,
            History = store.History,
            BegunAttempts = store.BegunAttempts,
            Services = new ServiceCollection().AddSingleton(begun).BuildServiceProvider(),
            Queues = [new QueueDefinition("default", options, [typeof(Handler)])],
        });
    }

    private static async Task ProduceAsync(IJobs jobs, Notes acknowledged, int producer)
    {
        var random = new Random(producer);
        while (true)
        {
            var what = random.Next(10) switch { 0 => "fail", 1 => "slow", _ => "good" };
            var text = new string('x', random.Next(50) == 0 ? 6000 : random.Next(200));
            var delay = TimeSpan.FromMilliseconds(random.Next(5) == 0 ? random.Next(300) : 0);
            var id = await jobs.EnqueueAsync(new KilledJob(what, text), o => o.Delay(delay));
            acknowledged.Add($"{id} {what}");
        }
    }

    /// <summary>The batches of which the enqueue was begun and not acknowledged.</summary>
    public static List<JobId> CutShort(string folder)
    {
        var lines = Notes.Lines(folder, "batches.txt").Select(line => line.Split(' ')).ToList();
        return [.. lines.Where(line => line[0] == "begun").Select(line => JobId.Parse(line[1])).Except(lines.Where(line => line[0] == "done").Select(line => JobId.Parse(line[1])))];
    }

    public static Task<JobBatch> EnqueueBatchAsync(IJobs jobs, JobId id) => jobs.EnqueueBatchAsync(
        [.. Enumerable.Range(0, JobsInABatch).Select(_ => new KilledJob("good", "of a batch"))], batch => batch.Id(id).OnSucceeded(new KilledJob("good", "after a batch")));

    private static async Task ChainAsync(IJobs jobs, Notes acknowledged, Notes chains)
    {
        while (true)
        {
            var ids = await jobs.EnqueueChainAsync([new KilledJob("good", "1"), new KilledJob("slow", "2"), new KilledJob("good", "3")]);
            chains.Add(string.Join(' ', ids));
            foreach (var id in ids)
            {
                acknowledged.Add($"{id} good");
            }
        }
    }

    private static async Task BatchAsync(IJobs jobs, Notes batches, IEnumerable<JobId> cutShort)
    {
        foreach (var id in cutShort.Concat(Enumerable.Range(0, int.MaxValue).Select(_ => JobId.Create(TimeProvider.System, Random.Shared))))
        {
            batches.Add($"begun {id}");
            await EnqueueBatchAsync(jobs, id);
            batches.Add($"done {id}");
        }
    }

    [Job("killed")]
    internal sealed record KilledJob(string What, string Text);

    internal sealed class Handler(Notes begun) : IJobHandler<KilledJob>
    {
        public async Task HandleAsync(KilledJob job, JobContext context, CancellationToken cancellationToken)
        {
            begun.Add($"{context.Id} {context.Attempt}");
            if (job.What == "fail")
            {
                throw new InvalidOperationException("It always fails.");
            }

            if (job.What == "slow")
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
            }
        }
    }
}
