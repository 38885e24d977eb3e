using System.Collections.Concurrent;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>A process on a store in files: two queues, "default" with notes and "second".</summary>
internal sealed class StoreHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ActorSystem _system;
    private readonly SqliteStore _store;
    private readonly List<Task> _consuming = [];

    private StoreHost(ActorSystem system, SqliteStore store, JobSystem jobs, Notebook notebook)
    {
        (_system, _store, Jobs, Notebook) = (system, store, jobs, notebook);
    }

    public JobSystem Jobs { get; }

    public Notebook Notebook { get; }

    public static async Task<StoreHost> StartAsync(string path, bool isConsumed = true, Action<QueueOptions>? configure = null, params QueueDefinition[] more)
    {
        var options = new QueueOptions { Workers = 2, Prefetch = 4, HistoryBatch = 10 };
        configure?.Invoke(options);
        var system = ActorSystem.Create("store");
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path, BusyTimeout = TimeSpan.FromMilliseconds(100) });
        var notebook = new Notebook();
        var jobs = await JobSystem.StartAsync(system, new JobSystemOptions
        {
            Journal = store.Journal,
            History = store.History,
            BegunAttempts = store.BegunAttempts,
            Services = new ServiceCollection().AddSingleton(notebook).BuildServiceProvider(),
            Queues =
            [
                new QueueDefinition("default", options, [typeof(NoteHandler)]),
                new QueueDefinition("second", new QueueOptions(), [typeof(OtherHandler)]),
                .. more,
            ],
        });
        var host = new StoreHost(system, store, jobs, notebook);
        if (isConsumed)
        {
            host.Consume();
        }

        return host;
    }

    public void Consume()
    {
        _consuming.Add(Jobs.ConsumeAsync("default", static () => { }, _stop.Token));
        _consuming.Add(Jobs.ConsumeAsync("second", static () => { }, _stop.Token));
    }

    /// <summary>Waits, in real time, until a job is in a state.</summary>
    public async Task<JobStatus> ReachAsync(JobId id, JobState state)
    {
        JobStatus? status = null;
        await UntilAsync(async () => (status = await Jobs.FindAsync(id))?.State == state, () => $"{status} did not become {state}: {Jobs.GetQueueAsync("default").Result}");
        return status!; // Found.
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string>? what = null)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(10);
        }

        throw new ShouldAssertException(what?.Invoke() ?? "It did not come to that.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_consuming.Select(consuming => consuming.ContinueWith(
            static ended => ended.Exception?.InnerException.ShouldBeOfType<QueueUnavailableException>(), TaskScheduler.Default)));
        await _system.TerminateAsync();
        await _store.DisposeAsync();
    }
}

/// <summary>What has run.</summary>
internal sealed class Notebook
{
    private readonly ConcurrentQueue<string> _texts = new();

    public IReadOnlyList<string> Texts => [.. _texts];

    public void Add(string text) => _texts.Enqueue(text);
}

[Job("note")]
internal sealed record Note(string Text);

internal sealed class NoteHandler(Notebook notebook) : IJobHandler<Note>
{
    public Task HandleAsync(Note job, JobContext context, CancellationToken cancellationToken)
    {
        notebook.Add(job.Text.Split(' ')[0]);
        return Task.CompletedTask;
    }
}

[Job("other", Queue = "second")]
internal sealed record Other(string Text);

internal sealed class OtherHandler(Notebook notebook) : IJobHandler<Other>
{
    public Task HandleAsync(Other job, JobContext context, CancellationToken cancellationToken)
    {
        notebook.Add(job.Text);
        return Task.CompletedTask;
    }
}
