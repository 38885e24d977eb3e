using Actors.Persistence;

namespace Actors.Sql.Sqlite;

internal sealed class SqliteJournal(WriteThread writer, ReadThread reader) : IJournal
{
    public Task<JournalOpening> OpenAsync(string persistenceId, Guid owner, int readableFormat, CancellationToken cancellationToken) =>
        writer.ExecuteAsync(
            new Call<WriteSession, JournalOpening>(session => session.Journals.Open(persistenceId, owner, readableFormat)), cancellationToken);

    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        foreach (var commit in commits)
        {
            CheckPayloads(commit);
        }

        return writer.ExecuteAsync(new Append(commits), cancellationToken);
    }

    public Task ResetAsync(CancellationToken cancellationToken) => writer.ExecuteAsync(new ResetOperation(), cancellationToken);

    public Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
        reader.ExecuteAsync(session => session.Journals.Read(persistenceId, fromSequenceNumber, maxBytes), cancellationToken);

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        reader.ExecuteAsync(session => session.Journals.ReadPayloads(persistenceId, rows), cancellationToken);

    /// <summary>Nothing: the store owns the connection and is disposed by whoever opened it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void CheckPayloads(Commit commit)
    {
        var last = 0L;
        foreach (var payload in commit.Payloads)
        {
            if (payload.Row <= last)
            {
                throw new ArgumentException(
                    $"Commit {commit.SequenceNumber} of '{commit.PersistenceId}' names payload row {payload.Row} after row {last}. Number them upwards from 1.");
            }

            last = payload.Row;
        }
    }

    private sealed class Append(IReadOnlyList<Commit> commits) : Operation<WriteSession, AppendOutcome[]>(isAnsweredInline: true)
    {
        public override void Run(WriteSession session)
        {
            var outcomes = new AppendOutcome[commits.Count];
            for (var i = 0; i < outcomes.Length; i++)
            {
                outcomes[i] = session.Journals.Append(commits[i]);
            }

            Result = outcomes;
        }
    }
}
