using Actors.Persistence.Formats;
using Actors.Persistence.Persisting;

namespace Actors.Persistence;

public abstract partial class PersistentActor
{
    /// <summary>The largest event, or group of events that is stored whole.</summary>
    private const int MaxWriteBytes = 16 * 1024 * 1024;

    /// <summary>Stores an event, and calls the handler when it is durable. Commands wait until then.</summary>
    /// <param name="event">The event. It is encoded before this returns, so later changes of it are not stored.</param>
    /// <param name="handler">Changes the state and answers. <see cref="ActorBase.Sender"/> is that of the command. Handlers run in the order of their events.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    protected void Persist<T>(T @event, Action<T> handler)
        where T : notnull => Store(@event, handler, isStashing: true);

    /// <summary>As <see cref="Persist{T}(T, Action{T})"/>, with a handler that awaits.</summary>
    protected void Persist<T>(T @event, Func<T, Task> handler)
        where T : notnull => Store(@event, handler, isStashing: true);

    /// <summary>Stores events whole or not at all, and calls the handler for each when all are durable. Commands wait until then.</summary>
    /// <inheritdoc cref="Persist{T}(T, Action{T})"/>
    protected void PersistAll<T>(IEnumerable<T> events, Action<T> handler)
        where T : notnull => StoreAll(events, handler, isStashing: true);

    /// <summary>As <see cref="PersistAll{T}(IEnumerable{T}, Action{T})"/>, with a handler that awaits.</summary>
    protected void PersistAll<T>(IEnumerable<T> events, Func<T, Task> handler)
        where T : notnull => StoreAll(events, handler, isStashing: true);

    /// <summary>
    /// As <see cref="Persist{T}(T, Action{T})"/>, but further commands are handled meanwhile, as in Akka.NET. It is not awaited: the name says that commands do
    /// not wait. When the actor ends before the handler has run, the event is stored all the same, and the handler is not called.
    /// </summary>
    protected void PersistAsync<T>(T @event, Action<T> handler)
        where T : notnull => Store(@event, handler, isStashing: false);

    /// <summary>As <see cref="PersistAsync{T}(T, Action{T})"/>, with a handler that awaits.</summary>
    protected void PersistAsync<T>(T @event, Func<T, Task> handler)
        where T : notnull => Store(@event, handler, isStashing: false);

    /// <summary>As <see cref="PersistAll{T}(IEnumerable{T}, Action{T})"/>, but further commands are handled meanwhile. See <see cref="PersistAsync{T}(T, Action{T})"/>.</summary>
    protected void PersistAllAsync<T>(IEnumerable<T> events, Action<T> handler)
        where T : notnull => StoreAll(events, handler, isStashing: false);

    /// <summary>As <see cref="PersistAllAsync{T}(IEnumerable{T}, Action{T})"/>, with a handler that awaits.</summary>
    protected void PersistAllAsync<T>(IEnumerable<T> events, Func<T, Task> handler)
        where T : notnull => StoreAll(events, handler, isStashing: false);

    /// <summary>
    /// Calls a handler when all events that were persisted before have been handled; at once when there is none. Nothing is stored. Commands wait until then.
    /// </summary>
    /// <param name="argument">Is given to the handler.</param>
    /// <param name="handler">The handler.</param>
    protected void Defer<T>(T argument, Action<T> handler)
        where T : notnull => Defer(argument, handler, isStashing: true);

    /// <summary>As <see cref="Defer{T}(T, Action{T})"/>, but further commands are handled meanwhile. It is not awaited.</summary>
    protected void DeferAsync<T>(T argument, Action<T> handler)
        where T : notnull => Defer(argument, handler, isStashing: false);

    private void Store<T>(T stored, Delegate handler, bool isStashing)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(handler);
        var writing = StartWriting();
        EncodedEvent encoded;
        try
        {
            encoded = Encode(stored, beginsWrite: true);
            CheckSize(encoded.Json.Length);
        }
        catch (Exception cause)
        {
            Reject([stored], cause, writing, isStashing);
            return;
        }

        writing.Add(encoded);
        writing.Add(new PersistInvocation<T>(stored, handler, Sender, writing.NextNr(), isStashing));
    }

    private void StoreAll<T>(IEnumerable<T> events, Delegate handler, bool isStashing)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(handler);
        T[] all = [.. events];
        var writing = StartWriting();
        var encoded = new EncodedEvent[all.Length];
        try
        {
            var bytes = 0L;
            for (var i = 0; i < all.Length; i++)
            {
                ArgumentNullException.ThrowIfNull(all[i], nameof(events));
                encoded[i] = Encode(all[i], beginsWrite: i == 0);
                CheckSize(bytes += encoded[i].Json.Length);
            }
        }
        catch (Exception cause) when (cause is not ArgumentNullException)
        {
            Reject([.. all.Cast<object>()], cause, writing, isStashing);
            return;
        }

        for (var i = 0; i < all.Length; i++)
        {
            writing.Add(encoded[i]);
            writing.Add(new PersistInvocation<T>(all[i], handler, Sender, writing.NextNr(), isStashing));
        }
    }

    private void Defer<T>(T argument, Action<T> handler, bool isStashing)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(argument);
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfRecovering();
        if (_writing is { HasInvocations: true } writing)
        {
            writing.Add(new DeferInvocation<T>(argument, handler, Sender, writing.LastNr, isStashing));
        }
        else
        {
            handler(argument);
        }
    }

    private EncodedEvent Encode(object stored, bool beginsWrite)
    {
        var type = _store.EventTypes.Of(stored.GetType());
        return new EncodedEvent(type, StoredJson.Serialize(type, stored), beginsWrite);
    }

    private static void CheckSize(long bytes)
    {
        if (bytes > MaxWriteBytes)
        {
            throw new StoredTypeException(
                $"Events that are stored whole have {bytes:N0} bytes together, and {MaxWriteBytes:N0} is the limit. Store large content elsewhere, and its key in the event.");
        }
    }

    /// <summary>It takes its place in the line of handlers, so that the order of what the actor sees is that of what it asked for.</summary>
    private void Reject(object[] events, Exception cause, Writing writing, bool isStashing)
    {
        foreach (var rejected in events)
        {
            var sequenceNr = writing.LastNr + 1;
            writing.Add(new RejectInvocation(() => OnPersistRejected(cause, rejected, sequenceNr), Sender, writing.LastNr, isStashing));
        }
    }

    private Writing StartWriting()
    {
        ThrowIfRecovering();
        return _writing ??= new Writing(Self, LastSequenceNr) { Turn = _turns };
    }

    private void ThrowIfRecovering()
    {
        if (IsRecovering)
        {
            throw new InvalidOperationException(
                $"'{Self.Path}' cannot persist or defer while it recovers, because its events are being read. Do it when it gets RecoveryCompleted, or later.");
        }
    }
}
