using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

public sealed class StoreOpeningTests : IDisposable
{
    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_missing_file_is_created_with_the_settings_that_cannot_change_later()
    {
        await (await _file.OpenAsync()).DisposeAsync();
        _file.Query("PRAGMA page_size").ShouldBe(4096);
        _file.Query("PRAGMA auto_vacuum").ShouldBe(2);
        _file.Query("SELECT max(version) FROM schema").ShouldBe(3);
    }

    [Fact]
    public async Task An_empty_file_of_another_page_size_becomes_a_store()
    {
        using (var other = _file.Connect(create: true))
        {
            other.Execute("PRAGMA page_size = 1024; CREATE TABLE t (x); DROP TABLE t;");
        }

        await (await _file.OpenAsync()).DisposeAsync();
        _file.Query("PRAGMA page_size").ShouldBe(4096);
        _file.Query("PRAGMA auto_vacuum").ShouldBe(2);
    }

    [Fact]
    public async Task A_store_made_by_a_newer_version_is_refused_and_left_as_it_is()
    {
        await (await _file.OpenAsync()).DisposeAsync();
        _file.Execute("INSERT INTO schema VALUES (99, 'future', 0)");
        var before = await File.ReadAllBytesAsync(_file.Path);

        var exception = await Should.ThrowAsync<StoreException>(() => _file.OpenAsync());
        exception.Message.ShouldContain(_file.Path);
        exception.Message.ShouldContain("version 99");
        exception.Message.ShouldContain("up to 3");
        exception.Message.ShouldContain("Run the newer version");
        (await File.ReadAllBytesAsync(_file.Path)).ShouldBe(before);
    }

    [Fact]
    public async Task A_store_of_an_older_version_is_brought_up_to_date()
    {
        await (await _file.OpenAsync()).DisposeAsync();
        _file.ExecuteInHistory("DELETE FROM schema; DROP VIEW jobs; DROP TABLE history; DROP TABLE history_marks; DROP TABLE names;");
        await (await _file.OpenAsync()).DisposeAsync();
        _file.QueryHistory("SELECT count(*) FROM jobs").ShouldBe(0);
    }

    [Fact]
    public async Task A_journal_of_before_snapshots_keeps_its_commits_and_gets_their_table()
    {
        await using (var store = await _file.OpenAsync())
        {
            await (await Owner.OpenAsync(store.Journal, "orders")).AppendAsync(1);
        }

        _file.Execute("DROP TABLE snapshots; DROP TABLE restores; DELETE FROM schema WHERE version > 1");
        await using var again = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(again.Journal, "orders");
        owner.Opening.LastSequenceNumber.ShouldBe(1);
        await again.Snapshots.SaveAsync(owner.Snapshot(1), default);
        _file.Query("SELECT count(*) FROM schema").ShouldBe(3);
    }

    [Fact]
    public async Task A_history_made_by_a_newer_version_is_refused_and_named()
    {
        await (await _file.OpenAsync()).DisposeAsync();
        _file.ExecuteInHistory("INSERT INTO schema VALUES (99, 'future', 0)");
        (await Should.ThrowAsync<StoreException>(() => _file.OpenAsync())).Message.ShouldContain(_file.HistoryPath);
    }

    [Fact]
    public async Task A_missing_history_is_begun_anew()
    {
        await using (var store = await _file.OpenAsync())
        {
            await Owner.OpenAsync(store.Journal, "orders");
        }

        File.Delete(_file.HistoryPath);
        await using var again = await _file.OpenAsync();
        (await again.History.CountAsync(new Actors.Jobs.HistoryFilter(), default)).ShouldBe(0);
        (await again.Journal.OpenAsync("orders", Guid.NewGuid(), 1, default)).Term.ShouldBe(2);
    }

    [Fact]
    public async Task The_two_files_of_a_store_cannot_be_mistaken_for_each_other()
    {
        await (await _file.OpenAsync()).DisposeAsync();
        File.Copy(_file.HistoryPath, _file.Path, overwrite: true);
        (await Should.ThrowAsync<StoreException>(() => _file.OpenAsync())).Message.ShouldContain("another part of a store");
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_refused_and_left_as_it_is()
    {
        var text = string.Concat(Enumerable.Repeat("This is a shopping list.\n", 500));
        await File.WriteAllTextAsync(_file.Path, text);
        (await RefusalAsync()).ShouldContain("is not a database");
        (await File.ReadAllTextAsync(_file.Path)).ShouldBe(text);
    }

    [Fact]
    public async Task The_database_of_another_program_is_refused()
    {
        using (var other = _file.Connect(create: true))
        {
            other.Execute("CREATE TABLE customers (name)");
        }

        (await RefusalAsync()).ShouldContain("another program");
        _file.Query("SELECT count(*) FROM sqlite_master").ShouldBe(1);
    }

    [Fact]
    public async Task A_directory_is_refused()
    {
        Directory.CreateDirectory(_file.Path);
        (await RefusalAsync()).ShouldContain("is a directory");
    }

    [Fact]
    public async Task A_missing_directory_is_named()
    {
        var path = Path.Combine(_file.Folder, "missing", "shop.db");
        var exception = await Should.ThrowAsync<StoreException>(() => SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }));
        exception.Message.ShouldContain($"the directory '{Path.GetDirectoryName(path)}' does not exist");
    }

    [Fact]
    public async Task A_missing_file_is_refused_when_it_must_exist()
    {
        var exception = await Should.ThrowAsync<StoreException>(() => SqliteStore.OpenAsync(SqliteStoreOptions.Parse($"Data Source={_file.Path};Mode=ReadWrite")));
        exception.Message.ShouldContain("does not exist");
        File.Exists(_file.Path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_read_only_file_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The immutable attribute, which root cannot override either, is Linux's.");
        await (await _file.OpenAsync()).DisposeAsync();
        Assert.SkipUnless(await Shell.TryAsync("chattr", "+i", _file.Path), "chattr is not permitted here.");
        try
        {
            (await RefusalAsync()).ShouldContain("read-only");
        }
        finally
        {
            await Shell.TryAsync("chattr", "-i", _file.Path);
        }
    }

    [Fact]
    public async Task A_second_opening_in_this_process_is_refused_and_says_so()
    {
        await using var store = await _file.OpenAsync();
        (await RefusalAsync()).ShouldContain("this process opened it already");
    }

    [Fact]
    public async Task A_symbolic_link_does_not_get_round_the_lock()
    {
        await using var store = await _file.OpenAsync();
        var link = Path.Combine(_file.Folder, "link.db");
        File.CreateSymbolicLink(link, _file.Path);
        await Should.ThrowAsync<StoreException>(() => SqliteStore.OpenAsync(new SqliteStoreOptions { Path = link }));
    }

    [Fact]
    public async Task A_closed_store_can_be_opened_again_and_answers_no_more_itself()
    {
        var store = await _file.OpenAsync();
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => Owner.OpenAsync(store.Journal, "orders"));
        await Should.ThrowAsync<ObjectDisposedException>(() => store.Journal.ReadAsync("orders", 1, 1, default));
        await (await _file.OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Closing_carries_out_what_was_asked_before()
    {
        var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        var appends = Enumerable.Range(1, 200).Select(n => owner.AppendAsync(n)).ToArray();
        await store.DisposeAsync();
        (await Task.WhenAll(appends)).ShouldAllBe(outcome => outcome == AppendOutcome.Appended);
    }

    private async Task<string> RefusalAsync()
    {
        var exception = await Should.ThrowAsync<StoreException>(() => _file.OpenAsync());
        exception.Message.ShouldContain(_file.Path);
        return exception.Message;
    }
}
