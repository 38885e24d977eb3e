namespace Actors.Jobs.Queues;

/// <summary>
/// The jobs that may start. Priorities have turns as <see cref="PriorityTurns"/> says; within a priority the keys take turns, one job each, and those without a key
/// are one more in that ring; within a key the first in is the first out. A key that has reached a limit is out of the ring.
/// </summary>
internal sealed class ReadyJobs
{
    private readonly ReadyList[] _withoutKey = new ReadyList[PriorityTurns.Levels];

    /// <summary>Of each level: the list whose turn it is; null when none has jobs that may start.</summary>
    private readonly ReadyList?[] _next = new ReadyList?[PriorityTurns.Levels];
    private readonly JobTable _table;
    private readonly JobKeys _keys;
    private readonly long[] _counts = new long[PriorityTurns.Levels];
    private PriorityTurns _turns;
    private int _waiting;

    public ReadyJobs(JobTable table, JobKeys keys)
    {
        (_table, _keys) = (table, keys);
        for (var level = 0; level < _withoutKey.Length; level++)
        {
            _withoutKey[level] = new ReadyList(table);
        }
    }

    /// <summary>How many there are, those of blocked keys included.</summary>
    public long Count { get; private set; }

    /// <summary>How many there are of a level, those of blocked keys included.</summary>
    public long CountAt(int level) => _counts[level];

    /// <summary>The job that is to start next; 0 when there is none.</summary>
    public long First => _waiting == 0 ? 0 : NextList().First;

    public ReadyList ListOf(in JobEntry entry)
    {
        var level = PriorityTurns.LevelOf(entry.Priority);
        return entry.Key == 0 ? _withoutKey[level] : _keys[entry.Key].ReadyAt(level, _table);
    }

    public void Add(long number)
    {
        ref var entry = ref _table[number];
        var list = ListOf(entry);
        list.Add(number);
        Count++;
        _counts[PriorityTurns.LevelOf(entry.Priority)]++;
        if (list.After is null && list.Key is not { IsBlocked: true })
        {
            Link(PriorityTurns.LevelOf(entry.Priority), list);
        }
    }

    /// <summary>Adds a job that was taken before: it is the next of its priority again.</summary>
    public void AddFirst(long number)
    {
        ref var entry = ref _table[number];
        var level = PriorityTurns.LevelOf(entry.Priority);
        var list = ListOf(entry);
        list.AddFirst(number);
        Count++;
        _counts[level]++;
        if (list.Key is { IsBlocked: true })
        {
            return;
        }

        if (list.After is not null)
        {
            Unlink(level, list);
        }

        Link(level, list);
        _next[level] = list;
    }

    public long Take()
    {
        var level = _turns.Next(_waiting);
        var list = _next[level]!; // A level that waits has one.
        var number = list.Take();
        _turns.Taken(level);
        Count--;
        _counts[level]--;
        if (list.Count == 0)
        {
            Unlink(level, list);
        }
        else
        {
            _next[level] = list.After;
        }

        return number;
    }

    /// <summary>How many jobs with other keys of its priority have their turns before a job, if none of them is blocked meanwhile.</summary>
    /// <param name="entry">The job.</param>
    /// <param name="own">How many jobs with its own key are before it: so many turns go round first.</param>
    /// <param name="limit">Counts up to this, and looks at no more keys.</param>
    public int CountTurnsBefore(in JobEntry entry, int own, int limit)
    {
        var first = _next[PriorityTurns.LevelOf(entry.Priority)];
        var ownList = ListOf(entry);
        var (count, seen, isPast) = (0L, 0, false);
        for (var list = first; list is not null && count < limit && seen < limit; list = list.After == first ? null : list.After)
        {
            seen++;
            if (list == ownList)
            {
                isPast = true;
            }
            else
            {
                count += Math.Min(list.Count, own + (isPast ? 0 : 1));
            }
        }

        return (int)Math.Min(count, limit);
    }

    /// <summary>Takes a job out, wherever it stands. Does nothing when it is not here.</summary>
    public void Remove(long number)
    {
        ref var entry = ref _table[number];
        var list = ListOf(entry);
        if (list.Remove(number))
        {
            Count--;
            _counts[PriorityTurns.LevelOf(entry.Priority)]--;
            if (list.Count == 0 && list.After is not null)
            {
                Unlink(PriorityTurns.LevelOf(entry.Priority), list);
            }
        }
    }

    /// <summary>The jobs of a key are out of turn until it is unblocked.</summary>
    public void Block(JobKey key)
    {
        key.IsBlocked = true;
        foreach (var list in key.Ready)
        {
            if (list.After is not null)
            {
                Unlink(LevelOf(list), list);
            }
        }
    }

    /// <summary>The jobs of a key come after those of all others.</summary>
    public void Unblock(JobKey key)
    {
        key.IsBlocked = false;
        foreach (var list in key.Ready)
        {
            if (list.Count > 0 && list.After is null)
            {
                Link(LevelOf(list), list);
            }
        }
    }

    /// <summary>Whether the job that is next, if there is one, waits for its arguments.</summary>
    public bool IsNextUncached => _waiting != 0 && NextList() is var next && next.First == next.FirstUncached;

    /// <summary>The jobs whose arguments are wanted most, roughly in the order in which they start: those of the level that is next, if the first of it waits for its own; else of the highest that has some to load.</summary>
    public IEnumerable<long> ToLoad()
    {
        for (var i = _next.Length; i >= 0; i--)
        {
            if (i == _next.Length && !IsNextUncached)
            {
                continue;
            }

            if (_next[i == _next.Length ? _turns.Next(_waiting) : i] is { } first && (first.After != first || first.Uncached > 0))
            {
                foreach (var number in ToLoad(first))
                {
                    yield return number;
                }
            }
        }
    }

    private IEnumerable<long> ToLoad(ReadyList first)
    {
        if (first.After == first)
        {
            foreach (var number in first.ToLoad())
            {
                yield return number;
            }

            yield break;
        }

        var list = first;
        do
        {
            if (list.FirstUncached != 0)
            {
                yield return list.FirstUncached;
            }

            list = list.After!; // It is in the ring.
        }
        while (list != first);
    }

    private ReadyList NextList() => _next[_turns.Next(_waiting)]!; // A level that waits has one.

    private int LevelOf(ReadyList list) => PriorityTurns.LevelOf(_table[list.First].Priority);

    /// <summary>Its turn comes after that of all others.</summary>
    private void Link(int level, ReadyList list)
    {
        if (_next[level] is { } next)
        {
            list.Before = next.Before;
            list.After = next;
            next.Before!.After = list; // It is in the ring.
            next.Before = list;
        }
        else
        {
            list.Before = list.After = _next[level] = list;
            _waiting |= 1 << level;
        }
    }

    private void Unlink(int level, ReadyList list)
    {
        if (list.After == list)
        {
            _next[level] = null;
            _waiting &= ~(1 << level);
        }
        else
        {
            _next[level] = _next[level] == list ? list.After : _next[level];
            list.Before!.After = list.After; // It is in the ring.
            list.After!.Before = list.Before;
        }

        list.Before = list.After = null;
    }
}
