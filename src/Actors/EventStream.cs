using System.Collections.Immutable;

namespace Actors;

/// <summary>News for whoever wants it: <see cref="DeadLetter"/>, <see cref="UnhandledMessage"/> and what the application publishes. Thread-safe.</summary>
public sealed class EventStream
{
    private ImmutableArray<(Type Type, IActorRef Subscriber)> _subscriptions = [];

    /// <summary>Sends every event of a type, or derived from it, to an actor. Subscribing twice changes nothing.</summary>
    public void Subscribe<TEvent>(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ImmutableInterlocked.Update(
            ref _subscriptions,
            static (all, added) => all.Contains(added) ? all : all.Add(added),
            (typeof(TEvent), subscriber));
    }

    /// <summary>Ends all subscriptions of an actor.</summary>
    public void Unsubscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ImmutableInterlocked.Update(
            ref _subscriptions, static (all, gone) => all.RemoveAll(s => ReferenceEquals(s.Subscriber, gone)), subscriber);
    }

    /// <summary>Sends an event to all who subscribed to its type.</summary>
    public void Publish(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var (type, subscriber) in _subscriptions)
        {
            if (type.IsInstanceOfType(message))
            {
                subscriber.Tell(message, null);
            }
        }
    }
}
