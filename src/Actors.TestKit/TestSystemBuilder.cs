using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.TestKit;

/// <summary>Says what runs in a test system beside actors: queues with their handlers, and what these need.</summary>
public sealed class TestSystemBuilder
{
    private readonly List<(QueueDefinition Definition, bool IsConsumed)> _queues = [];

    internal TestSystemBuilder()
    {
    }

    /// <summary>What handlers get from the container. <see cref="IJobs"/>, the clock and the log are in it already.</summary>
    /// <remarks>The container is made anew when the process has crashed: what it makes itself is then lost, and an instance that was added is still there.</remarks>
    public IServiceCollection Services { get; } = new ServiceCollection();

    internal IReadOnlyList<(QueueDefinition Definition, bool IsConsumed)> Queues => _queues;

    internal List<Type> JobMiddleware { get; } = [];

    internal Action<ActorSystemOptions>? SystemSetup { get; private set; }

    /// <summary>Adds a queue. Its jobs are kept in memory, where they survive <see cref="TestSystem.CrashAsync"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Its handlers and settings.</param>
    /// <param name="isConsumed">Whether its jobs run as they come; otherwise when <see cref="TestQueue.DrainAsync"/> is called.</param>
    public TestSystemBuilder AddQueue(string name, Action<QueueBuilder>? configure = null, bool isConsumed = true)
    {
        var queue = new QueueBuilder(name);
        configure?.Invoke(queue);
        _queues.Add((queue.Build(), isConsumed));
        return this;
    }

    /// <summary>Puts middleware around the handlers of all queues, outside that of each queue. The first that is added is outermost.</summary>
    public TestSystemBuilder UseJobMiddleware<TMiddleware>()
        where TMiddleware : class, IJobMiddleware
    {
        JobMiddleware.Add(typeof(TMiddleware));
        return this;
    }

    /// <summary>Changes the options of the actor system. Leave its clock as it is.</summary>
    public TestSystemBuilder ConfigureSystem(Action<ActorSystemOptions> configure)
    {
        SystemSetup += configure;
        return this;
    }
}
