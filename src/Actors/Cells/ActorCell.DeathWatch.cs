using System.Runtime.CompilerServices;

namespace Actors.Cells;

/// <summary>Exactly one notice for each watch, and none after an unwatch, even if it is in the mailbox already.</summary>
internal partial class ActorCell
{
    private static readonly Lock[] WatchersLocks = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    /// <summary>In the place of the watchers of an actor whose end they have been told; always empty.</summary>
    private static readonly HashSet<ActorRef> WatchersTold = [];

    private Dictionary<ActorRef, object?>? _watched;
    private HashSet<ActorRef>? _watchers;

    /// <summary>Shared by some actors: it is held too shortly and too seldom to be worth the memory of an own one.</summary>
    private Lock WatchersLock => WatchersLocks[(uint)RuntimeHelpers.GetHashCode(this) % (uint)WatchersLocks.Length];

    public void Watch(IActorRef actor) => AddWatch(actor, null);

    public void WatchWith(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        AddWatch(actor, message);
    }

    public void Unwatch(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor is ActorCell cell)
        {
            RemoveWatch(cell);
        }
    }

    private void AddWatch(IActorRef actor, object? message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (ReferenceEquals(actor, this))
        {
            return;
        }

        if (actor is not ActorCell subject)
        {
            throw new ArgumentException($"'{actor.Path}' is not an actor that can end, so it cannot be watched.", nameof(actor));
        }

        _watched ??= [];
        if (_watched.TryAdd(subject, message))
        {
            System.Observer?.OnWatched(this, subject);
            subject.AddWatcher(this);
        }
    }

    private void RemoveWatch(ActorCell subject)
    {
        if (_watched?.Remove(subject) == true)
        {
            System.Observer?.OnUnwatched(this, subject);
            subject.RemoveWatcher(this);
        }
    }

    private void UnwatchAll()
    {
        if (_watched is not null)
        {
            foreach (var subject in _watched.Keys)
            {
                System.Observer?.OnUnwatched(this, subject);
                subject.RemoveWatcher(this);
            }

            _watched = null;
        }
    }

    /// <summary>Not by way of the system lane, because an actor that blocks its thread does not look into that, and may be abandoned so.</summary>
    public override void AddWatcher(ActorRef watcher)
    {
        lock (WatchersLock)
        {
            if (!ReferenceEquals(_watchers, WatchersTold))
            {
                (_watchers ??= []).Add(watcher);
                return;
            }
        }

        watcher.TellSystem(new SystemMessage.WatchedEnded(this));
    }

    public override void RemoveWatcher(ActorRef watcher)
    {
        lock (WatchersLock)
        {
            if (!ReferenceEquals(_watchers, WatchersTold))
            {
                _watchers?.Remove(watcher);
            }
        }
    }

    /// <summary>Locked, because a parent that abandons a child which blocks its thread must tell the watchers in its place.</summary>
    private void TellWatchers()
    {
        HashSet<ActorRef>? watchers;
        lock (WatchersLock)
        {
            watchers = _watchers;
            _watchers = WatchersTold;
        }

        if (watchers is null)
        {
            return;
        }

        foreach (var watcher in watchers)
        {
            watcher.TellSystem(new SystemMessage.WatchedEnded(this));
        }
    }

    /// <summary>The notice takes its place in the user lane, behind everything that the actor had sent before it ended.</summary>
    private void OnWatchedEnded(ActorRef actor)
    {
        if (_watched is not null && _watched.TryGetValue(actor, out var message))
        {
            Tell(new CellMessage.DeathNotice(actor, message), actor);
        }
    }

    private ValueTask OnDeathNotice(ActorRef actor)
    {
        if (_watched is null || !_watched.Remove(actor, out var message))
        {
            return default;
        }

        System.Observer?.OnMourned(this, actor);
        message ??= new Terminated(actor);
        _current!.BecomeOwn(message); // We are in its turn.
        return Deliver(message);
    }
}
