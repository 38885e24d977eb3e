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

    /// <summary>The first job whose arguments are not in memory; 0 when all are.</summary>
    public long FirstUncached { get; private set; }

    /// <summary>The job that is to start next; 0 when there is none.</summary>
    public long First => _first;

    public void Add(long number)
    {
        ref var entry = ref table[number];
        entry.Next = 0;
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
        if (FirstUncached == 0 && entry.Payload is null)
        {
            FirstUncached = number;
        }
    }

    /// <summary>Adds a job that was taken before: it comes next again.</summary>
    public void AddFirst(long number)
    {
        ref var entry = ref table[number];
        entry.Next = _first;
        _first = number;
        if (_last == 0)
        {
            _last = number;
        }

        Count++;
        if (entry.Payload is null)
        {
            FirstUncached = number;
        }
    }

    public long Take()
    {
        var number = _first;
        ref var entry = ref table[number];
        _first = entry.Next;
        entry.Next = 0;
        if (_first == 0)
        {
            _last = 0;
        }

        Count--;
        if (FirstUncached == number)
        {
            FirstUncached = _first;
            SkipCached();
        }

        return number;
    }

    /// <summary>Moves <see cref="FirstUncached"/> on, after arguments were loaded.</summary>
    public void SkipCached()
    {
        while (FirstUncached != 0 && table[FirstUncached].Payload is not null)
        {
            FirstUncached = table[FirstUncached].Next;
        }
    }

    public void Clear()
    {
        _first = 0;
        _last = 0;
        FirstUncached = 0;
        Count = 0;
    }
}
