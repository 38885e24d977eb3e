namespace Actors;

/// <summary>Stands in front of the instance of an actor and passes everything on to it: its messages, its hooks, its strategy.</summary>
/// <remarks>
/// To derive: override a member, and call the base to reach the instance. The decorator shares the instance's context. What the instance
/// calls on itself, such as the <see cref="ActorBase.PostStopAsync"/> in its default <see cref="ActorBase.PreRestartAsync"/>, does not pass here.
/// Installed by <see cref="ActorObserver.OnCreated"/>.
/// </remarks>
public abstract class ActorDecorator : ActorBase, IAsyncDisposable
{
    /// <summary>Decorates an instance. Only while it is being created.</summary>
    /// <param name="instance">The instance, which may be a decorator itself.</param>
    protected ActorDecorator(ActorBase instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        Instance = instance;
    }

    /// <summary>What everything is passed on to.</summary>
    protected ActorBase Instance { get; }

    /// <summary>The user's own instance, behind all that stands in front of it.</summary>
    internal static ActorBase? Undecorated(ActorBase? actor)
    {
        while (actor is ActorDecorator decorator)
        {
            actor = decorator.Instance;
        }

        return actor;
    }

    /// <inheritdoc/>
    protected internal override SupervisorStrategy? SupervisorStrategy => Instance.SupervisorStrategy;

    /// <summary>Disposes of the instance, if it can be disposed of.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        switch (Instance)
        {
            case IAsyncDisposable disposable:
                return disposable.DisposeAsync();
            case IDisposable disposable:
                disposable.Dispose();
                return default;
            default:
                return default;
        }
    }

    /// <inheritdoc/>
    protected internal override ValueTask OnReceiveAsync(object message) => Instance.OnReceiveAsync(message);

    /// <inheritdoc/>
    protected internal override ValueTask PreStartAsync() => Instance.PreStartAsync();

    /// <inheritdoc/>
    protected internal override ValueTask PostStopAsync() => Instance.PostStopAsync();

    /// <inheritdoc/>
    protected internal override ValueTask PreRestartAsync(Exception reason, object? message) => Instance.PreRestartAsync(reason, message);

    /// <inheritdoc/>
    protected internal override ValueTask PostRestartAsync(Exception reason) => Instance.PostRestartAsync(reason);

    /// <inheritdoc/>
    protected internal override void Unhandled(object message) => Instance.Unhandled(message);
}
