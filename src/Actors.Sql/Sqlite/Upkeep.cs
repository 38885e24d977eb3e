namespace Actors.Sql.Sqlite;

/// <summary>Work that nobody waits for, done by the writer in small steps after it has answered its callers: the rows of deleted parts,
/// the free pages of the file, the write-ahead log.</summary>
internal sealed class Upkeep
{
    /// <summary>64 MB. A journal reuses the pages of its deleted part, so most of what a long log holds has been written over and is copied once.</summary>
    private const int CheckpointPages = 16384;

    private const int BusyStepBytes = 512 * 1024;
    private const int IdleStepBytes = 256 * 1024;
    private const int MaxStepBytes = 1024 * 1024;
    private const int PageBytes = 4096;
    private const int VacuumStepPages = 64;

    /// <summary>The file shrinks when more than 4 MB and a third of it are free, until a tenth is, so that it does not move pages to and fro.</summary>
    private const int VacuumFromPages = 1024;

    /// <summary>How many vacuum steps go with one step of deletion under load: more pages than it frees, so that the file follows.</summary>
    private const int MaxVacuumStepsBeside = 6;

    private readonly WriteSession _session;
    private Deletion? _deletion;
    private readonly Statement _pageCount;
    private readonly Statement _freePages;
    private readonly Statement _vacuum;
    private long _logPages;
    private long _checkpointAt = CheckpointPages;
    private long _credit;
    private bool _isShrinkingFile;
    private bool _mayShrinkFile;

    public Upkeep(WriteSession session)
    {
        _session = session;
        var connection = session.Connection;
        _pageCount = connection.Prepare("PRAGMA page_count");
        _freePages = connection.Prepare("PRAGMA freelist_count");
        _vacuum = connection.Prepare($"PRAGMA incremental_vacuum({VacuumStepPages})");

        // What earlier processes have left in the log counts too: those that are killed again and again would never copy it.
        var log = new FileInfo(connection.Path + "-wal");
        _logPages = log.Exists ? log.Length / PageBytes : 0;
    }

    /// <summary>Whether a step would do something even if nothing else happens.</summary>
    public bool IsDue => _session.Shrinking is { Count: > 0 } || _mayShrinkFile;

    /// <summary>Notes that rows were deleted, so that the file may have become too large.</summary>
    public void NoteDeleted() => _mayShrinkFile = true;

    /// <summary>Gives up until something new is written. Called when a step failed.</summary>
    public void Postpone()
    {
        _session.Shrinking?.Clear();
        _mayShrinkFile = false;
    }

    /// <summary>Does one step.</summary>
    /// <param name="isIdle">Whether nobody waits. Under load, rows go at most twice as fast as new ones come.</param>
    /// <param name="checkpoints">Whether the log may be copied into the file.</param>
    public void Step(bool isIdle, bool checkpoints)
    {
        var pages = _session.Connection.TakePagesWritten();
        _logPages += pages;
        _credit = Math.Min(MaxStepBytes, _credit + (2L * pages * PageBytes));
        if (_logPages >= _checkpointAt && checkpoints)
        {
            Checkpoint();
        }
        else if (_session.Shrinking is { Count: > 0 })
        {
            if (isIdle || _credit >= BusyStepBytes)
            {
                DeleteRows((int)Math.Max(_credit, IdleStepBytes));
                _credit = 0;
            }
        }
        else if (isIdle && _mayShrinkFile)
        {
            ShrinkFile();
        }
    }

    private void Checkpoint()
    {
        // A log that a reader or an error kept from being copied is tried again only when it has grown.
        _checkpointAt = _logPages + (CheckpointPages / 4);
        if (_session.Connection.Checkpoint())
        {
            _logPages = 0;
            _checkpointAt = CheckpointPages;
        }
    }

    private void DeleteRows(int bytes)
    {
        var journal = _session.Journals.Shrinking.First();
        _deletion ??= new Deletion(_session.Connection);
        if (!_deletion.Targets.Bind(1, journal).Step())
        {
            // The transaction that made the journal was rolled back.
            _deletion.Targets.Reset();
            _session.Journals.Shrinking.Remove(journal);
            return;
        }

        var (commitsFrom, payloadsFrom) = (_deletion.Targets.GetInt64(0), _deletion.Targets.GetInt64(1));
        _deletion.Targets.Reset();
        var left = DeletePrefix(_deletion.FirstPayloads, _deletion.DeletePayloads, journal, payloadsFrom, bytes);
        left = left > 0 ? DeletePrefix(_deletion.FirstCommits, _deletion.DeleteCommits, journal, commitsFrom, left) : left;
        if (left > 0)
        {
            _session.Journals.Shrinking.Remove(journal);
        }
    }

    /// <returns>How many bytes may still be deleted in this step.</returns>
    private int DeletePrefix(Statement first, Statement delete, long journal, long before, int bytes)
    {
        var last = 0L;
        first.Bind(1, RowKey.First(journal)).Bind(2, RowKey.Of(journal, before - 1));
        while (bytes > 0 && first.Step())
        {
            last = first.GetInt64(0);
            bytes -= (int)Math.Max(64, first.GetInt64(1));
        }

        first.Reset();
        if (last != 0)
        {
            _session.Begin();
            delete.Bind(1, RowKey.First(journal)).Bind(2, last).Run();
            ShrinkFileBeside();
            _session.Commit();
            _mayShrinkFile = true;
        }

        return bytes;
    }

    /// <summary>A store that is never idle gets smaller too, while more than half of its file is free. In the transaction of the deletion, which has a flush of its own anyway.</summary>
    private void ShrinkFileBeside()
    {
        for (var steps = 0; steps < MaxVacuumStepsBeside; steps++)
        {
            var free = Query(_freePages);
            if (free <= VacuumFromPages || free * 2 <= Query(_pageCount))
            {
                return;
            }

            while (_vacuum.Step())
            {
            }
        }
    }

    private void ShrinkFile()
    {
        var pages = Query(_pageCount);
        var free = Query(_freePages);
        _isShrinkingFile = free > VacuumFromPages && free > pages / (_isShrinkingFile ? 10 : 3);
        _mayShrinkFile = _isShrinkingFile;
        if (_isShrinkingFile)
        {
            _session.Begin();
            while (_vacuum.Step())
            {
            }

            _session.Commit();
            _mayShrinkFile = Query(_freePages) < free;   // a file that does not shrink is not tried for ever
        }
    }

    private static long Query(Statement statement)
    {
        var value = statement.Step() ? statement.GetInt64(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>The statements that delete the front of a journal; a history file has no journals.</summary>
    private sealed class Deletion(Connection connection)
    {
        public Statement FirstCommits { get; } = connection.Prepare("SELECT id, length(events) FROM commits WHERE id BETWEEN ? AND ? ORDER BY id");

        public Statement DeleteCommits { get; } = connection.Prepare("DELETE FROM commits WHERE id BETWEEN ? AND ?");

        public Statement FirstPayloads { get; } = connection.Prepare("SELECT id, length(bytes) FROM payloads WHERE id BETWEEN ? AND ? ORDER BY id");

        public Statement DeletePayloads { get; } = connection.Prepare("DELETE FROM payloads WHERE id BETWEEN ? AND ?");

        public Statement Targets { get; } = connection.Prepare("SELECT commits_from, payloads_from FROM journals WHERE id = ?");
    }
}
