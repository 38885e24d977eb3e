using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>Reads messages and nodes.</summary>
internal sealed class InboxReader(Connection connection)
{
    private readonly Statement _read = connection.Prepare("SELECT id, sender, body FROM messages WHERE recipient = ? AND id > ? ORDER BY id");
    private readonly Statement _search = connection.Prepare("SELECT id, sender, body FROM messages WHERE recipient = ? AND instr(body, ?) > 0 ORDER BY id");
    private readonly Statement _nodes = connection.Prepare("SELECT id, process, version, reads_queues, reads_schedules FROM nodes ORDER BY id");
    private readonly Statement _version = connection.Prepare("PRAGMA data_version");
    private readonly Statement _next = connection.Prepare("SELECT 1 FROM messages WHERE recipient = ? AND id > ? LIMIT 1");

    /// <summary>Changes whenever any other connection, of any process, has changed the file.</summary>
    public long Version
    {
        get
        {
            var version = _version.Step() ? _version.GetInt64(0) : 0;
            _version.Reset();
            return version;
        }
    }

    public IReadOnlyList<InboxRow> Read(long recipient, long after, int maxBytes)
    {
        var rows = new List<InboxRow>();
        _read.Bind(1, recipient).Bind(2, after);
        for (var bytes = 0; bytes < maxBytes && _read.Step();)
        {
            var body = _read.GetBytes(2).ToArray();
            rows.Add(new InboxRow(_read.GetInt64(0), _read.GetInt64(1), body));
            bytes += body.Length;
        }

        _read.Reset();
        return rows;
    }

    /// <summary>A look through all messages, which are few while there is an owner.</summary>
    public unsafe IReadOnlyList<InboxRow> Search(long recipient, ReadOnlySpan<byte> bytes)
    {
        var rows = new List<InboxRow>();
        fixed (byte* pinned = bytes)
        {
            _search.Bind(1, recipient).BindPinned(2, pinned, bytes.Length);
            while (_search.Step())
            {
                rows.Add(new InboxRow(_search.GetInt64(0), _search.GetInt64(1), _search.GetBytes(2).ToArray()));
            }

            _search.Reset();
        }

        return rows;
    }

    public bool HasAfter(long recipient, long after)
    {
        var has = _next.Bind(1, recipient).Bind(2, after).Step();
        _next.Reset();
        return has;
    }

    public IReadOnlyList<StoreNode> Nodes()
    {
        var nodes = new List<StoreNode>();
        while (_nodes.Step())
        {
            nodes.Add(new StoreNode(
                _nodes.GetInt64(0), (int)_nodes.GetInt64(1), _nodes.GetText(2), new StoreFormats((int)_nodes.GetInt64(3), (int)_nodes.GetInt64(4))));
        }

        return nodes;
    }
}
