using Actors.TestKit;

namespace Actors.Persistence.Tests;

public sealed class JournalActorTests
{
    private readonly ScriptedJournal _journal = new();

    [Theory, OnEachDispatcher]
    public async Task Commits_that_arrive_during_a_write_go_together_into_the_next(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (journal, owner) = Start(system);
        var first = _journal.Hold();
        var orders = await OpenAsync("orders");
        var emails = await OpenAsync("emails");
        owner.Send(journal, Append(orders, 1, owner));
        await system.EventuallyAsync(() => _journal.Writes.Count == 1);
        owner.Send(journal, Append(emails, 1, owner));
        owner.Send(journal, Append(orders, 2, owner));
        owner.Send(journal, Append(emails, 2, owner));
        first.SetResult();
        await ExpectAsync(owner, (orders, 1), (emails, 1), (orders, 2), (emails, 2));
        _journal.Writes.ShouldBe([1, 3]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_write_in_doubt_that_was_made_is_answered_in_the_order_of_its_commits(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (journal, owner) = Start(system);
        var orders = await OpenAsync("orders");
        var emails = await OpenAsync("emails");
        await OpenAsync("emails"); // The owner of emails has been replaced, but the new one has not written yet: its row is absent.
        var first = _journal.Hold();
        owner.Send(journal, Append(orders, 1, owner));
        await system.EventuallyAsync(() => _journal.Writes.Count == 1);
        owner.Send(journal, Append(orders, 2, owner));
        owner.Send(journal, Append(emails, 1, owner));
        owner.Send(journal, Append(orders, 3, owner));
        _journal.LosesAnswerOf = 2;
        first.SetResult();
        await ExpectAsync(owner, (orders, 1), (orders, 2), (orders, 3));
        var refused = await owner.ExpectAsync<JournalMessage.Answered>();
        (refused.Writer, refused.Outcome).ShouldBe((emails.Writer, AppendOutcome.Fenced));
    }

    [Theory, OnEachDispatcher]
    public async Task A_write_in_doubt_in_whose_place_another_owner_has_written_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (journal, owner) = Start(system);
        var old = await OpenAsync("orders");
        var current = await OpenAsync("orders");
        _journal.LosesAnswerOf = 1;
        await Should.ThrowAsync<JournalOutcomeUnknownException>(() => _journal.AppendAsync([Append(current, 1, owner).Commit], default));
        _journal.LosesAnswerOf = 2;
        owner.Send(journal, Append(old, 1, owner));
        var refused = await owner.ExpectAsync<JournalMessage.Answered>();
        (refused.Writer, refused.Outcome).ShouldBe((old.Writer, AppendOutcome.Fenced));
    }

    [Theory, OnEachDispatcher]
    public async Task Everybody_who_waits_is_told_of_an_outage_and_answered_after_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (journal, owner) = Start(system);
        var orders = await OpenAsync("orders");
        var emails = await OpenAsync("emails");
        _journal.Fault = new JournalUnavailableException("The disk is full.");
        owner.Send(journal, Append(orders, 1, owner));
        (await owner.ExpectAsync<JournalMessage.Delayed>()).Writer.ShouldBe(orders.Writer);
        owner.Send(journal, Append(emails, 1, owner));
        var delayed = await owner.ExpectAsync<JournalMessage.Delayed>(within: TimeSpan.Zero);
        (delayed.Writer, delayed.Cause.Message).ShouldBe((emails.Writer, "The disk is full."));
        _journal.Fault = null;
        await owner.FishAsync<JournalMessage.Answered>(answered => answered.Writer == orders.Writer);
        await owner.FishAsync<JournalMessage.Answered>(answered => answered.Writer == emails.Writer);
    }

    [Theory, OnEachDispatcher]
    public async Task A_store_that_fails_is_tried_again_after_longer_and_longer_pauses(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (journal, owner) = Start(system);
        _journal.Fault = new JournalUnavailableException("away");
        owner.Send(journal, Append(await OpenAsync("orders"), 1, owner));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        _journal.Writes.Count.ShouldBeInRange(15, 25); // 0.1, 0.2, 0.4 … 5 s, then every 4 to 5 s.
    }

    private (IActorRef Journal, Probe Owner) Start(TestSystem system) =>
        (system.System.SystemActorOf(JournalActor.Props(_journal), "journal"), system.CreateProbe());

    private async Task<Ownership> OpenAsync(string persistenceId)
    {
        var writer = Guid.NewGuid();
        return new Ownership(persistenceId, writer, (await _journal.OpenAsync(persistenceId, writer, 1, default)).Term);
    }

    private static JournalMessage.Append Append(Ownership owner, long sequenceNumber, Probe probe) => new(
        new Commit
        {
            PersistenceId = owner.PersistenceId,
            Term = owner.Term,
            Writer = owner.Writer,
            SequenceNumber = sequenceNumber,
            FormatVersion = 1,
            Events = new byte[10],
        },
        probe.Ref,
        10);

    private static async Task ExpectAsync(Probe owner, params (Ownership Owner, long SequenceNumber)[] commits)
    {
        foreach (var (ownership, sequenceNumber) in commits)
        {
            var answered = await owner.ExpectAsync<JournalMessage.Answered>();
            answered.ShouldBe(new JournalMessage.Answered(ownership.Writer, sequenceNumber, AppendOutcome.Appended));
        }
    }

    private sealed record Ownership(string PersistenceId, Guid Writer, long Term);

    /// <summary>A journal in memory whose writes can be held, fail, or lose their answer.</summary>
    private sealed class ScriptedJournal : IJournal
    {
        private readonly InMemoryJournal _inner = new();
        private TaskCompletionSource? _held;

        /// <summary>The number of commits of each write.</summary>
        public List<int> Writes { get; } = [];

        public Exception? Fault { get; set; }

        /// <summary>The write, counted from 1, that is made but whose answer is lost; 0 for none.</summary>
        public int LosesAnswerOf { get; set; }

        public TaskCompletionSource Hold() => _held = new TaskCompletionSource();

        public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
            _inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);

        public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
        {
            Writes.Add(commits.Count);
            var number = Writes.Count;
            if (Fault is not null)
            {
                throw Fault;
            }

            if (Interlocked.Exchange(ref _held, null) is { } held)
            {
                await held.Task;
            }

            var outcomes = await _inner.AppendAsync(commits, cancellationToken);
            return number == LosesAnswerOf ? throw new JournalOutcomeUnknownException("The connection broke.") : outcomes;
        }

        public Task ResetAsync(CancellationToken cancellationToken) => _inner.ResetAsync(cancellationToken);

        public Task<IReadOnlyList<CommitRow>> ReadAsync(
            string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
            _inner.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken);

        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
            string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
            _inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
