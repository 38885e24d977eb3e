using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Processes;

/// <summary>What one process of a shared store consists of. Several in one process are as apart as several processes: the locks are of the open files.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ActorSystem _system;
    private readonly SqliteSharedStore _store;
    private Task _consuming = Task.CompletedTask;

    private Node(ActorSystem system, SqliteSharedStore store, JobSystem jobs, Ran ran)
    {
        (_system, _store, Jobs, Ran) = (system, store, jobs, ran);
    }

    /// <summary>What it has logged.</summary>
    public required LinesLog Log { get; init; }

    public JobSystem Jobs { get; }

    public Ran Ran { get; }

    public long Id => _store.Node;

    public static async Task<Node> StartAsync(string folder, bool isWorker, Ran? ran = null, QueueOptions? options = null, Func<ISharedStore, ISharedStore>? around = null, bool hasSchedules = false, string[]? alsoQueues = null)
    {
        ran ??= new Ran();
        var log = new LinesLog();
        var system = ActorSystem.Create("node", new ActorSystemOptions { LoggerFactory = log });
        var store = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db"), IsShared = true });
        var jobs = await JobSystem.StartAsync(system, new JobSystemOptions
        {
            Shared = around is null ? store : around(store),
            Schedules = hasSchedules ? [] : null,
            Services = new ServiceCollection().AddSingleton(ran).BuildServiceProvider(),
            Queues = [.. new[] { "default" }.Concat(alsoQueues ?? []).Select(name => new QueueDefinition(name, options ?? new QueueOptions { Workers = 4, Prefetch = 8 }, isWorker ? [typeof(SharedWorkHandler)] : []))],
        });
        var node = new Node(system, store, jobs, ran) { Log = log };
        if (isWorker)
        {
            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            node._consuming = jobs.ConsumeAsync("default", () => ready.TrySetResult(), node._stop.Token);
            await await Task.WhenAny(ready.Task, node._consuming);
        }

        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _consuming;
        await _system.TerminateAsync();
        await _store.DisposeAsync();
    }

    /// <summary>Waits, in real time, for a job to finish.</summary>
    public async Task<JobStatus> FinishAsync(JobId id)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (await Jobs.FindAsync(id) is { FinishedAt: not null } status)
            {
                return status;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException($"Job {id} did not finish: {await Jobs.FindAsync(id)}");
    }
}

/// <summary>What ran where.</summary>
internal sealed class Ran
{
    private readonly Lock _lock = new();
    private readonly List<(JobId Id, string Text)> _attempts = [];

    public Func<SharedWork, CancellationToken, Task> Body { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Instead, when what runs needs the context.</summary>
    public Func<JobContext, CancellationToken, Task>? InContext { get; set; }

    public IReadOnlyList<(JobId Id, string Text)> Attempts
    {
        get
        {
            lock (_lock)
            {
                return [.. _attempts];
            }
        }
    }

    public void Add(JobId id, string text)
    {
        lock (_lock)
        {
            _attempts.Add((id, text));
        }
    }
}

[Job("shared-work")]
internal sealed record SharedWork(string Text = "x");

internal sealed class SharedWorkHandler(Ran ran) : IJobHandler<SharedWork>
{
    public Task HandleAsync(SharedWork job, JobContext context, CancellationToken cancellationToken)
    {
        ran.Add(context.Id, job.Text);
        return ran.InContext?.Invoke(context, cancellationToken) ?? ran.Body(job, cancellationToken);
    }
}
