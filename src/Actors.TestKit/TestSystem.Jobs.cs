using Actors.Jobs;
using Actors.Persistence;
using Actors.TestKit.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Actors.TestKit;

/// <summary>Queues in a test: jobs that are kept in memory, run in virtual time, and survive a crash of the process.</summary>
public sealed partial class TestSystem
{
    private readonly Dictionary<string, (CancellationTokenSource Stop, Task Consuming)> _consumers = [];
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();
    private readonly InMemoryBegunAttempts _begun = new();
    private TestSystemBuilder? _setup;
    private RecordedJobs? _jobs;
    private ServiceProvider? _services;
    private int _process = 1;

    /// <summary>The queues. The same object through all crashes.</summary>
    /// <exception cref="InvalidOperationException">The system has none.</exception>
    public IJobs Jobs => RequireJobs();

    /// <summary>The container of the handlers; made anew by <see cref="CrashAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">The system has no queues.</exception>
    public IServiceProvider Services => _services ?? throw NoQueues();

    /// <summary>Starts a system with queues. Each is consumed from the start, unless it was added otherwise.</summary>
    /// <param name="seed">Decides all chance: who runs next, jitter, the order of timers of the same instant.</param>
    /// <param name="setup">Adds queues, handlers and what they need.</param>
    /// <param name="dispatcher">What runs the actors.</param>
    /// <exception cref="JobTypeException">A handler or a job type cannot be used; the message lists every fault.</exception>
    public static TestSystemStart StartAsync(int seed, Action<TestSystemBuilder> setup, TestDispatcher dispatcher = TestDispatcher.Simulation)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var builder = new TestSystemBuilder();
        setup(builder);
        var simulation = dispatcher == TestDispatcher.Simulation ? new SimulationDispatcher(seed) : null;
        var system = new TestSystem(new VirtualTime(seed: seed), simulation, simulation?.StartProcess(), null, seed, seed, builder.SystemSetup) { _setup = builder };
        if (simulation is not null)
        {
            system.BeginRun(simulation);
        }

        system._jobs = new RecordedJobs(system.Time);
        return new TestSystemStart(system, simulation, system.BeginQueuesAsync);
    }

    /// <summary>A queue, to see what was enqueued in it and to run it by hand.</summary>
    /// <exception cref="UnknownQueueException">There is no such queue.</exception>
    public TestQueue Queue(string name)
    {
        var jobs = RequireJobs();
        return _setup!.Queues.Any(queue => queue.Definition.Name == name) // It has jobs, so it has a setup.
            ? new TestQueue(this, jobs, name)
            : throw new UnknownQueueException(name, _setup.Queues.Select(queue => queue.Definition.Name));
    }

    /// <summary>Runs a job here and now with its handler, without a queue: nothing is stored or retried. Its arguments are written and read as if they had been stored.</summary>
    /// <returns>What the handler has answered; <see cref="JobResult.Success"/> when it just returned. What it throws is thrown.</returns>
    /// <exception cref="JobTypeException">No queue has a handler for it.</exception>
    public Task<JobResult> RunInlineAsync<TJob>(TJob job, CancellationToken cancellationToken = default)
        where TJob : notnull => RequireJobs().Current.RunInlineAsync(job, cancellationToken);

    /// <summary>
    /// Ends the process as kill -9 would, and begins the next one on the same stores. Nothing of the old process is run again: not what its handlers await,
    /// and not their <c>finally</c>. What had begun is suspected, as after a crash of a real process, and runs alone first.
    /// </summary>
    /// <remarks>May be called by the test or, without awaiting it, by a handler. What the test itself awaits of the old process, such as an enqueue, never ends.</remarks>
    /// <param name="down">How long no process runs.</param>
    /// <returns>Ends when the queues of the new process are consumed.</returns>
    /// <exception cref="InvalidOperationException">The system has no queues, or threads run it.</exception>
    public Task CrashAsync(TimeSpan down = default)
    {
        var jobs = RequireJobs();
        if (_simulation is null)
        {
            throw new InvalidOperationException("Only a simulated process can be crashed: threads cannot be dropped in the middle of their work. Leave TestDispatcher.Simulation.");
        }

        Kill();
        jobs.Forget();
        _consumers.Clear();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Not a continuation of the caller, which may be a handler that is dead by now.
        _simulation.Post(_ => _ = BeginNextProcessAsync(down, begun), null); // How it ends is told to the caller.
        return begun.Task;
    }

    internal async Task StartConsumingAsync(string queue)
    {
        var stop = new CancellationTokenSource();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _consumers[queue] = (stop, ConsumeAsync());
        await ready.Task; // Task.WhenAny would complete on the thread pool, where a seed decides nothing.

        async Task ConsumeAsync()
        {
            try
            {
                await RequireJobs().Current.ConsumeAsync(queue, ready.SetResult, stop.Token);
            }
            catch (Exception thrown) when (ready.TrySetException(thrown))
            {
                // Told to whoever has started it.
            }
        }
    }

    internal async Task StopConsumingAsync(string queue)
    {
        if (_consumers.Remove(queue, out var consumer))
        {
            await consumer.Stop.CancelAsync();
            await consumer.Consuming;
        }
    }

    private static InvalidOperationException NoQueues() =>
        new("The test system has no queues. Add them: TestSystem.StartAsync(seed, a => a.AddQueue(\"emails\", q => q.AddHandler<…>())).");

    private RecordedJobs RequireJobs() => _jobs ?? throw NoQueues();

    private async Task BeginNextProcessAsync(TimeSpan down, TaskCompletionSource begun)
    {
        try
        {
            if (down > TimeSpan.Zero)
            {
                await Time.AdvanceAsync(down);
            }

            // Another seed: a process that did the same again would prove little.
            Begin(_simulation!.StartProcess(), unchecked((Seed * 397) + ++_process), _setup!.SystemSetup); // Only a simulated process is crashed.
            await BeginQueuesAsync();
            begun.SetResult();
        }
        catch (Exception thrown)
        {
            begun.SetException(thrown);
        }
    }

    private async Task BeginQueuesAsync()
    {
        var (jobs, setup) = (_jobs!, _setup!); // Both are set when there are queues.
        var services = new ServiceCollection();
        services.AddSingleton<IJobs>(jobs);
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<ILoggerFactory>(Log);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        foreach (var service in setup.Services)
        {
            ((ICollection<ServiceDescriptor>)services).Add(service);
        }

        _services = services.BuildServiceProvider();
        jobs.Current = await JobSystem.StartAsync(System, new JobSystemOptions
        {
            Journal = _journal,
            History = _history,
            BegunAttempts = _begun,
            Services = _services,
            Queues = [.. setup.Queues.Select(queue => queue.Definition)],
            Middleware = setup.JobMiddleware,
            OnEnqueued = jobs.Note,
        });
        foreach (var (definition, isConsumed) in setup.Queues)
        {
            if (isConsumed && !definition.IsEnqueueOnly)
            {
                await StartConsumingAsync(definition.Name);
            }
        }
    }
}
