namespace Actors.Timing;

/// <summary>Entries by due time in a heap of four children a node, in which an entry knows its place, so that cancelling needs no search. Not thread-safe.</summary>
internal sealed class TimerHeap
{
    private const int Arity = 4;

    private TimerEntry[] _entries = new TimerEntry[64];

    public int Count { get; private set; }

    public TimerEntry? First => Count == 0 ? null : _entries[0];

    public void Add(TimerEntry entry)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        Count++;
        MoveUp(Count - 1, entry);
    }

    public bool Remove(TimerEntry entry)
    {
        var index = entry.Index;
        if (index == TimerEntry.NotQueued)
        {
            return false;
        }

        entry.Index = TimerEntry.NotQueued;
        Count--;
        var last = _entries[Count];
        _entries[Count] = null!; // Beyond Count nothing is read.
        if (!ReferenceEquals(last, entry))
        {
            if (index > 0 && IsBefore(last, _entries[(index - 1) / Arity]))
            {
                MoveUp(index, last);
            }
            else
            {
                MoveDown(index, last);
            }
        }

        return true;
    }

    private static bool IsBefore(TimerEntry left, TimerEntry right) =>
        left.DueTicks < right.DueTicks || (left.DueTicks == right.DueTicks && left.Order < right.Order);

    private void MoveUp(int index, TimerEntry entry)
    {
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (!IsBefore(entry, _entries[parent]))
            {
                break;
            }

            Place(index, _entries[parent]);
            index = parent;
        }

        Place(index, entry);
    }

    private void MoveDown(int index, TimerEntry entry)
    {
        while (true)
        {
            var firstChild = (index * Arity) + 1;
            if (firstChild >= Count)
            {
                break;
            }

            var least = firstChild;
            var end = Math.Min(firstChild + Arity, Count);
            for (var child = firstChild + 1; child < end; child++)
            {
                if (IsBefore(_entries[child], _entries[least]))
                {
                    least = child;
                }
            }

            if (!IsBefore(_entries[least], entry))
            {
                break;
            }

            Place(index, _entries[least]);
            index = least;
        }

        Place(index, entry);
    }

    private void Place(int index, TimerEntry entry)
    {
        _entries[index] = entry;
        entry.Index = index;
    }
}
