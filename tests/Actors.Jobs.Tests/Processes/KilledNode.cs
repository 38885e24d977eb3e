using Actors.Jobs.Tests.Sqlite;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Processes;

/// <summary>A process of a shared store that is killed: it enqueues, or runs jobs, and notes in files what was acknowledged and what began.</summary>
internal static class KilledNode
{
    public const string Web = "web";
    public const string Worker = "worker";
    private const int Producers = 8;
    private const string Argument = "killed-node";

    public static bool IsWanted(string[] args) => args is [Argument, _, _];

    public static string[] Arguments(string folder, string role) => [Argument, folder, role];

    public static async Task<int> RunAsync(string[] args)
    {
        var (folder, role) = (args[1], args[2]);
        await using var system = ActorSystem.Create("killed");
        await using var store = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db"), IsShared = true });
        var begun = new Notes(Path.Combine(folder, "begun.txt"));
        var jobs = await JobSystem.StartAsync(system, Options(store, role == Worker, begun));
        new Notes(Path.Combine(folder, "started.txt")).Add($"{Environment.ProcessId} {role} {store.Node}");
        if (role == Worker)
        {
            await jobs.ConsumeAsync("default", static () => { }, CancellationToken.None);
            return 0;
        }

        var acknowledged = new Notes(Path.Combine(folder, "acknowledged.txt"));
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(() => ProduceAsync(jobs, acknowledged, producer))));
        return 0;
    }

    public static JobSystemOptions Options(SqliteSharedStore store, bool isWorker, Notes begun) => new()
    {
        Shared = store,
        Services = new ServiceCollection().AddSingleton(begun).BuildServiceProvider(),
        Queues =
        [
            new QueueDefinition(
                "default",
                new QueueOptions
                {
                    Workers = 4,
                    Prefetch = 8,
                    TrimBytes = 16_000,
                    ForwardBytes = 50_000,
                    CacheBytes = 20_000,
                    Retry = new RetryOptions { MaxAttempts = 2, Backoff = new BackoffOptions { Min = TimeSpan.FromMilliseconds(20) } },
                },
                isWorker ? [typeof(KillChild.Handler)] : []),
        ],
    };

    private static async Task ProduceAsync(IJobs jobs, Notes acknowledged, int producer)
    {
        var random = new Random(producer);
        while (true)
        {
            var what = random.Next(10) switch { 0 => "fail", 1 => "slow", _ => "good" };
            var delay = TimeSpan.FromMilliseconds(random.Next(5) == 0 ? random.Next(300) : 0);
            var id = await jobs.EnqueueAsync(new KillChild.KilledJob(what, new string('x', random.Next(200))), o => o.Delay(delay));
            acknowledged.Add($"{id} {what}");
            await Task.Delay(random.Next(20));
        }
    }
}
