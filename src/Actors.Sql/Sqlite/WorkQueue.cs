namespace Actors.Sql.Sqlite;

/// <summary>Hands operations from any thread to the one thread that carries them out.</summary>
internal sealed class WorkQueue<T>
{
    private readonly object _swap = new();   // an object, not a Lock: the thread waits on it
    private List<T> _items = [];
    private bool _isClosed;
    private bool _isWaiting;
    private volatile bool _hasItems;

    /// <summary>Whether something waits. May be asked without a lock.</summary>
    public bool HasItems => _hasItems;

    /// <summary>Adds an operation.</summary>
    /// <returns>False when the queue is closed.</returns>
    public bool Post(T item)
    {
        lock (_swap)
        {
            if (_isClosed)
            {
                return false;
            }

            _items.Add(item);
            _hasItems = true;
            Wake();
            return true;
        }
    }

    /// <summary>Takes everything that waits, in order of arrival, in exchange for an empty list.</summary>
    /// <param name="items">An empty list, which becomes the queue; afterwards, what was taken.</param>
    /// <param name="wait">Whether to wait until there is something, or the queue is closed.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool Take(ref List<T> items, bool wait)
    {
        lock (_swap)
        {
            while (_items.Count == 0 && !_isClosed && wait)
            {
                _isWaiting = true;
                Monitor.Wait(_swap);
            }

            (items, _items) = (_items, items);
            _hasItems = false;
            return items.Count > 0 || !_isClosed;
        }
    }

    /// <summary>Accepts nothing more. What waits can still be taken.</summary>
    public void Close()
    {
        lock (_swap)
        {
            _isClosed = true;
            Wake();
        }
    }

    private void Wake()
    {
        if (_isWaiting)
        {
            _isWaiting = false;
            Monitor.Pulse(_swap);
        }
    }
}
