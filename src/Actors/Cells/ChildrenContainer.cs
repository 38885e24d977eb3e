namespace Actors.Cells;

/// <summary>What has been asked of a child, in its parent's books. Written by the parent's turn.</summary>
internal enum ChildMark : byte
{
    /// <summary>Nothing: it lives.</summary>
    None,

    /// <summary>It is to stop when those that were started after it have ended.</summary>
    StopQueued,

    /// <summary>It has been told to stop.</summary>
    Stopping,

    /// <summary>It has ended, or was given up on, and a new incarnation is to take its place.</summary>
    Vacant,

    /// <summary>It has ended and is no child any more.</summary>
    Gone,
}

/// <summary>The children of one actor, by name and in the order of their start. Guardians get children from any thread, hence the lock.</summary>
internal sealed class ChildrenContainer
{
    private readonly Lock _lock = new();

    // Those that were given a name; and those that were not, once somebody has looked for one of them. The list has all.
    private Dictionary<string, ActorCell>? _byName;
    private Dictionary<long, ActorCell>? _byNumber;
    private int _count;
    private ActorCell? _first;
    private ActorCell? _last;

    // Where the search for the next child to stop begins; null begins with the last. All behind it are to stay.
    private ActorCell? _stopCursor;
    private int _stopQueued;
    private long _unnamed;
    private bool _isClosed;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>How many are to stop, or have been told to, and have not ended yet.</summary>
    public int Stopping { get; private set; }

    /// <summary>How many are significant and not to stop.</summary>
    public int Significant { get; private set; }

    /// <summary>Ends when none is stopping any more; null when nobody waits for that. The parent's turn's own.</summary>
    public TaskCompletionSource? Ended { get; set; }

    /// <summary>Counts the failures of those that restart together. The parent's turn's own.</summary>
    public RestartBudget? GroupBudget { get; set; }

    /// <summary>The restart of a group that is under way. The parent's turn's own.</summary>
    public GroupRestart? GroupRestart { get; set; }

    public ActorCell Add(ActorCell parent, Props props, string? name)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw parent.ParentCell?.ParentCell is null
                    ? new ActorSystemTerminatedException(parent.System.Name)
                    : new InvalidOperationException($"'{parent.Path}' is stopping, so it cannot have new children.");
            }

            if (name is not null && _byName?.GetValueOrDefault(name) is { } namesake)
            {
                throw new InvalidActorNameException(
                    name,
                    $"'{parent.Path}' already has a child named '{name}'. A name is free again once its actor has ended" +
                    (namesake.Mark == ChildMark.Vacant ? "; this one waits to be started again: stop it first." : "."));
            }

            var child = ActorCell.Create(parent.System, parent, props, name is null ? ActorName.Of(++_unnamed) : ActorName.Of(name));
            SetByName(child);
            _count++;
            child.PreviousSibling = _last;
            if (_last is null)
            {
                _first = child;
            }
            else
            {
                _last.NextSibling = child;
            }

            _last = child;
            CountSignificant(child, 1);
            return child;
        }
    }

    /// <summary>A new incarnation of a vacant child, with its name and in its place.</summary>
    public ActorCell Replace(ActorCell vacant, ActorCell next)
    {
        lock (_lock)
        {
            SetByName(next);
            next.PreviousSibling = vacant.PreviousSibling;
            next.NextSibling = vacant.NextSibling;
            if (next.PreviousSibling is null)
            {
                _first = next;
            }
            else
            {
                next.PreviousSibling.NextSibling = next;
            }

            if (next.NextSibling is null)
            {
                _last = next;
            }
            else
            {
                next.NextSibling.PreviousSibling = next;
            }

            vacant.PreviousSibling = null;
            vacant.NextSibling = null;
            vacant.Mark = ChildMark.Gone;
            CountSignificant(next, 1);
            _stopCursor = null;
            return next;
        }
    }

    /// <summary>No more children from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    public ActorCell? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
        {
            var child = FindByName(ActorName.Parse(name));
            return child?.Mark == ChildMark.Vacant ? null : child;
        }
    }

    /// <summary>Notes that a child is to stop, now or in its turn.</summary>
    /// <returns>Whether it had not been noted before.</returns>
    public bool MarkStopping(ActorCell child, ChildMark mark)
    {
        lock (_lock)
        {
            if (child.Mark != ChildMark.None)
            {
                return false;
            }

            CountSignificant(child, -1);
            child.Mark = mark;
            Stopping++;
            _stopQueued += mark == ChildMark.StopQueued ? 1 : 0;
            _stopCursor = null;
            return true;
        }
    }

    /// <summary>The last of the children that are to stop, if it has not been told yet; null while the last one is still ending. It counts as told from now on.</summary>
    public ActorCell? NextToStop()
    {
        lock (_lock)
        {
            for (var child = _stopQueued == 0 ? null : _stopCursor ?? _last; child is not null; child = child.PreviousSibling)
            {
                _stopCursor = child;
                if (child.Mark == ChildMark.Stopping)
                {
                    return null;
                }

                if (child.Mark == ChildMark.StopQueued)
                {
                    child.Mark = ChildMark.Stopping;
                    _stopQueued--;
                    return child;
                }
            }

            return null;
        }
    }

    /// <summary>The child has ended, or counts as ended, and keeps its name and place for its next incarnation.</summary>
    public void Vacate(ActorCell child)
    {
        lock (_lock)
        {
            CountSignificant(child, -1);
            child.Mark = ChildMark.Vacant;
        }
    }

    public bool Remove(ActorCell child)
    {
        lock (_lock)
        {
            if (child.Mark == ChildMark.Gone)
            {
                return false;
            }

            RemoveByName(child.NameInParent);
            _count--;
            Unlink(child);
            if (child.IsStoppingChild)
            {
                Stopping--;
                _stopQueued -= child.Mark == ChildMark.StopQueued ? 1 : 0;
            }
            else if (child.Mark == ChildMark.None)
            {
                CountSignificant(child, -1);
            }

            child.Mark = ChildMark.Gone;
            return true;
        }
    }

    /// <summary>All of them, vacant places included, in the order of their start.</summary>
    public IReadOnlyList<ActorCell> Snapshot() => SnapshotFrom(null);

    /// <summary>The child and those that were started after it; all when it is null.</summary>
    public IReadOnlyList<ActorCell> SnapshotFrom(ActorCell? first)
    {
        lock (_lock)
        {
            var cells = new List<ActorCell>(first is null ? _count : 4);
            for (var child = first ?? _first; child is not null; child = child.NextSibling)
            {
                cells.Add(child);
            }

            return cells;
        }
    }

    private ActorCell? FindByName(ActorName name)
    {
        if (name.Given is { } given)
        {
            return _byName?.GetValueOrDefault(given);
        }

        if (_byNumber is null)
        {
            _byNumber = [];
            for (var child = _first; child is not null; child = child.NextSibling)
            {
                SetByName(child);
            }
        }

        return _byNumber.GetValueOrDefault(name.Number);
    }

    private void SetByName(ActorCell child)
    {
        if (child.NameInParent.Given is { } given)
        {
            (_byName ??= new Dictionary<string, ActorCell>(StringComparer.Ordinal))[given] = child;
        }
        else if (_byNumber is not null)
        {
            _byNumber[child.NameInParent.Number] = child;
        }
    }

    private void RemoveByName(ActorName name)
    {
        if (name.Given is { } given)
        {
            _byName!.Remove(given); // Whoever was given a name is in there.
        }
        else
        {
            _byNumber?.Remove(name.Number);
        }
    }

    private void CountSignificant(ActorCell child, int by) => Significant += child.Props.IsSignificant ? by : 0;

    private void Unlink(ActorCell child)
    {
        if (ReferenceEquals(_stopCursor, child))
        {
            _stopCursor = child.PreviousSibling;
        }

        if (child.PreviousSibling is null)
        {
            _first = child.NextSibling;
        }
        else
        {
            child.PreviousSibling.NextSibling = child.NextSibling;
        }

        if (child.NextSibling is null)
        {
            _last = child.PreviousSibling;
        }
        else
        {
            child.NextSibling.PreviousSibling = child.PreviousSibling;
        }

        child.PreviousSibling = null;
        child.NextSibling = null;
    }
}
