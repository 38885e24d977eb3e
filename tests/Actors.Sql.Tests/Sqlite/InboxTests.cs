using Actors.Jobs;
using Actors.Sql.Sqlite;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>Messages between the processes of a shared store. Two stores on one file are as apart as two processes.</summary>
public sealed class InboxTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TestFile _file = new();
    private SqliteSharedStore _one = null!; // Made before every test.
    private SqliteSharedStore _two = null!; // As above.

    public async ValueTask InitializeAsync()
    {
        _one = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true });
        _two = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        _file.Dispose();
    }

    [Fact]
    public async Task A_process_that_cannot_hold_its_lock_has_never_joined()
    {
        // Somebody has the file open that would be the lock of the next process.
        var next = _two.Node + 1;
        await using (new FileStream($"{_file.Path}.node-{next}.lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            await Should.ThrowAsync<Exception>(() => SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true }));
        }

        (await _one.GetNodesAsync(None)).Select(node => node.Id).ShouldBe([_one.Node, _two.Node], "Seen without its lock, it would be one that has ended.");
        await using var joined = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true });
        (await _one.IsAliveAsync(joined.Node, None)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_process_states_what_it_reads_when_it_joins()
    {
        var nodes = await _two.GetNodesAsync(None);
        nodes.Select(node => node.Id).ShouldBe([_one.Node, _two.Node]);
        nodes.ShouldAllBe(node => node.ProcessId == Environment.ProcessId && node.Reads == StoreFormats.OfThisProgram && node.Version == StoreFormats.ProgramVersion);
        StoreFormats.ProgramVersion.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_process_that_joined_before_there_was_anything_to_state_reads_what_programs_read_then()
    {
        await _two.DisposeAsync();
        var path = SqliteStore.PathBeside(_file.Path, "inbox");
        using (var connection = new Connection(path, create: false, TimeSpan.FromSeconds(1)))
        {
            connection.Execute(
                "ALTER TABLE nodes DROP COLUMN version; ALTER TABLE nodes DROP COLUMN reads_queues; ALTER TABLE nodes DROP COLUMN reads_schedules; " +
                "DELETE FROM schema WHERE version > 1; DELETE FROM nodes; INSERT INTO nodes (id, name, process, joined_at) VALUES (77, 'old', 4711, 0)");
        }

        _two = await SqliteSharedStore.JoinAsync(new SqliteStoreOptions { Path = _file.Path, IsShared = true });
        var old = (await _two.GetNodesAsync(None)).Where(node => node.Id == 77).ShouldHaveSingleItem();
        old.ShouldBe(new StoreNode(77, 4711, "", new StoreFormats(3, 2)));
    }

    [Fact]
    public async Task Messages_are_read_by_their_recipient_in_order_and_stay_until_they_are_deleted()
    {
        await PostAsync(_one, _two.Node, 1, 2);
        await PostAsync(_one, InboxMessage.Owner, 3);
        await PostAsync(_two, _two.Node, 4);
        var rows = await _two.Inbox.ReadAsync(_two.Node, 0, 1_000, None);
        rows.Select(row => (row.Sender, (int)row.Body.Span[0])).ShouldBe([(_one.Node, 1), (_one.Node, 2), (_two.Node, 4)]);
        rows.Select(row => row.Id).ShouldBeInOrder();
        (await _two.Inbox.ReadAsync(_two.Node, rows[0].Id, 1_000, None)).Select(row => row.Id).ShouldBe([rows[1].Id, rows[2].Id]);
        (await _two.Inbox.ReadAsync(_two.Node, 0, 2, None)).Count.ShouldBe(2);
        (await _two.Inbox.ReadAsync(_two.Node, 0, 0, None)).ShouldBeEmpty();

        await _two.Inbox.DeleteAsync([rows[0].Id, rows[2].Id], None);
        (await _one.Inbox.ReadAsync(_two.Node, 0, 1_000, None)).ShouldHaveSingleItem().Id.ShouldBe(rows[1].Id);
    }

    [Fact]
    public async Task The_id_of_a_deleted_message_is_never_used_again()
    {
        await PostAsync(_one, InboxMessage.Owner, 1);
        var first = (await _one.Inbox.ReadAsync(InboxMessage.Owner, 0, 1, None))[0].Id;
        await _one.Inbox.DeleteAsync([first], None);
        await PostAsync(_one, InboxMessage.Owner, 2);
        (await _one.Inbox.ReadAsync(InboxMessage.Owner, 0, 1, None))[0].Id.ShouldBeGreaterThan(first);
    }

    [Fact]
    public async Task A_wait_ends_when_another_process_posts_and_at_once_when_a_message_is_there()
    {
        var waiting = _two.Inbox.WaitAsync(_two.Node, 0, None);
        await PostAsync(_one, _two.Node, 1);
        await waiting.WaitAsync(TimeSpan.FromSeconds(60));
        await _two.Inbox.WaitAsync(_two.Node, 0, None).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_wait_ends_with_its_token_or_with_the_store()
    {
        using var stop = new CancellationTokenSource();
        var stopped = _two.Inbox.WaitAsync(_two.Node, 0, stop.Token);
        var closed = _two.Inbox.WaitAsync(_two.Node, 0, None);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(stopped);
        await _two.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(closed);
    }

    // SQLite has had a defect when several connections copy the log at the same moment.
    [Fact]
    public async Task Only_the_process_that_owns_the_store_copies_the_log_of_the_inbox_back()
    {
        var inbox = SqliteStore.PathBeside(_file.Path, "inbox");
        for (var i = 0; i < 8; i++)
        {
            await _one.Inbox.PostAsync([new InboxMessage(InboxMessage.Owner, _one.Node, new byte[10_000_000])], None);
        }

        new FileInfo(inbox).Length.ShouldBeLessThan(1_000_000);
        new FileInfo(inbox + "-wal").Length.ShouldBeGreaterThan(80_000_000);
        (await _two.TryOwnAsync(None)).ShouldNotBeNull();
        for (var i = 0; i < 8; i++)
        {
            await _two.Inbox.PostAsync([new InboxMessage(InboxMessage.Owner, _two.Node, new byte[10_000_000])], None);
        }

        new FileInfo(inbox).Length.ShouldBeGreaterThan(80_000_000);
    }

    [Fact]
    public async Task Messages_are_found_by_bytes_in_their_bodies()
    {
        await PostAsync(_one, InboxMessage.Owner, 1, 2);
        await _one.Inbox.PostAsync(
            [new InboxMessage(InboxMessage.Owner, _one.Node, new byte[] { 0, 5, 0, 7, 9 }), new InboxMessage(_two.Node, _one.Node, new byte[] { 5, 0, 7 })], None);
        (await _two.Inbox.SearchAsync(InboxMessage.Owner, new byte[] { 5, 0, 7 }, None)).ShouldHaveSingleItem().Body.ToArray().ShouldBe([0, 5, 0, 7, 9]);
        (await _two.Inbox.SearchAsync(InboxMessage.Owner, new byte[] { 7, 0, 5 }, None)).ShouldBeEmpty();
    }

    // Nothing else is written meanwhile: a wait that is overlooked would last until somebody posts.
    [Fact]
    public async Task No_wait_is_overlooked_however_close_it_comes_to_another()
    {
        await PostAsync(_one, _two.Node, 1);
        using var together = new Barrier(2);
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                together.SignalAndWait();
                _two.Inbox.WaitAsync(_two.Node, 0, None).Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue("It waits for ever.");
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    private static Task PostAsync(SqliteSharedStore from, long to, params byte[] bodies) =>
        from.Inbox.PostAsync([.. bodies.Select(body => new InboxMessage(to, from.Node, new[] { body }))], None);
}
