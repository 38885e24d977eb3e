namespace Actors.Jobs.Queues;

/// <summary>What each commit of the journal still has that is alive, to know which prefix can be deleted.</summary>
internal sealed class CommitLedger
{
    private readonly List<Line> _lines = [];
    private int _first;

    /// <summary>Bytes of the commits kept, payloads included.</summary>
    public long Bytes { get; private set; }

    /// <summary>The oldest commit that is to be kept; 0 when none is known.</summary>
    public long FirstKept => _first < _lines.Count ? _lines[_first].SequenceNumber : 0;

    /// <summary>The first payload row of the oldest commit that is to be kept.</summary>
    public long FirstKeptRow => _first < _lines.Count ? _lines[_first].FirstRow : 0;

    /// <summary>Takes note of a commit.</summary>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="firstNumber">The number of its first job, or of the next one to come.</param>
    /// <param name="jobs">How many jobs it enqueued.</param>
    /// <param name="firstRow">Its first payload row, or the next one to come.</param>
    /// <param name="bytes">Its size.</param>
    public void Add(long sequenceNumber, long firstNumber, int jobs, long firstRow, long bytes)
    {
        _lines.Add(new Line { SequenceNumber = sequenceNumber, FirstNumber = firstNumber, Live = jobs, FirstRow = firstRow, Bytes = bytes });
        Bytes += bytes;
    }

    /// <summary>A job has finished and is in the history.</summary>
    public void Forget(long number)
    {
        var low = _first;
        var high = _lines.Count - 1;
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (_lines[middle].FirstNumber <= number)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        // Commits without jobs share the first number of the next one with jobs: the last of them is the one.
        if (low < _lines.Count && _lines[low].FirstNumber <= number)
        {
            _lines[low] = _lines[low] with { Live = _lines[low].Live - 1 };
        }
    }

    /// <summary>Gives up the commits at the front in which nothing is alive.</summary>
    /// <param name="historyThrough">Commits after this one may hold finished jobs that are not in the history yet.</param>
    /// <returns>The bytes given up.</returns>
    public long Trim(long historyThrough)
    {
        var freed = 0L;
        // The newest commit always stays.
        while (_first < _lines.Count - 1 && _lines[_first].Live == 0 && _lines[_first].SequenceNumber <= historyThrough)
        {
            freed += _lines[_first].Bytes;
            _first++;
        }

        Bytes -= freed;
        if (_first > 1024 && _first * 2 > _lines.Count)
        {
            _lines.RemoveRange(0, _first);
            _first = 0;
        }

        return freed;
    }

    public void Clear()
    {
        _lines.Clear();
        _first = 0;
        Bytes = 0;
    }

    private record struct Line
    {
        public long SequenceNumber;
        public long FirstNumber;
        public long FirstRow;
        public long Bytes;
        public int Live;
    }
}
