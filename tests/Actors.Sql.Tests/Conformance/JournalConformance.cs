using Actors.Persistence;

namespace Actors.Sql.Tests.Conformance;

/// <summary>The duties of <see cref="IJournal"/> as tests. Every implementation runs them: derive, and say how to open one and how to open it again.</summary>
public abstract class JournalConformance : IAsyncLifetime
{
    private const int Readable = 1;
    private const int Megabyte = 1 << 20;

    protected IJournal Journal { get; private set; } = null!;   // InitializeAsync sets it before any test runs

    public async ValueTask InitializeAsync() => Journal = await OpenStoreAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_empty_journal_opens_with_term_1_and_nothing_in_it() =>
        (await OpenAsync("orders")).Opening.ShouldBe(new JournalOpening(1, 0, 0, 0));

    [Fact]
    public async Task Each_opening_raises_the_term()
    {
        await OpenAsync("orders");
        (await OpenAsync("orders")).Opening.Term.ShouldBe(2);
        (await OpenAsync("emails")).Opening.Term.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_is_read_back_as_it_was_given()
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1, events: [1, 2, 3]);

        var row = (await ReadAllAsync("orders")).ShouldHaveSingleItem();
        row.SequenceNumber.ShouldBe(1);
        row.Term.ShouldBe(1);
        row.Writer.ShouldBe(owner.Writer);
        row.FormatVersion.ShouldBe(1);
        row.Events.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_commit_without_events_is_kept()
    {
        var owner = await OpenAsync("orders");
        (await owner.AppendAsync(1, events: [])).ShouldBe(AppendOutcome.Appended);
        (await ReadAllAsync("orders")).ShouldHaveSingleItem().Events.Length.ShouldBe(0);
    }

    [Fact]
    public async Task Bytes_may_change_once_the_append_is_answered()
    {
        var owner = await OpenAsync("orders");
        var events = new byte[] { 1, 2, 3 };
        await owner.AppendAsync(1, events);
        events[0] = 99;
        (await ReadAllAsync("orders"))[0].Events.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_new_owner_sees_what_the_old_one_wrote()
    {
        var old = await OpenAsync("orders");
        await old.AppendAsync(1, payloads: [(1, 10), (2, 20)]);
        await old.AppendAsync(2);
        (await OpenAsync("orders")).Opening.ShouldBe(new JournalOpening(2, 1, 2, 2));
    }

    [Fact]
    public async Task An_old_owner_is_fenced_once_a_new_one_has_opened_the_journal()
    {
        var old = await OpenAsync("orders");
        await old.AppendAsync(1);
        var next = await OpenAsync("orders");

        (await old.AppendAsync(2)).ShouldBe(AppendOutcome.Fenced);
        (await next.AppendAsync(2)).ShouldBe(AppendOutcome.Appended);
        (await ReadAllAsync("orders")).Select(row => row.Term).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task An_old_owner_stays_fenced_after_the_new_one_appended_and_deleted_past_its_position()
    {
        var old = await OpenAsync("orders");
        await old.AppendAsync(1);
        var next = await OpenAsync("orders");
        for (var n = 2; n <= 5; n++)
        {
            await next.AppendAsync(n, deleteCommitsBefore: n);
        }

        (await old.AppendAsync(2)).ShouldBe(AppendOutcome.Fenced);
        (await ReadAllAsync("orders")).Select(row => row.SequenceNumber).ShouldBe([5]);
    }

    [Fact]
    public async Task An_append_to_a_journal_that_was_never_opened_is_fenced()
    {
        var owner = await OpenAsync("orders");
        (await owner.AppendAsync(1, journal: "emails")).ShouldBe(AppendOutcome.Fenced);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    public async Task Only_the_next_sequence_number_is_accepted(long number)
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1);
        await owner.AppendAsync(2);

        var expected = number == 3 ? AppendOutcome.Appended : AppendOutcome.OutOfSequence;
        (await owner.AppendAsync(number)).ShouldBe(expected);
        (await ReadAllAsync("orders")).Count.ShouldBe(number == 3 ? 3 : 2);
    }

    [Fact]
    public async Task An_empty_journal_starts_at_1()
    {
        var owner = await OpenAsync("orders");
        (await owner.AppendAsync(2)).ShouldBe(AppendOutcome.OutOfSequence);
        (await owner.AppendAsync(1)).ShouldBe(AppendOutcome.Appended);
    }

    [Fact]
    public async Task Of_merged_commits_the_fenced_one_leaves_no_trace_and_the_others_land()
    {
        var orders = await OpenAsync("orders");
        var fenced = await OpenAsync("emails");
        var reports = await OpenAsync("reports");
        var next = await OpenAsync("emails");

        var outcomes = await Journal.AppendAsync(
            [orders.Commit(1), fenced.Commit(1, payloads: [(1, 100)]), reports.Commit(1), orders.Commit(2), reports.Commit(3)], default);

        outcomes.ShouldBe([AppendOutcome.Appended, AppendOutcome.Fenced, AppendOutcome.Appended, AppendOutcome.Appended, AppendOutcome.OutOfSequence]);
        (await ReadAllAsync("orders")).Count.ShouldBe(2);
        (await ReadAllAsync("emails")).ShouldBeEmpty();
        (await ReadAllAsync("reports")).Count.ShouldBe(1);
        (await next.AppendAsync(1, payloads: [(1, 100)])).ShouldBe(AppendOutcome.Appended);
    }

    [Fact]
    public async Task Appends_of_many_callers_all_land_in_order()
    {
        var owners = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => OpenAsync($"queue-{i}")));
        var appends = owners.SelectMany(owner => Enumerable.Range(1, 50).Select(n => owner.AppendAsync(n))).ToArray();

        (await Task.WhenAll(appends)).ShouldAllBe(outcome => outcome == AppendOutcome.Appended);
        (await ReadAllAsync("queue-7")).Select(row => row.SequenceNumber).ShouldBe(Enumerable.Range(1, 50).Select(n => (long)n));
    }

    [Fact]
    public async Task Deleting_removes_a_prefix_only_and_never_the_newest_commit()
    {
        var owner = await OpenAsync("orders");
        for (var n = 1; n <= 4; n++)
        {
            await owner.AppendAsync(n);
        }

        await owner.AppendAsync(5, deleteCommitsBefore: 3);
        (await ReadAllAsync("orders")).Select(row => row.SequenceNumber).ShouldBe([3, 4, 5]);

        await owner.AppendAsync(6, deleteCommitsBefore: 1000);
        (await ReadAllAsync("orders")).Select(row => row.SequenceNumber).ShouldBe([6]);
        (await OpenAsync("orders")).Opening.ShouldBe(new JournalOpening(2, 6, 6, 0));
    }

    [Fact]
    public async Task A_lower_target_does_not_bring_deleted_commits_back()
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1);
        await owner.AppendAsync(2, deleteCommitsBefore: 2);
        await owner.AppendAsync(3, deleteCommitsBefore: 1);
        (await ReadAllAsync("orders")).Select(row => row.SequenceNumber).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task Payload_rows_are_read_by_number_in_the_order_given()
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1, payloads: [(1, 10), (2, 20)]);
        await owner.AppendAsync(2, payloads: [(5, 4000)]);

        var payloads = await Journal.ReadPayloadsAsync("orders", [5, 1, 2, 1], default);
        payloads.Select(bytes => bytes.Length).ShouldBe([4000, 10, 20, 10]);
        payloads[0].ToArray().ShouldAllBe(value => value == 5);
    }

    [Fact]
    public async Task Payload_row_numbers_survive_the_deletion_of_all_payloads()
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1, payloads: [(1, 10), (2, 10), (3, 10)]);
        await owner.AppendAsync(2, deleteCommitsBefore: 2, deletePayloadsBefore: 4);

        var next = await OpenAsync("orders");
        next.Opening.LastPayloadRow.ShouldBe(3);
        (await next.AppendAsync(3, payloads: [(3, 10)])).ShouldBe(AppendOutcome.OutOfSequence);
        (await next.AppendAsync(3, payloads: [(4, 10)])).ShouldBe(AppendOutcome.Appended);
    }

    [Fact]
    public async Task A_deleted_payload_row_is_missing_and_named_with_the_last_good_commit()
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1);
        await owner.AppendAsync(2, payloads: [(1, 10), (2, 10)]);
        await owner.AppendAsync(3, deletePayloadsBefore: 2);

        (await Journal.ReadPayloadsAsync("orders", [2], default)).Count.ShouldBe(1);
        var exception = await Should.ThrowAsync<JournalCorruptException>(() => Journal.ReadPayloadsAsync("orders", [2, 1], default));
        exception.Row.ShouldBe(1);
        exception.PersistenceId.ShouldBe("orders");
        exception.LastGoodSequenceNumber.ShouldBe(1);
    }

    [Fact]
    public async Task Payload_rows_that_do_not_rise_within_a_commit_are_a_mistake_of_the_caller()
    {
        var owner = await OpenAsync("orders");
        await Should.ThrowAsync<ArgumentException>(() => owner.AppendAsync(1, payloads: [(2, 10), (2, 10)]));
    }

    [Fact]
    public async Task A_journal_with_a_newer_format_is_refused_and_its_term_is_not_raised()
    {
        var newer = await OpenAsync("orders", readableFormat: 3);
        await newer.AppendAsync(1, format: 3);
        await newer.AppendAsync(2, format: 1);

        var exception = await Should.ThrowAsync<JournalFormatException>(() => OpenAsync("orders", readableFormat: 2));
        exception.FoundFormat.ShouldBe(3);
        exception.ReadableFormat.ShouldBe(2);
        (await newer.AppendAsync(3)).ShouldBe(AppendOutcome.Appended);
    }

    [Fact]
    public async Task A_journal_can_be_read_again_once_its_newer_commits_are_deleted()
    {
        var newer = await OpenAsync("orders", readableFormat: 3);
        await newer.AppendAsync(1, format: 3);
        await newer.AppendAsync(2, format: 1, deleteCommitsBefore: 2);
        (await OpenAsync("orders", readableFormat: 1)).Opening.Term.ShouldBe(2);
    }

    [Fact]
    public async Task Reading_stops_after_the_commit_that_fills_the_limit_and_goes_on_from_there()
    {
        var owner = await OpenAsync("orders");
        for (var n = 1; n <= 5; n++)
        {
            await owner.AppendAsync(n, new byte[100]);
        }

        (await Journal.ReadAsync("orders", 1, 1, default)).Count.ShouldBe(1);
        (await Journal.ReadAsync("orders", 1, 150, default)).Count.ShouldBe(2);
        (await Journal.ReadAsync("orders", 3, Megabyte, default)).Select(row => row.SequenceNumber).ShouldBe([3, 4, 5]);
        (await Journal.ReadAsync("orders", 6, Megabyte, default)).ShouldBeEmpty();
        (await Journal.ReadAsync("unknown", 1, Megabyte, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_reset_the_journal_is_as_it_was()
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1);
        await Journal.ResetAsync(default);
        (await owner.AppendAsync(2)).ShouldBe(AppendOutcome.Appended);
        (await ReadAllAsync("orders")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_call_that_was_given_up_before_it_began_writes_nothing()
    {
        var owner = await OpenAsync("orders");
        await Should.ThrowAsync<OperationCanceledException>(
            () => Journal.AppendAsync([owner.Commit(1)], new CancellationToken(canceled: true)));
        (await ReadAllAsync("orders")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Content_outlives_its_owner_and_its_store()
    {
        var owner = await OpenAsync("orders");
        await owner.AppendAsync(1, [7], payloads: [(1, 10)]);
        Journal = await ReopenStoreAsync();

        (await OpenAsync("orders")).Opening.ShouldBe(new JournalOpening(2, 1, 1, 1));
        (await ReadAllAsync("orders"))[0].Events.ToArray().ShouldBe([7]);
        (await Journal.ReadPayloadsAsync("orders", [1], default))[0].Length.ShouldBe(10);
    }

    protected abstract ValueTask<IJournal> OpenStoreAsync();

    /// <summary>Ends the store as a crash or a stop would, and opens the same content again.</summary>
    protected abstract ValueTask<IJournal> ReopenStoreAsync();

    protected abstract ValueTask CloseStoreAsync();

    private Task<Owner> OpenAsync(string journal, int readableFormat = Readable) => Owner.OpenAsync(Journal, journal, readableFormat);

    private Task<IReadOnlyList<CommitRow>> ReadAllAsync(string journal) => Journal.ReadAsync(journal, 1, Megabyte, default);
}
