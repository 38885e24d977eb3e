using Actors.Persistence.Persisting;

namespace Actors.Persistence;

/// <summary>A persistent actor whose handlers are declared by type, in its constructor: <c>Command</c> for what it is told, <c>Recover</c> for what was stored.</summary>
/// <remarks>The first that matches, in order of declaration, is run. See <see cref="PersistentActor"/> for what it may do.</remarks>
public abstract class ReceivePersistentActor : PersistentActor
{
    private readonly CommandHandlers _recovering = new();
    private readonly Stack<CommandHandlers> _stacked = new(0);
    private CommandHandlers _behavior = new();
    private CommandHandlers? _declaring;
    private bool _isDeclaring = true;

    /// <summary>Makes the actor; declare its handlers here.</summary>
    protected ReceivePersistentActor() => _declaring = _behavior;

    /// <summary>Handles commands of a type.</summary>
    protected void Command<T>(Action<T> handler) => Commands().Add(null, NotNull(handler));

    /// <summary>Handles commands of a type that satisfy a condition.</summary>
    protected void Command<T>(Predicate<T> when, Action<T> handler) => Commands().Add(when, NotNull(handler));

    /// <summary>Handles commands of a type with code that awaits. What it persists is stored when it has ended; no other command is handled until then.</summary>
    protected void CommandAsync<T>(Func<T, Task> handler) => Commands().Add(null, NotNull(handler));

    /// <summary>Handles commands of a type that satisfy a condition with code that awaits.</summary>
    protected void CommandAsync<T>(Predicate<T> when, Func<T, Task> handler) => Commands().Add(when, NotNull(handler));

    /// <summary>Handles every command that no earlier handler takes.</summary>
    protected void CommandAny(Action<object> handler) => Commands().Add(null, NotNull(handler));

    /// <summary>Applies stored events of a type, and of the types nested in it that derive from it: adds those with an <see cref="EventAttribute"/> to the events that the program can read.</summary>
    /// <param name="handler">Changes the state. It must not do anything else: it runs again at each start.</param>
    /// <exception cref="StoredTypeException">A name is not legal, or belongs to another class.</exception>
    protected void Recover<T>(Action<T> handler) => Recover(null, handler);

    /// <summary>Applies stored events of a type that satisfy a condition.</summary>
    /// <inheritdoc cref="Recover{T}(Action{T})"/>
    protected void Recover<T>(Predicate<T>? when, Action<T> handler)
    {
        ThrowIfDeclared();
        EventTypes.Learn(typeof(T));
        _recovering.Add(when, NotNull(handler));
    }

    /// <summary>Applies everything stored that no earlier handler takes. Add the classes to <see cref="PersistenceOptions.Events"/>.</summary>
    protected void RecoverAny(Action<object> handler) => Recover(handler);

    /// <summary>Begins with a saved state. As <c>Recover&lt;SnapshotOffer&gt;</c>, but adds the class to the snapshots that the program can read.</summary>
    /// <param name="handler">Takes over the state.</param>
    protected void RecoverSnapshot<T>(Action<T> handler)
    {
        ThrowIfDeclared();
        NotNull(handler);
        SnapshotTypes.Learn(typeof(T));
        _recovering.Add<SnapshotOffer>(static offer => offer.Snapshot is T, offer => handler((T)offer.Snapshot));
    }

    /// <summary>Replaces the command handlers by those that <paramref name="declare"/> declares. Handlers for recovery stay.</summary>
    protected void Become(Action declare) => _behavior = Collect(declare);

    /// <summary>As <see cref="Become"/>, but keeps the current command handlers for <see cref="UnbecomeStacked"/>.</summary>
    protected void BecomeStacked(Action declare)
    {
        var next = Collect(declare);
        _stacked.Push(_behavior);
        _behavior = next;
    }

    /// <summary>Returns to the command handlers before the last <see cref="BecomeStacked"/>; does nothing when there is none.</summary>
    protected void UnbecomeStacked()
    {
        if (_stacked.TryPop(out var previous))
        {
            _behavior = previous;
        }
    }

    /// <inheritdoc/>
    protected sealed override ValueTask OnCommandAsync(object message)
    {
        if (_behavior.Handle(message) is { } handling)
        {
            return handling;
        }

        Unhandled(message);
        return default;
    }

    /// <inheritdoc/>
    protected sealed override bool OnRecover(object message)
    {
        _isDeclaring = false;
        _declaring = null;
        return _recovering.Handle(message) is not null;
    }

    private static T NotNull<T>(T handler)
        where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(handler);
        return handler;
    }

    private CommandHandlers Commands() => _declaring ?? throw new InvalidOperationException(
        $"{GetType().Name} declares a command handler outside its constructor and outside Become. Wrap the declarations in Become(() => …).");

    private void ThrowIfDeclared()
    {
        if (!_isDeclaring)
        {
            throw new InvalidOperationException($"{GetType().Name} declares a recovery handler outside its constructor. Declare all of them there.");
        }
    }

    private CommandHandlers Collect(Action declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        var outer = _declaring;
        var handlers = _declaring = new CommandHandlers();
        try
        {
            declare();
        }
        finally
        {
            _declaring = outer;
        }

        return handlers;
    }
}
