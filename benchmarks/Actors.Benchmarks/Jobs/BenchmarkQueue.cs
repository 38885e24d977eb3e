using System.Diagnostics;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Benchmarks.Jobs;

/// <summary>A queue as a program has it, on a store in a folder of its own; or several, which share the store and the work.</summary>
internal sealed class BenchmarkQueue : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly SqliteStore? _store;
    private readonly ServiceProvider _services;
    private readonly IReadOnlyList<string> _names;
    private int _turn;
    private CancellationTokenSource? _stop;
    private Task _consuming = Task.CompletedTask;

    private BenchmarkQueue(ActorSystem system, SqliteStore? store, ServiceProvider services, CountingJournal journal, JobSystem jobs, IReadOnlyList<string> names)
    {
        (_system, _store, _services, Journal, Jobs, _names) = (system, store, services, journal, jobs, names);
    }

    public JobSystem Jobs { get; }

    public CountingJournal Journal { get; }

    /// <param name="folder">Where the store is; the queue goes on with what it holds.</param>
    /// <param name="options">What the command line says.</param>
    /// <param name="keepSucceeded">Whether succeeded jobs go to the history.</param>
    /// <param name="handler">What handles jobs beside the benchmark's own.</param>
    /// <param name="limit">Sets the limits of the queue.</param>
    public static async Task<BenchmarkQueue> StartAsync(
        string folder, JobOptions options, bool keepSucceeded, Type? handler = null, Action<LimitOptions>? limit = null)
    {
        var store = options.IsInMemory ? null : await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "jobs.db") });
        var system = ActorSystem.Create("benchmark");
        var journal = new CountingJournal(store?.Journal ?? new InMemoryJournal());
        var services = new ServiceCollection().BuildServiceProvider();
        var queue = new QueueOptions { Workers = options.Workers, Prefetch = options.Prefetch, KeepSucceeded = keepSucceeded };
        limit?.Invoke(queue.Limits);
        IReadOnlyList<string> names = ["default", .. Enumerable.Range(2, options.Queues - 1).Select(number => $"default-{number}")];
        var jobs = await JobSystem.StartAsync(system, new JobSystemOptions
        {
            Journal = journal,
            History = store?.History ?? new InMemoryHistory(),
            BegunAttempts = store?.BegunAttempts ?? new InMemoryBegunAttempts(),
            Services = services,
            Queues = [.. names.Select(name => new QueueDefinition(name, queue, handler is null ? [typeof(BenchmarkHandler)] : [typeof(BenchmarkHandler), handler]))],
        });
        foreach (var name in names)
        {
            await jobs.EnqueueAsync(BenchmarkJob.Plain, o => o.Queue(name).Delay(TimeSpan.FromDays(1))); // Durable when the queue has recovered.
        }

        return new BenchmarkQueue(system, store, services, journal, jobs, names);
    }

    public async Task StartConsumingAsync()
    {
        _stop = new CancellationTokenSource();
        var consuming = new List<Task>();
        foreach (var name in _names)
        {
            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            consuming.Add(Jobs.ConsumeAsync(name, ready.SetResult, _stop.Token));
            await await Task.WhenAny(ready.Task, consuming[^1]);
        }

        _consuming = Task.WhenAll(consuming);
    }

    public async Task StopConsumingAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            await _consuming;
        }
    }

    /// <summary>Enqueues one by one: each producer awaits the durability of each job.</summary>
    /// <returns>Seconds.</returns>
    public async Task<double> EnqueueAsync(int producers, int count)
    {
        var left = count;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await Jobs.EnqueueAsync(BenchmarkJob.Plain);
            }
        })));
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Enqueues a thousand at a time, from two callers, into one queue after the other.</summary>
    /// <returns>Seconds.</returns>
    public async Task<double> EnqueueManyAsync(int count, Action<EnqueueOptions>? configure = null)
    {
        const int AtOnce = 1000;
        var left = count;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var all = Enumerable.Repeat(BenchmarkJob.Plain, AtOnce).ToList();
            for (var rest = Interlocked.Add(ref left, -AtOnce); rest > -AtOnce; rest = Interlocked.Add(ref left, -AtOnce))
            {
                var name = _names[Interlocked.Increment(ref _turn) % _names.Count];
                await Jobs.EnqueueManyAsync(
                    rest >= 0 ? all : all[..(rest + AtOnce)],
                    o =>
                    {
                        o.Queue(name);
                        configure?.Invoke(o);
                    });
            }
        })));
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>From the first enqueue to the end of the last job, while producers and workers are busy at the same time.</summary>
    /// <returns>Seconds.</returns>
    public async Task<double> EndToEndAsync(int producers, int count)
    {
        var finished = BenchmarkHandler.Expect(count);
        var watch = Stopwatch.StartNew();
        await EnqueueAsync(producers, count);
        await finished;
        return watch.Elapsed.TotalSeconds;
    }


    public async ValueTask DisposeAsync()
    {
        await StopConsumingAsync();
        await _system.DisposeAsync();
        await _services.DisposeAsync();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }
}
