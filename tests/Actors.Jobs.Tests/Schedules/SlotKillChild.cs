using Actors.Jobs.Tests.Sqlite;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Schedules;

/// <summary>The process that is killed: schedules with a slot each 50 and each 70 ms, and a note of each job that begins.</summary>
internal static class SlotKillChild
{
    private const string Argument = "slot-kill-child";

    public static bool IsWanted(string[] args) => args is [Argument, _, _];

    public static string[] Arguments(string folder, bool isShared) => [Argument, folder, isShared ? "shared" : "alone"];

    public static async Task<int> RunAsync(string[] args)
    {
        var folder = args[1];
        await using var system = ActorSystem.Create("slots");
        await using var store = await OpenAsync(folder, args[2] == "shared");
        var jobs = await StartAsync(system, store, folder);
        new Notes(Path.Combine(folder, "started.txt")).Add($"{Environment.ProcessId}");
        await jobs.ConsumeAsync("default", static () => { }, CancellationToken.None);
        return 0;
    }

    public static async Task<IAsyncDisposable> OpenAsync(string folder, bool isShared)
    {
        var options = new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db"), IsShared = isShared };
        return isShared ? await SqliteSharedStore.JoinAsync(options) : await SqliteStore.OpenAsync(options);
    }

    public static async Task<JobSystem> StartAsync(ActorSystem system, IAsyncDisposable store, string folder) => await JobSystem.StartAsync(system, new JobSystemOptions
    {
        Shared = store as SqliteSharedStore,
        Journal = (store as SqliteStore)?.Journal,
        History = (store as SqliteStore)?.History,
        BegunAttempts = (store as SqliteStore)?.BegunAttempts,
        Services = new ServiceCollection().AddSingleton(new Notes(Path.Combine(folder, "begun.txt"))).BuildServiceProvider(),
        Queues = [new QueueDefinition("default", new QueueOptions { Workers = 8, QuarantineAfter = RestartOptions.Unlimited }, [typeof(Handler)])],
        Schedules =
        [
            ScheduleDefinition.Of("fifty", "every 50 ms", new SlotJob("fifty"), new ScheduleOptions { Missed = MissedSlots.All }),
            ScheduleDefinition.Of("seventy", "every 70 ms", new SlotJob("seventy"), new ScheduleOptions { Missed = MissedSlots.All }),
        ],
        SchedulesSweepBytes = 20_000,
    });

    [Job("slot")]
    internal sealed record SlotJob(string Schedule);

    internal sealed class Handler(Notes begun) : IJobHandler<SlotJob>
    {
        public Task HandleAsync(SlotJob job, JobContext context, CancellationToken cancellationToken)
        {
            begun.Add($"{context.Id} {job.Schedule}");
            return Task.CompletedTask;
        }
    }
}
