using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>Work on the history that is cut into pieces, so that an append never waits for long behind it.</summary>
internal abstract class HistoryOperation<TResult> : Operation<WriteSession, TResult>, IHistoryOperation
{
    public bool IsFinished { get; protected set; }

    public abstract int RunSome(WriteSession session, int rows);

    public sealed override void Run(WriteSession session) => RunSome(session, int.MaxValue);
}

/// <summary>What the writer must know of <see cref="HistoryOperation{TResult}"/>.</summary>
internal interface IHistoryOperation
{
    /// <summary>Whether nothing is left to do once the current transaction is committed.</summary>
    bool IsFinished { get; }

    /// <summary>Does a part of the work.</summary>
    /// <returns>How many rows were touched.</returns>
    int RunSome(WriteSession session, int rows);

    void Complete();

    void Fail(Exception exception);
}

internal sealed class HistoryWrite(IReadOnlyList<FinishedJob> jobs) : HistoryOperation<bool>
{
    private int _next;

    public override int RunSome(WriteSession session, int rows)
    {
        var end = (int)Math.Min(jobs.Count, _next + (long)rows);
        var written = end - _next;
        for (; _next < end; _next++)
        {
            session.History.Write(jobs[_next]);
        }

        IsFinished = _next == jobs.Count;
        return written;
    }
}

internal sealed class HistoryPrune(string queue, JobState state, long finishedBeforeMs, int limit) : HistoryOperation<PruneResult>
{
    /// <summary>To look at so many entries of the index takes as long as to delete a row.</summary>
    private const int EntriesPerRow = 20;
    private const long MinEntries = 2_000;

    private long _entriesLeft = Math.Max(MinEntries, (long)limit * EntriesPerRow);

    public override int RunSome(WriteSession session, int rows)
    {
        var wanted = Math.Min(rows, limit - Result.Deleted);
        var mayLookAt = (int)Math.Min(_entriesLeft, Math.Min((long)wanted * EntriesPerRow, int.MaxValue));
        var isAtEnd = session.History.Prune(queue, state, finishedBeforeMs, wanted, mayLookAt, out var lookedAt, out var deleted);
        _entriesLeft -= lookedAt;
        Result = new PruneResult(Result.Deleted + deleted, !isAtEnd);
        IsFinished = isAtEnd || Result.Deleted == limit || _entriesLeft == 0;
        if (deleted > 0)
        {
            session.Upkeep.NoteDeleted();
        }

        return Math.Max(1, deleted + ((lookedAt - deleted) / EntriesPerRow));
    }
}

internal sealed class HistoryDelete(IReadOnlyList<JobId> ids) : HistoryOperation<int>
{
    private int _next;

    public override int RunSome(WriteSession session, int rows)
    {
        var end = (int)Math.Min(ids.Count, _next + (long)rows);
        var looked = end - _next;
        for (; _next < end; _next++)
        {
            Result += session.History.Delete(ids[_next]);
        }

        IsFinished = _next == ids.Count;
        return looked;
    }
}
