using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>
/// Deletes what a queue does not keep any longer. The entries of one state lie in the order in which jobs finished, those of all queues together; so that the rows of a queue that keeps
/// them for longer are not stepped over again and again, it is remembered, for each queue and state, up to where all were looked at.
/// </summary>
internal sealed partial class HistoryTable
{
    public const string Oldest =
        """
        SELECT finished_at, type, queue, number FROM history INDEXED BY history_by_time
        WHERE state = ?1 AND finished_at < ?2 AND (finished_at, type, queue) >= (?3, ?4, ?5)
        ORDER BY finished_at, type, queue
        """;

    private readonly Statement _oldest = connection.Prepare(Oldest);
    private readonly Statement _findMarked = connection.Prepare(
        """
        SELECT number, enqueued_at, key, tags, indexed_args FROM history
        WHERE number = ? AND (key IS NOT NULL OR tags IS NOT NULL OR indexed_args IS NOT NULL)
        """);
    private readonly Statement _deleteNumber = connection.Prepare("DELETE FROM history WHERE number = ?");
    private readonly List<long> _toDelete = [];
    private readonly Dictionary<(long Queue, JobState State), Place> _lookedAt = [];
    private long _lastLookedAtMs = long.MinValue;

    /// <param name="queue">The queue.</param>
    /// <param name="state">The state.</param>
    /// <param name="finishedBeforeMs">What finished then, or later, stays.</param>
    /// <param name="rows">Deletes at most so many.</param>
    /// <param name="entries">Looks at no more entries of the index.</param>
    /// <param name="lookedAt">How many it has looked at.</param>
    /// <param name="deleted">How many rows it has deleted.</param>
    /// <returns>Whether there is no more to look at.</returns>
    public bool Prune(string queue, JobState state, long finishedBeforeMs, int rows, int entries, out int lookedAt, out int deleted)
    {
        (lookedAt, deleted) = (0, 0);
        var name = FindName(queue);
        if (name == 0)
        {
            return true;
        }

        var next = _lookedAt.GetValueOrDefault((name, state), new Place(long.MinValue, 0, 0));
        _oldest.Bind(1, (int)state).Bind(2, finishedBeforeMs).Bind(3, next.FinishedAt).Bind(4, next.Type).Bind(5, next.Queue);
        var isAtEnd = false;
        while (_toDelete.Count < rows && lookedAt < entries && !(isAtEnd = !_oldest.Step()))
        {
            lookedAt++;
            next = new Place(_oldest.GetInt64(0), _oldest.GetInt64(1), _oldest.GetInt64(2));
            if (next.Queue == name)
            {
                _toDelete.Add(_oldest.GetInt64(3));
            }
            else
            {
                // All others of that queue, moment and type are passed by at once, when this goes on another time.
                next = next with { Queue = next.Queue + 1 };
            }
        }

        _oldest.Reset();
        foreach (var number in _toDelete)
        {
            DeleteMarks(_findMarked.Bind(1, number));
            _deleteNumber.Bind(1, number).Run();
        }

        deleted = _toDelete.Count;
        _toDelete.Clear();
        if (lookedAt > 0)
        {
            _lookedAt[(name, state)] = next;
            _lastLookedAtMs = Math.Max(_lastLookedAtMs, next.FinishedAt);
        }

        return isAtEnd;
    }

    /// <summary>A job that is written long after its end may lie before what was looked at.</summary>
    private void NoteWritten(long queue, JobState state, long finishedAtMs)
    {
        if (finishedAtMs <= _lastLookedAtMs && _lookedAt.TryGetValue((queue, state), out var next) && finishedAtMs <= next.FinishedAt)
        {
            _lookedAt.Remove((queue, state));
        }
    }

    private void ForgetLookedAt()
    {
        _lookedAt.Clear();
        _lastLookedAtMs = long.MinValue;
    }

    /// <summary>From where on the entries of a state are to be looked at.</summary>
    private readonly record struct Place(long FinishedAt, long Type, long Queue);
}
