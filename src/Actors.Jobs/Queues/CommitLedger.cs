namespace Actors.Jobs.Queues;

/// <summary>
/// What each part of the journal still has that is alive, to know which prefix can be deleted and what is to be written forward first.
/// A part is a run of commits, so that a journal of many small ones does not need much memory.
/// </summary>
/// <param name="runBytes">A run takes no more commits once it has this size.</param>
internal sealed class CommitLedger(long runBytes = CommitLedger.DefaultRunBytes)
{
    public const long DefaultRunBytes = 64 * 1024;

    private readonly List<Run> _runs = [];
    private int _first;

    /// <summary>The room that the commits kept take, payloads included.</summary>
    public long Bytes { get; private set; }

    /// <summary>The room that the live jobs would take by themselves.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The room of all jobs that were ever forgotten or moved.</summary>
    public long ForgottenBytes { get; private set; }

    /// <summary>The oldest commit that is to be kept; 0 when none is known.</summary>
    public long FirstKept => _first < _runs.Count ? _runs[_first].First : 0;

    /// <summary>The first payload row of the oldest commit that is to be kept.</summary>
    public long FirstKeptRow => _first < _runs.Count ? _runs[_first].FirstRow : 0;

    /// <summary>The last commit of the oldest run; 0 when that is also the newest, which is never given up.</summary>
    public long LastOfOldestRun => _first < _runs.Count - 1 ? _runs[_first].Last : 0;

    /// <summary>Takes note of a commit.</summary>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="firstRow">Its first payload row, or the next one to come.</param>
    /// <param name="jobs">How many jobs have their arguments in it.</param>
    /// <param name="liveBytes">The room that they would take by themselves.</param>
    /// <param name="bytes">The room that the commit takes.</param>
    public void Add(long sequenceNumber, long firstRow, int jobs, long liveBytes, long bytes)
    {
        if (_first < _runs.Count && _runs[^1].Bytes + bytes <= runBytes)
        {
            var run = _runs[^1];
            _runs[^1] = run with { Last = sequenceNumber, Live = run.Live + jobs, Bytes = run.Bytes + bytes };
        }
        else
        {
            _runs.Add(new Run { First = sequenceNumber, Last = sequenceNumber, FirstRow = firstRow, Live = jobs, Bytes = bytes });
        }

        Bytes += bytes;
        LiveBytes += liveBytes;
    }

    /// <summary>A job is no longer needed where its arguments were: it is in the history, or has been written forward.</summary>
    /// <param name="row">The payload row.</param>
    /// <param name="payloadLength">The length of its arguments.</param>
    public void Forget(long row, int payloadLength)
    {
        var low = _first;
        var high = _runs.Count - 1;
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (_runs[middle].FirstRow <= row)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        // A run without jobs shares the first row of the next one with jobs: the last of them is the one.
        if (low < _runs.Count && _runs[low].FirstRow <= row)
        {
            _runs[low] = _runs[low] with { Live = _runs[low].Live - 1 };
        }

        var bytes = JournalSize.OfJob(payloadLength);
        LiveBytes -= bytes;
        ForgottenBytes += bytes;
    }

    /// <summary>Gives up the runs at the front in which nothing is alive.</summary>
    /// <param name="historyThrough">Commits after this one may hold finished jobs that are not in the history yet.</param>
    /// <returns>The bytes given up.</returns>
    public long Trim(long historyThrough)
    {
        var freed = 0L;
        // The newest commit always stays.
        while (_first < _runs.Count - 1 && _runs[_first].Live == 0 && _runs[_first].Last <= historyThrough)
        {
            freed += _runs[_first].Bytes;
            _first++;
        }

        Bytes -= freed;
        if (_first > 1024 && _first * 2 > _runs.Count)
        {
            _runs.RemoveRange(0, _first);
            _first = 0;
        }

        return freed;
    }

    private record struct Run
    {
        public long First;
        public long Last;
        public long FirstRow;
        public long Bytes;
        public int Live;
    }
}
