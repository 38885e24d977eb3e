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

internal sealed class HistoryPrune(JobState state, long finishedBeforeMs, int limit) : HistoryOperation<int>
{
    public override int RunSome(WriteSession session, int rows)
    {
        var wanted = Math.Min(rows, limit - Result);
        var pruned = session.History.Prune(state, finishedBeforeMs, wanted);
        Result += pruned;
        IsFinished = pruned < wanted || Result == limit;
        return pruned;
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
