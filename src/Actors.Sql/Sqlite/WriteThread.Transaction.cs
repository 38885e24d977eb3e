using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>One transaction: what is in it, what a failure means, who is told.</summary>
internal sealed partial class WriteThread
{
    /// <summary>Rows of history that share a transaction with appends. Together with the transaction under way, an append waits for about 500.</summary>
    private const int HistoryRowsBesideAppends = 250;

    /// <summary>After so many rows of history the writer looks for appends.</summary>
    private const int HistoryRowsBetweenLooks = 250;

    private const int HistoryRowsAlone = 2000;

    /// <summary>Carries out the waiting operations, and a share of the waiting history, in one transaction.</summary>
    private void Write()
    {
        if (_batch.Count == 0 && _history.Count == 0)
        {
            return;
        }

        if (TryTransact() is { } exception)
        {
            // One fate for all: nothing of the transaction remains, or nobody knows.
            foreach (var operation in _batch)
            {
                operation.Fail(exception);
            }

            FailHistory(exception);
        }
        else
        {
            Answer();
        }

        _batch.Clear();
        _faults.Clear();
        _finished.Clear();
    }

    private void Answer()
    {
        for (var i = 0; i < _batch.Count; i++)
        {
            if (_faults[i] is { } fault)
            {
                _batch[i].Fail(fault);
            }
            else
            {
                _batch[i].Complete();
            }
        }

        foreach (var operation in _finished)
        {
            operation.Complete();
        }
    }

    /// <returns>Null when the transaction is durable.</returns>
    private JournalException? TryTransact()
    {
        try
        {
            _session ??= new WriteSession(_file.OpenWriter(create: false), _time);
            _session.Begin();
            foreach (var operation in _batch)
            {
                _faults.Add(Run(_session, operation));
            }

            if (_batch.Count == 0)
            {
                RunHistory(_session);
            }
            else if (_history.Count > 0)
            {
                RunHistoryBesideAppends(_session);
            }
        }
        catch (Exception e)
        {
            Log.WriteFailed(_logger, _file.Path, e);
            Undo(isFileInDoubt: e is FileGoneException);
            return Failure.NothingWritten(_file.Path, e);
        }

        try
        {
            _session.Commit();
            return null;
        }
        catch (SqliteException e)
        {
            Log.WriteFailed(_logger, _file.Path, e);
            var isRolledBack = Failure.ProvesRollback(e);
            Undo(isFileInDoubt: !isRolledBack);
            return isRolledBack ? Failure.NothingWritten(_file.Path, e) : Failure.InDoubt(_file.Path, e);
        }
    }

    /// <summary>Runs one operation so that its failure does not disturb the others.</summary>
    private static Exception? Run(WriteSession session, Operation<WriteSession> operation)
    {
        session.Savepoint();
        try
        {
            operation.Run(session);
            session.Release();
            return null;
        }
        catch (Exception e) when (session.Connection.IsInTransaction)
        {
            session.RollbackToSavepoint();
            return e is SqliteException ? Failure.NothingWritten(session.Connection.Path, e) : e;
        }
    }

    private void RunHistory(WriteSession session)
    {
        var left = _batch.Count > 0 ? HistoryRowsBesideAppends : HistoryRowsAlone;
        while (left > 0 && _history.TryPeek(out var operation))
        {
            if (left < HistoryRowsAlone && _batch.Count == 0 && _queue.HasItems)
            {
                return;   // somebody waits; the rows so far are a transaction
            }

            left -= operation.RunSome(session, Math.Min(left, HistoryRowsBetweenLooks));
            if (operation.IsFinished)
            {
                _finished.Add(_history.Dequeue());
            }
        }
    }

    /// <summary>Runs a share of the history behind the appends, so that its failure does not disturb them.</summary>
    private void RunHistoryBesideAppends(WriteSession session)
    {
        session.Savepoint();
        try
        {
            RunHistory(session);
            session.Release();
        }
        catch (Exception e) when (session.Connection.IsInTransaction)
        {
            session.RollbackToSavepoint();
            FailHistory(Failure.NothingWritten(_file.Path, e));
        }
    }

    private void FailHistory(Exception exception)
    {
        foreach (var operation in _finished)
        {
            operation.Fail(exception);
        }

        _finished.Clear();
        if (_history.TryDequeue(out var unfinished))
        {
            unfinished.Fail(exception);
        }
    }

    private void Undo(bool isFileInDoubt)
    {
        try
        {
            _session?.Rollback();
        }
        catch (SqliteException e)
        {
            Log.WriteFailed(_logger, _file.Path, e);
            isFileInDoubt = true;
        }

        if (isFileInDoubt)
        {
            Reset();
        }
    }
}
