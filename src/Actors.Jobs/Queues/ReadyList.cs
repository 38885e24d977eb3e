namespace Actors.Jobs.Queues;

/// <summary>
/// The jobs that may start, in their order, linked through their entries. A front part has its arguments in memory; the rest has
/// them in the journal, so that waiting costs no memory, and is loaded in order before it is needed.
/// </summary>
internal sealed class ReadyList(JobTable table)
{
    private long _first;
    private long _last;

    public long Count { get; private set; }

    /// <summary>Whose jobs they are; null when they have no key.</summary>
    public JobKey? Key { get; init; }

    /// <summary>The lists that take turns with this one, in a ring; null while it does not take part.</summary>
    public ReadyList? After { get; set; }

    public ReadyList? Before { get; set; }

    /// <summary>How many have their arguments in the journal only.</summary>
    public long Uncached { get; private set; }

    /// <summary>The first job whose arguments are not in memory; 0 when all are.</summary>
    public long FirstUncached { get; private set; }

    /// <summary>The job that is to start next; 0 when there is none.</summary>
    public long First => _first;

    public void Add(long number)
    {
        ref var entry = ref table[number];
        entry.Next = 0;
        entry.Previous = _last;
        if (_last == 0)
        {
            _first = number;
        }
        else
        {
            table[_last].Next = number;
        }

        _last = number;
        Count++;
        if (entry.CacheSlot == 0)
        {
            Uncached++;
            FirstUncached = FirstUncached == 0 ? number : FirstUncached;
        }
    }

    /// <summary>Adds a job that was taken before: it comes next again.</summary>
    public void AddFirst(long number)
    {
        ref var entry = ref table[number];
        entry.Next = _first;
        entry.Previous = 0;
        if (_first == 0)
        {
            _last = number;
        }
        else
        {
            table[_first].Previous = number;
        }

        _first = number;
        Count++;
        if (entry.CacheSlot == 0)
        {
            Uncached++;
            FirstUncached = number;
        }
    }

    /// <summary>How many jobs start before one that is in the list; counts up to a limit.</summary>
    public int CountBefore(long number, int limit)
    {
        var count = 0;
        for (var before = table[number].Previous; before != 0 && count < limit; before = table[before].Previous)
        {
            count++;
        }

        return count;
    }

    public bool Contains(long number) => _first == number || table[number].Previous != 0;

    public long Take()
    {
        var number = _first;
        Remove(number);
        return number;
    }

    /// <summary>Takes a job out, wherever it stands.</summary>
    /// <returns>False when it is not in the list.</returns>
    public bool Remove(long number)
    {
        ref var entry = ref table[number];
        if (entry.Previous == 0 && _first != number)
        {
            return false;
        }

        Uncached -= entry.CacheSlot == 0 ? 1 : 0;
        if (FirstUncached == number)
        {
            FirstUncached = entry.Next;
            SkipCached();
        }

        if (entry.Previous == 0)
        {
            _first = entry.Next;
        }
        else
        {
            table[entry.Previous].Next = entry.Next;
        }

        if (entry.Next == 0)
        {
            _last = entry.Previous;
        }
        else
        {
            table[entry.Next].Previous = entry.Previous;
        }

        entry.Next = 0;
        entry.Previous = 0;
        Count--;
        return true;
    }

    /// <summary>The arguments of one of them have been loaded.</summary>
    public void OnCached(long number)
    {
        Uncached--;
        if (FirstUncached == number)
        {
            SkipCached();
        }
    }

    /// <summary>The jobs whose arguments are not in memory, in order, with some among them whose are.</summary>
    public IEnumerable<long> ToLoad()
    {
        for (var number = FirstUncached; number != 0; number = table[number].Next)
        {
            yield return number;
        }
    }

    private void SkipCached()
    {
        while (FirstUncached != 0 && table[FirstUncached].CacheSlot != 0)
        {
            FirstUncached = table[FirstUncached].Next;
        }
    }
}
