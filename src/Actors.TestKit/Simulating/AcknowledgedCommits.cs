using Actors.Persistence;

namespace Actors.TestKit.Simulating;

/// <summary>What a store has said to be durable, in whichever process: it must be there in every later one.</summary>
internal sealed class AcknowledgedCommits
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedList<long, (Guid Writer, ulong Events)>> _journals = new(StringComparer.Ordinal);

    public void Add(Commit commit)
    {
        lock (_lock)
        {
            if (!_journals.TryGetValue(commit.PersistenceId, out var commits))
            {
                _journals.Add(commit.PersistenceId, commits = []);
            }

            commits[commit.SequenceNumber] = (commit.Writer, Hash(commit.Events.Span));
            while (commits.Count > 0 && commits.Keys[0] < commit.DeleteCommitsBefore)
            {
                commits.RemoveAt(0);
            }
        }
    }

    /// <summary>What is wrong with a journal that was opened; null for nothing.</summary>
    public string? Check(string persistenceId, JournalOpening opening)
    {
        lock (_lock)
        {
            return _journals.TryGetValue(persistenceId, out var commits) && commits.Count > 0 && commits.Keys[^1] > opening.LastSequenceNumber
                ? $"Commit {commits.Keys[^1]} of the journal '{persistenceId}' was said to be durable, but the newest there is {opening.LastSequenceNumber}"
                : null;
        }
    }

    /// <summary>What is wrong with a page that was read; null for nothing.</summary>
    public string? Check(string persistenceId, IReadOnlyList<CommitRow> rows)
    {
        lock (_lock)
        {
            if (rows.Count == 0 || !_journals.TryGetValue(persistenceId, out var commits))
            {
                return null;
            }

            var last = 0L;
            foreach (var row in rows)
            {
                if (last > 0 && row.SequenceNumber != last + 1)
                {
                    return $"Commit {last + 1} of the journal '{persistenceId}' is missing between others";
                }

                last = row.SequenceNumber;
                if (commits.TryGetValue(row.SequenceNumber, out var kept) && kept != (row.Writer, Hash(row.Events.Span)))
                {
                    return $"Commit {row.SequenceNumber} of the journal '{persistenceId}' is not the one that was said to be durable";
                }
            }

            return null;
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 1099511628211;
        }

        return hash;
    }
}
