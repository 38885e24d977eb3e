using Actors.Persistence;

namespace Actors.Sql.Sqlite;

internal sealed class SqliteSnapshotStore(WriteThread writer, ReadThread reader) : ISnapshotStore
{
    public Task<SnapshotRow?> LoadAsync(
        string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken) =>
        reader.ExecuteAsync(session => session.Snapshots.Load(persistenceId, term, criteria), cancellationToken);

    public Task SaveAsync(SnapshotRow snapshot, CancellationToken cancellationToken) => writer.ExecuteAsync(
        new Call<WriteSession, bool>(session =>
        {
            session.Snapshots.Save(snapshot);
            return true;
        }),
        cancellationToken);

    public Task DeleteAsync(string persistenceId, long term, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken) =>
        writer.ExecuteAsync(
            new Call<WriteSession, bool>(session =>
            {
                session.Snapshots.Delete(persistenceId, term, criteria);
                session.Upkeep.NoteDeleted();
                return true;
            }),
            cancellationToken);

    /// <summary>Nothing: the store owns the connection and is disposed by whoever opened it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
