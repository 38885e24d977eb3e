using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>The process that is killed: it enqueues and runs jobs as fast as it can, and notes in files what was acknowledged and what began.</summary>
internal static class KillChild
{
    public const int Workers = 8;
    public const int Prefetch = 40;
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
