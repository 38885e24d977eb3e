using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>Writes messages and nodes on the writer's connection, inside its transaction.</summary>
internal sealed class InboxTables(Connection connection, TimeProvider time)
{
    private readonly Statement _insert = connection.Prepare("INSERT INTO messages (recipient, sender, posted_at, body) VALUES (?, ?, ?, ?)");
    private readonly Statement _delete = connection.Prepare("DELETE FROM messages WHERE id BETWEEN ? AND ?");
    private readonly Statement _deleteOf = connection.Prepare("DELETE FROM messages WHERE recipient = ?");
    private readonly Statement _insertNode = connection.Prepare("INSERT INTO nodes (name, process, joined_at, version, reads_queues, reads_schedules) VALUES (?, ?, ?, ?, ?, ?)");
    private readonly Statement _deleteNode = connection.Prepare("DELETE FROM nodes WHERE id = ?");

    public unsafe void Post(IReadOnlyList<InboxMessage> messages)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var message in messages)
        {
            fixed (byte* body = message.Body.Span)
            {
                _insert.Bind(1, message.Recipient).Bind(2, message.Sender).Bind(3, now).BindPinned(4, body, message.Body.Length).Run();
            }
        }
    }

    /// <summary>Deletes rows, range by range.</summary>
    public void Delete(IReadOnlyList<long> ids)
    {
        for (var i = 0; i < ids.Count;)
        {
            var first = i;
            while (++i < ids.Count && ids[i] == ids[i - 1] + 1)
            {
            }

            _delete.Bind(1, ids[first]).Bind(2, ids[i - 1]).Run();
        }
    }

    public long AddNode(string name, int process, string version, StoreFormats reads)
    {
        _insertNode.Bind(1, name).Bind(2, process).Bind(3, time.GetUtcNow().ToUnixTimeMilliseconds())
            .Bind(4, version).Bind(5, reads.Queues).Bind(6, reads.Schedules).Run();
        return connection.QueryInt64("SELECT last_insert_rowid()");
    }

    public void RemoveNode(long node)
    {
        _deleteNode.Bind(1, node).Run();
        _deleteOf.Bind(1, node).Run();
    }
}
