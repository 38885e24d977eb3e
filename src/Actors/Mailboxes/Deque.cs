namespace Actors.Mailboxes;

/// <summary>A ring that grows: added to at its end, taken from at both.</summary>
internal sealed class Deque<T>
{
    private const int KeptWhenEmpty = 256;

    private T[] _ring = new T[4];
    private int _first;

    public int Count { get; private set; }

    public ref readonly T First => ref _ring[_first];

    public void AddLast(T item)
    {
        if (Count == _ring.Length)
        {
            var larger = new T[_ring.Length * 2];
            Array.Copy(_ring, _first, larger, 0, _ring.Length - _first);
            Array.Copy(_ring, 0, larger, _ring.Length - _first, _first);
            _ring = larger;
            _first = 0;
        }

        _ring[(_first + Count) & (_ring.Length - 1)] = item;
        Count++;
    }

    public T TakeFirst()
    {
        var item = _ring[_first];
        _ring[_first] = default!; // Out of reach until it is written again.
        _first = (_first + 1) & (_ring.Length - 1);
        OnTaken();
        return item;
    }

    public T TakeLast()
    {
        var index = (_first + Count - 1) & (_ring.Length - 1);
        var item = _ring[index];
        _ring[index] = default!; // As in TakeFirst.
        OnTaken();
        return item;
    }

    /// <summary>The memory of a rush is given back when it is over.</summary>
    private void OnTaken()
    {
        if (--Count == 0 && _ring.Length > KeptWhenEmpty)
        {
            _ring = new T[4];
            _first = 0;
        }
    }
}
