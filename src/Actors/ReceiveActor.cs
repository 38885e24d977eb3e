namespace Actors;

/// <summary>An actor whose handlers are declared by message type, in its constructor. The first that matches, in order of declaration, is run.</summary>
public abstract class ReceiveActor : ActorBase
{
    private readonly Stack<List<Handler>> _stacked = new(0);
    private List<Handler> _behavior = [];
    private List<Handler>? _declaring;

    /// <summary>Makes the actor; declare its handlers here.</summary>
    protected ReceiveActor() => _declaring = _behavior;

    /// <summary>Handles messages of a type.</summary>
    protected void Receive<T>(Action<T> handler) => Declare(new SyncHandler<T>(handler, null));

    /// <summary>Handles messages of a type that satisfy a condition.</summary>
    protected void Receive<T>(Predicate<T> when, Action<T> handler) => Declare(new SyncHandler<T>(handler, when));

    /// <summary>Handles messages of a type with code that awaits. No other user message is handled until it has ended.</summary>
    protected void ReceiveAsync<T>(Func<T, Task> handler) =>
        Declare(new AsyncHandler<T>(message => new ValueTask(handler(message)), null));

    /// <summary>Handles messages of a type that satisfy a condition with code that awaits.</summary>
    protected void ReceiveAsync<T>(Predicate<T> when, Func<T, Task> handler) =>
        Declare(new AsyncHandler<T>(message => new ValueTask(handler(message)), when));

    /// <summary>Handles every message that no earlier handler takes.</summary>
    protected void ReceiveAny(Action<object> handler) => Declare(new SyncHandler<object>(handler, null));

    /// <summary>Replaces the current behaviour by the handlers that <paramref name="declare"/> declares. A restart returns to the first behaviour.</summary>
    protected void Become(Action declare) => _behavior = Collect(declare);

    /// <summary>As <see cref="Become"/>, but keeps the current behaviour for <see cref="UnbecomeStacked"/>.</summary>
    protected void BecomeStacked(Action declare)
    {
        var next = Collect(declare);
        _stacked.Push(_behavior);
        _behavior = next;
    }

    /// <summary>Returns to the behaviour before the last <see cref="BecomeStacked"/>; does nothing when there is none.</summary>
    protected void UnbecomeStacked()
    {
        if (_stacked.TryPop(out var previous))
        {
            _behavior = previous;
        }
    }

    /// <inheritdoc/>
    protected internal sealed override ValueTask OnReceiveAsync(object message)
    {
        _declaring = null;
        foreach (var handler in _behavior)
        {
            if (handler.TryHandle(message, out var handling))
            {
                return handling;
            }
        }

        Unhandled(message);
        return default;
    }

    private List<Handler> Collect(Action declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        var outer = _declaring;
        var handlers = _declaring = [];
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

    private void Declare(Handler handler)
    {
        if (_declaring is null)
        {
            throw new InvalidOperationException(
                $"{GetType().Name} declares a handler outside its constructor and outside Become. Wrap the declarations in Become(() => …).");
        }

        _declaring.Add(handler);
    }

    private abstract class Handler
    {
        public abstract bool TryHandle(object message, out ValueTask handling);
    }

    private sealed class SyncHandler<T>(Action<T> handler, Predicate<T>? when) : Handler
    {
        public override bool TryHandle(object message, out ValueTask handling)
        {
            handling = default;
            if (message is not T typed || (when is not null && !when(typed)))
            {
                return false;
            }

            handler(typed);
            return true;
        }
    }

    private sealed class AsyncHandler<T>(Func<T, ValueTask> handler, Predicate<T>? when) : Handler
    {
        public override bool TryHandle(object message, out ValueTask handling)
        {
            handling = default;
            if (message is not T typed || (when is not null && !when(typed)))
            {
                return false;
            }

            handling = handler(typed);
            return true;
        }
    }
}
