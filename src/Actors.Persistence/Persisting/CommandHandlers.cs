namespace Actors.Persistence.Persisting;

/// <summary>Handlers by message type, in order of declaration; the first that matches is run.</summary>
internal sealed class CommandHandlers
{
    private readonly List<Func<object, ValueTask?>> _handlers = [];

    public void Add<T>(Predicate<T>? when, Action<T> handler) => _handlers.Add(message =>
    {
        if (!Matches(message, when, out var typed))
        {
            return null;
        }

        handler(typed);
        return default(ValueTask);
    });

    public void Add<T>(Predicate<T>? when, Func<T, Task> handler) => _handlers.Add(
        message => Matches(message, when, out var typed) ? new ValueTask(handler(typed)) : null);

    /// <returns>Null when there is no handler.</returns>
    public ValueTask? Handle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler(message) is { } handling)
            {
                return handling;
            }
        }

        return null;
    }

    private static bool Matches<T>(object message, Predicate<T>? when, out T typed)
    {
        if (message is T match && (when is null || when(match)))
        {
            typed = match;
            return true;
        }

        typed = default!; // Not read when there is no match.
        return false;
    }
}
