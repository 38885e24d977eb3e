using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>A job system in virtual time, with one queue, stores in memory and a scripted handler.</summary>
internal sealed class JobHost
{
    private CancellationTokenSource _stop = new();
    private Task? _consuming;

    private JobHost(TestSystem system, Script script, JobSystem jobs)
    {
        System = system;
        Script = script;
        Jobs = jobs;
    }

    public TestSystem System { get; }

    public Script Script { get; }

    public JobSystem Jobs { get; }

    /// <summary>A job that a script treats otherwise.</summary>
    public JobId Bad { get; set; }

    public static async Task<JobHost> StartAsync(
        TestSystem system,
        Action<QueueOptions>? configure = null,
        IJournal? journal = null,
        IHistory? history = null,
        bool isConsumed = true,
        IReadOnlyList<Type>? handlers = null,
        IBegunAttempts? begun = null,
        Action<QueueOptions>? configureSecond = null,
        IReadOnlyList<ScheduleDefinition>? schedules = null,
        long sweepBytes = 16 * 1024 * 1024,
        IReadOnlyList<Type>? middleware = null)
    {
        var options = new QueueOptions { Workers = 4, Prefetch = 8 };
        options.Retry.Backoff.Jitter = 0;
        configure?.Invoke(options);
        var second = new QueueOptions();
        configureSecond?.Invoke(second);
        var script = new Script(system.Time);
        var jobs = await JobSystem.StartAsync(system.System, new JobSystemOptions
        {
            Journal = journal ?? new InMemoryJournal(),
            History = history ?? new InMemoryHistory(),
            BegunAttempts = begun ?? new InMemoryBegunAttempts(),
            Schedules = schedules,
            SchedulesSweepBytes = sweepBytes,
            Middleware = middleware ?? [],
            Services = new ServiceCollection().AddSingleton(script).BuildServiceProvider(),
            Queues =
            [
                new QueueDefinition("default", options, handlers ?? [typeof(WorkHandler)]),
                new QueueDefinition("second", second, [typeof(SecondHandler)]),
            ],
        });
        var host = new JobHost(system, script, jobs);
        if (isConsumed)
        {
            await host.StartConsumingAsync();
        }

        return host;
    }

    public async Task StartConsumingAsync(string queue = "default")
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consuming = Jobs.ConsumeAsync(queue, ready.SetResult, _stop.Token);
        _consuming = queue == "default" ? consuming : _consuming;
        await await Task.WhenAny(ready.Task, consuming);
    }

    /// <summary>Starts the consumer again after it was stopped.</summary>
    public async Task<JobHost> ConsumeAgainAsync(string queue = "default")
    {
        _stop = new CancellationTokenSource();
        await StartConsumingAsync(queue);
        return this;
    }

    /// <summary>Ends when the queue has stopped consuming.</summary>
    public Task Stopped => _consuming ?? Task.CompletedTask;

    /// <summary>Begins to stop; when it returns, the queue knows.</summary>
    public async Task BeginStopAsync()
    {
        await _stop.CancelAsync();
        while ((await QueueAsync()).IsConsumed)
        {
            // What a consumer awaits is outside the dispatcher: moving the clock does not wait for it.
        }
    }

    public Task<JobId> EnqueueAsync(string text = "x", Action<EnqueueOptions>? configure = null) => Jobs.EnqueueAsync(new Work(text), configure);

    public async Task<JobState?> StateAsync(JobId id) => (await Jobs.FindAsync(id))?.State;

    /// <summary>Waits, moving the clock, until a job is in a state.</summary>
    public async Task<JobStatus> ReachAsync(JobId id, JobState state, TimeSpan? within = null)
    {
        var left = within ?? TimeSpan.FromSeconds(3);
        while (true)
        {
            await System.DrainAsync();
            var status = await Jobs.GetAsync(id);
            if (status.State == state)
            {
                return status;
            }

            left.ShouldBeGreaterThan(TimeSpan.Zero, $"{status} did not become {state} [seed {System.Seed}]");
            await System.AdvanceAsync(TimeSpan.FromMilliseconds(10));
            left -= TimeSpan.FromMilliseconds(10);
        }
    }

    public Task<QueueStatus> QueueAsync() => Jobs.GetQueueAsync("default");
}
