using System.Collections.Concurrent;
using System.Collections.Immutable;
using Actors.Cells;

namespace Actors;

/// <summary>News for whoever wants it: <see cref="DeadLetter"/>, <see cref="UnhandledMessage"/> and what the application publishes. Thread-safe.</summary>
/// <remarks>Subscriptions of an actor end with it. Publishing takes no lock.</remarks>
public sealed class EventStream
{
    private readonly SubscriberWatch _subscriberWatch;
    private Subscriptions _subscriptions = new([]);

    /// <summary>Makes a stream without subscribers.</summary>
    public EventStream() => _subscriberWatch = new SubscriberWatch(this);

    /// <summary>Sends every event of a type, or derived from it, or that implements it, to an actor. Subscribing twice changes nothing.</summary>
    /// <remarks>An actor whose subscriptions overlap gets an event once.</remarks>
    public void Subscribe<TEvent>(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        Update(static (all, added) => all.Contains(added) ? all : all.Add(added), (typeof(TEvent), subscriber));

        // After the subscription, so that one which comes too late is undone at once.
        (subscriber as ActorRef)?.AddWatcher(_subscriberWatch);
    }

    /// <summary>Ends the subscription of an actor to a type. Others of its subscriptions may still cover events of that type.</summary>
    public void Unsubscribe<TEvent>(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        Update(static (all, gone) => all.Remove(gone), (typeof(TEvent), subscriber));
    }

    /// <summary>Ends all subscriptions of an actor.</summary>
    public void Unsubscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        Update(static (all, gone) => all.RemoveAll(s => ReferenceEquals(s.Subscriber, gone.Subscriber)), (typeof(object), subscriber));
    }

    /// <summary>Sends an event to all who subscribed to its type.</summary>
    public void Publish(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var subscriber in Volatile.Read(ref _subscriptions).To(message.GetType()))
        {
            subscriber.Tell(message, null);
        }
    }

    /// <summary>Whether anybody would get an event of exactly this type: to spare the making of one that nobody wants.</summary>
    public bool HasSubscribers<TEvent>() => Volatile.Read(ref _subscriptions).To(typeof(TEvent)).Length > 0;

    private void Update(
        Func<ImmutableArray<(Type Type, IActorRef Subscriber)>, (Type Type, IActorRef Subscriber), ImmutableArray<(Type Type, IActorRef Subscriber)>> change,
        (Type Type, IActorRef Subscriber) subject)
    {
        while (true)
        {
            var before = Volatile.Read(ref _subscriptions);
            var after = change(before.All, subject);
            if (after == before.All || ReferenceEquals(Interlocked.CompareExchange(ref _subscriptions, new Subscriptions(after), before), before))
            {
                return;
            }
        }
    }

    /// <summary>All subscriptions at one moment, and for each type of event that has come since, who gets it.</summary>
    private sealed class Subscriptions(ImmutableArray<(Type Type, IActorRef Subscriber)> all)
    {
        private readonly ConcurrentDictionary<Type, IActorRef[]> _byEvent = new();

        public ImmutableArray<(Type Type, IActorRef Subscriber)> All => all;

        public IActorRef[] To(Type type) => all.IsEmpty ? [] : _byEvent.TryGetValue(type, out var known) ? known : Add(type);

        private IActorRef[] Add(Type type)
        {
            IActorRef[] subscribers = [.. all.Where(s => s.Type.IsAssignableFrom(type)).Select(s => s.Subscriber).Distinct()];
            return _byEvent.GetOrAdd(type, subscribers);
        }
    }

    /// <summary>Watches the subscribers, and ends the subscriptions of those that end.</summary>
    private sealed class SubscriberWatch(EventStream stream) : ActorRef
    {
        public override ActorPath Path { get; } = new(null, "event-stream");

        public override void Tell(object message, IActorRef? sender)
        {
        }

        public override void TellSystem(SystemMessage message)
        {
            if (message is SystemMessage.WatchedEnded ended)
            {
                stream.Unsubscribe(ended.Actor);
            }
        }
    }
}
