using Actors.Jobs;

namespace Actors.Sql.Sqlite;

internal sealed class SqliteInbox(WriteThread writer, ReadThread reader, InboxWatcher watcher) : IInbox
{
    public Task PostAsync(IReadOnlyList<InboxMessage> messages, CancellationToken cancellationToken) => messages.Count == 0
        ? Task.CompletedTask
        : writer.ExecuteAsync(
            new Call<WriteSession, bool>(session =>
            {
                session.Inbox.Post(messages);
                return true;
            }),
            cancellationToken);

    public Task<IReadOnlyList<InboxRow>> ReadAsync(long recipient, long after, int maxBytes, CancellationToken cancellationToken) =>
        reader.ExecuteAsync(session => session.Inbox.Read(recipient, after, maxBytes), cancellationToken);

    public Task<IReadOnlyList<InboxRow>> SearchAsync(long recipient, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        reader.ExecuteAsync(session => session.Inbox.Search(recipient, bytes.Span), cancellationToken);

    public Task DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => ids.Count == 0
        ? Task.CompletedTask
        : writer.ExecuteAsync(
            new Call<WriteSession, bool>(session =>
            {
                session.Inbox.Delete(ids);
                session.Upkeep.NoteDeleted();
                return true;
            }),
            cancellationToken);

    public Task WaitAsync(long recipient, long after, CancellationToken cancellationToken) => watcher.WaitAsync(recipient, after, cancellationToken);
}
