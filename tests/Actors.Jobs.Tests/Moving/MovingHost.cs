using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Moving;

/// <summary>A job system in virtual time with three queues that all can run the same jobs. Each is paused until a test lets it go on, so that jobs stay where they are.</summary>
internal sealed class MovingHost
{
    private readonly CancellationTokenSource _stop = new();

    private MovingHost(TestSystem system, JobSystem jobs, Script script)
    {
        (System, Jobs, Script) = (system, jobs, script);
    }

    public TestSystem System { get; }

    public JobSystem Jobs { get; }

    public Script Script { get; }

    public static async Task<MovingHost> StartAsync(
        TestSystem system, IJournal? journal = null, IHistory? history = null, Action<string, QueueOptions>? configure = null, string queues = "abc", bool isPaused = true, Type? handler = null)
    {
        var script = new Script(system.Time);
        var jobs = await JobSystem.StartAsync(system.System, new JobSystemOptions
        {
            Journal = journal ?? new InMemoryJournal(),
            History = history ?? new InMemoryHistory(),
            BegunAttempts = new InMemoryBegunAttempts(),
            Services = new ServiceCollection().AddSingleton(script).BuildServiceProvider(),
            Queues = [.. queues.Select(name => Definition($"{name}", configure, handler))],
        });
        var host = new MovingHost(system, jobs, script);
        foreach (var queue in jobs.Queues)
        {
            if (isPaused)
            {
                await jobs.PauseAsync(queue);
            }

            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var consuming = jobs.ConsumeAsync(queue, ready.SetResult, host._stop.Token);
            await await Task.WhenAny(ready.Task, consuming);
        }

        return host;
    }

    public Task<JobId> EnqueueAsync(string text = "x", Action<EnqueueOptions>? configure = null, string queue = "a") => Jobs.EnqueueAsync(
        new Work(text),
        options =>
        {
            options.Queue(queue);
            configure?.Invoke(options);
        });

    public async Task ResumeAsync()
    {
        foreach (var queue in Jobs.Queues)
        {
            await Jobs.ResumeAsync(queue);
        }
    }

    /// <summary>Waits, moving the clock, until a job has finished.</summary>
    public async Task<JobStatus> FinishAsync(JobId id)
    {
        for (var left = TimeSpan.FromMinutes(1); ; left -= TimeSpan.FromMilliseconds(50))
        {
            await System.DrainAsync();
            var status = await Jobs.GetAsync(id);
            if (status.FinishedAt is not null)
            {
                return status;
            }

            left.ShouldBeGreaterThan(TimeSpan.Zero, $"{status} did not finish [seed {System.Seed}]");
            await System.AdvanceAsync(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>A defect: its supervisor restarts the owner.</summary>
    public void Restart(string queue) => Jobs.OwnerOf(queue).Tell(new Actors.Jobs.Queues.QueueMessage.Enqueue(null!, default));

    private static QueueDefinition Definition(string name, Action<string, QueueOptions>? configure, Type? handler)
    {
        var options = new QueueOptions { Workers = 4, Prefetch = 0 };
        options.Retry.Backoff.Jitter = 0;
        configure?.Invoke(name, options);
        return new QueueDefinition(name, options, [handler ?? typeof(WorkHandler)]);
    }
}
