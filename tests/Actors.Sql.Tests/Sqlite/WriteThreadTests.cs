using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

public sealed class WriteThreadTests : IDisposable
{
    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task An_append_does_not_wait_for_a_large_write_of_history()
    {
        await using var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        var history = store.History.WriteAsync(Finished(50_000), default);

        (await owner.AppendAsync(1)).ShouldBe(AppendOutcome.Appended);
        history.IsCompleted.ShouldBeFalse();
        await history;
        (await store.History.CountAsync(new HistoryFilter(), default)).ShouldBe(50_000);
    }

    [Fact]
    public async Task An_operation_that_fails_does_not_disturb_those_that_share_its_transaction()
    {
        await using var store = await _file.OpenAsync();
        var newer = await Owner.OpenAsync(store.Journal, "emails", readableFormat: 2);
        await newer.AppendAsync(1, format: 2);
        var owner = await Owner.OpenAsync(store.Journal, "orders");

        var history = store.History.WriteAsync(Finished(5_000), default);   // keeps the writer busy while the others gather
        var first = owner.AppendAsync(1);
        var refused = Owner.OpenAsync(store.Journal, "emails", readableFormat: 1);
        var second = owner.AppendAsync(2);

        await Should.ThrowAsync<JournalFormatException>(() => refused);
        (await first).ShouldBe(AppendOutcome.Appended);
        (await second).ShouldBe(AppendOutcome.Appended);
        await history;
    }

    [Fact]
    public async Task A_reset_waits_for_what_was_asked_before_and_precedes_what_is_asked_after()
    {
        await using var store = await _file.OpenAsync();
        var owner = await Owner.OpenAsync(store.Journal, "orders");
        var before = owner.AppendAsync(1);
        var reset = store.Journal.ResetAsync(default);
        var after = owner.AppendAsync(2);

        await reset;
        before.IsCompletedSuccessfully.ShouldBeTrue();
        (await after).ShouldBe(AppendOutcome.Appended);
    }

    private static FinishedJob[] Finished(int count)
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, count).Select(i => new FinishedJob(
            JobId.Create(TimeProvider.System, random), "emails", "send-email", 1, JobState.Succeeded, 1,
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMilliseconds(i), null, default))];
    }
}
