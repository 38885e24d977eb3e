namespace Actors.Jobs.Queues;

/// <summary>The jobs that may start: a list for each priority, and whose turn it is.</summary>
internal sealed class ReadyJobs
{
    private readonly ReadyList[] _lists = new ReadyList[PriorityTurns.Levels];
    private readonly JobTable _table;
    private PriorityTurns _turns;
    private int _waiting;

    public ReadyJobs(JobTable table)
    {
        _table = table;
        for (var level = 0; level < _lists.Length; level++)
        {
            _lists[level] = new ReadyList(table);
        }
    }

    public long Count { get; private set; }

    /// <summary>The job that is to start next; 0 when there is none.</summary>
    public long First => _waiting == 0 ? 0 : _lists[_turns.Next(_waiting)].First;

    public ReadyList ListOf(in JobEntry entry) => _lists[PriorityTurns.LevelOf(entry.Priority)];

    /// <summary>The list whose arguments are wanted most: that of the job which is next, if it waits for them, or else, while there is room, the highest that has some to load.</summary>
    public ReadyList? ListToLoad(bool hasRoom)
    {
        if (_waiting == 0)
        {
            return null;
        }

        var next = _lists[_turns.Next(_waiting)];
        if (next.First == next.FirstUncached)
        {
            return next;
        }

        for (var level = _lists.Length - 1; hasRoom && level >= 0; level--)
        {
            if (_lists[level].FirstUncached != 0)
            {
                return _lists[level];
            }
        }

        return null;
    }

    public void Add(long number)
    {
        var level = LevelOf(number);
        _lists[level].Add(number);
        Note(level);
    }

    /// <summary>Adds a job that was taken before: it is the next of its priority again.</summary>
    public void AddFirst(long number)
    {
        var level = LevelOf(number);
        _lists[level].AddFirst(number);
        Note(level);
    }

    public long Take()
    {
        var level = _turns.Next(_waiting);
        var number = _lists[level].Take();
        _turns.Taken(level);
        NoteTaken(level);
        return number;
    }

    /// <summary>Takes a job out, wherever it stands. Does nothing when it is not here.</summary>
    public void Remove(long number)
    {
        var level = LevelOf(number);
        if (_lists[level].Remove(number))
        {
            NoteTaken(level);
        }
    }

    private int LevelOf(long number) => PriorityTurns.LevelOf(_table[number].Priority);

    private void Note(int level)
    {
        Count++;
        _waiting |= 1 << level;
    }

    private void NoteTaken(int level)
    {
        Count--;
        if (_lists[level].Count == 0)
        {
            _waiting &= ~(1 << level);
        }
    }
}
