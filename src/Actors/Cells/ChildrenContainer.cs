namespace Actors.Cells;

/// <summary>The children of one actor, by name and in the order of their start. Guardians get children from any thread, hence the lock.</summary>
internal sealed class ChildrenContainer
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ActorCell> _byName = new(StringComparer.Ordinal);
    private ActorCell? _first;
    private ActorCell? _last;
    private long _unnamed;
    private bool _isClosed;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byName.Count;
            }
        }
    }

    /// <summary>How many have been told to stop and have not ended yet.</summary>
    public int Stopping { get; private set; }

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

            name ??= "$" + (++_unnamed).ToString("x", null);
            var child = ActorCell.Create(parent.System, parent, props, name);
            if (!_byName.TryAdd(name, child))
            {
                throw new InvalidActorNameException(
                    name, $"'{parent.Path}' already has a child named '{name}'. A name is free again once its actor has ended.");
            }

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
            return child;
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
        lock (_lock)
        {
            return _byName.GetValueOrDefault(name);
        }
    }

    public bool Contains(ActorCell child)
    {
        lock (_lock)
        {
            return _byName.TryGetValue(child.Name, out var current) && ReferenceEquals(current, child);
        }
    }

    /// <summary>Whether the child is one of these and had not been told before.</summary>
    public bool MarkStopping(ActorCell child)
    {
        lock (_lock)
        {
            if (child.IsStoppingChild || !_byName.TryGetValue(child.Name, out var current) || !ReferenceEquals(current, child))
            {
                return false;
            }

            child.IsStoppingChild = true;
            Stopping++;
            return true;
        }
    }

    public bool Remove(ActorCell child)
    {
        lock (_lock)
        {
            if (!_byName.TryGetValue(child.Name, out var current) || !ReferenceEquals(current, child))
            {
                return false;
            }

            _byName.Remove(child.Name);
            Unlink(child);
            if (child.IsStoppingChild)
            {
                Stopping--;
            }

            return true;
        }
    }

    public IReadOnlyList<ActorCell> Snapshot() => SnapshotFrom(null);

    /// <summary>The child and those that were started after it; all when it is null.</summary>
    public IReadOnlyList<ActorCell> SnapshotFrom(ActorCell? first)
    {
        lock (_lock)
        {
            var cells = new List<ActorCell>(first is null ? _byName.Count : 4);
            for (var child = first ?? _first; child is not null; child = child.NextSibling)
            {
                cells.Add(child);
            }

            return cells;
        }
    }

    private void Unlink(ActorCell child)
    {
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
