namespace Actors.Cells;

/// <summary>Exactly one notice for each watch, and none after an unwatch, even if it is in the mailbox already.</summary>
internal sealed partial class ActorCell
{
    private Dictionary<ActorRef, object?>? _watched;
    private HashSet<ActorCell>? _watchers;

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
            subject.TellSystem(new SystemMessage.Watch(this));
        }
    }

    private void RemoveWatch(ActorCell subject)
    {
        if (_watched?.Remove(subject) == true)
        {
            System.Observer?.OnUnwatched(this, subject);
            subject.TellSystem(new SystemMessage.Unwatch(this));
        }
    }

    private void UnwatchAll()
    {
        if (_watched is not null)
        {
            foreach (var subject in _watched.Keys)
            {
                System.Observer?.OnUnwatched(this, subject);
                subject.TellSystem(new SystemMessage.Unwatch(this));
            }

            _watched = null;
        }
    }

    private void AddWatcher(ActorCell watcher)
    {
        lock (_synchronizationContext)
        {
            (_watchers ??= []).Add(watcher);
        }
    }

    private void RemoveWatcher(ActorCell watcher)
    {
        lock (_synchronizationContext)
        {
            _watchers?.Remove(watcher);
        }
    }

    /// <summary>Locked, because a parent that abandons a child which blocks its thread must tell the watchers in its place.</summary>
    private void TellWatchers()
    {
        HashSet<ActorCell>? watchers;
        lock (_synchronizationContext)
        {
            watchers = _watchers;
            _watchers = null;
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
        if (_watched?.ContainsKey(actor) == true)
        {
            Tell(new CellMessage.DeathNotice(actor), actor);
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
        _current!.Message = message; // We are in its turn.
        return Deliver(message);
    }
}
