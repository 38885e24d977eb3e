using Actors.Persistence;

namespace Actors.TestKit.Tests;

/// <summary>A journal that goes wrong as told: what is written, and what is said about it.</summary>
public sealed class SimulatedJournalTests
{
    private static readonly Guid Writer = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    [Theory, Trait("rule", "TK-7")]
    [InlineData(AppendFault.None, null, 2)]
    [InlineData(AppendFault.Unavailable, typeof(JournalUnavailableException), 0)]
    [InlineData(AppendFault.UnknownBefore, typeof(JournalOutcomeUnknownException), 0)]
    [InlineData(AppendFault.UnknownAfter, typeof(JournalOutcomeUnknownException), 2)]
    [InlineData(AppendFault.Torn, typeof(JournalOutcomeUnknownException), 1)]
    public async Task An_append_goes_wrong_as_told(AppendFault fault, Type? thrown, int written)
    {
        await using var system = await TestSystem.StartAsync();
        var durable = new InMemoryJournal();
        var journal = new SimulatedJournal(system.System, durable) { OnAppend = _ => fault };
        var term = (await journal.OpenAsync("id", Writer, 1, default)).Term;
        (await AppendAsync(journal, term)).ShouldBe(thrown);
        (await durable.ReadAsync("id", 1, int.MaxValue, default)).Count.ShouldBe(written);
        journal.Commits.ShouldBe(written);
    }

    [Fact, Trait("rule", "TK-7")]
    public async Task A_slow_append_takes_its_time_in_virtual_time()
    {
        await using var system = await TestSystem.StartAsync();
        var journal = new SimulatedJournal(system.System) { Latency = TimeSpan.FromSeconds(2) };
        var term = (await journal.OpenAsync("id", Writer, 1, default)).Term;
        var appending = Append(system, journal, term);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1.9));
        (appending.IsCompleted, journal.Waiting).ShouldBe((false, 1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        (appending.IsCompletedSuccessfully, journal.Waiting).ShouldBe((true, 0));
    }

    [Fact, Trait("rule", "TK-7")]
    public async Task Opening_and_reading_fail_as_told_and_rows_can_be_changed_and_hidden()
    {
        await using var system = await TestSystem.StartAsync();
        var journal = new SimulatedJournal(system.System) { OnOpen = id => id == "bad" ? new JournalUnavailableException("away") : null };
        (await Should.ThrowAsync<JournalUnavailableException>(() => journal.OpenAsync("bad", Writer, 1, default))).Message.ShouldBe("away");
        var term = (await journal.OpenAsync("id", Writer, 1, default)).Term;
        (await AppendAsync(journal, term)).ShouldBeNull();
        journal.OnReadRow = row => row.SequenceNumber == 1 ? null : row;
        (await journal.ReadAsync("id", 1, int.MaxValue, default)).Select(row => row.SequenceNumber).ShouldBe([2]);
        journal.OnRead = () => new JournalUnavailableException("away too");
        (await Should.ThrowAsync<JournalUnavailableException>(() => journal.ReadAsync("id", 1, int.MaxValue, default))).Message.ShouldBe("away too");
    }

    [Fact]
    public async Task What_is_held_back_when_the_journal_is_reset_is_never_written()
    {
        await using var system = await TestSystem.StartAsync();
        var durable = new InMemoryJournal();
        var journal = new SimulatedJournal(system.System, durable);
        var term = (await journal.OpenAsync("id", Writer, 1, default)).Term;
        journal.Hold();
        var appending = Append(system, journal, term);
        await system.DrainAsync();
        await journal.ResetAsync(default);
        journal.Release();
        await system.DrainAsync();
        appending.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<JournalOutcomeUnknownException>();
        (await durable.ReadAsync("id", 1, int.MaxValue, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task By_chance_each_kind_of_fault_comes()
    {
        var seen = new HashSet<Type?>();
        await Simulation.RunAsync(
            async run =>
            {
                var journal = run.Journal(new InMemoryJournal());
                journal.FaultProbability = 0.5;
                var term = (await journal.OpenAsync("id", Writer, 1, default)).Term;
                seen.Add(await AppendAsync(journal, term));
            },
            seeds: 30);
        seen.ShouldBe([null, typeof(JournalUnavailableException), typeof(JournalOutcomeUnknownException)], ignoreOrder: true);
    }

    /// <summary>Who waits for a journal counts that as work under way.</summary>
    private static Task<AppendOutcome[]> Append(TestSystem system, SimulatedJournal journal, long term)
    {
        system.System.Dispatcher.BeginOperation();
        var appending = journal.AppendAsync(Commits(term), default);
        _ = appending.ContinueWith(_ => system.System.Dispatcher.EndOperation(), TaskScheduler.Default);
        return appending;
    }

    private static async Task<Type?> AppendAsync(SimulatedJournal journal, long term)
    {
        try
        {
            await journal.AppendAsync(Commits(term), default);
            return null;
        }
        catch (JournalException thrown)
        {
            return thrown.GetType();
        }
    }

    private static Commit[] Commits(long term) =>
    [
        .. Enumerable.Range(1, 2).Select(number => new Commit
        {
            PersistenceId = "id",
            Term = term,
            Writer = Writer,
            SequenceNumber = number,
            FormatVersion = 1,
            Events = new byte[] { 1 },
            Payloads = [],
            DeleteCommitsBefore = 0,
            DeletePayloadsBefore = 0,
        }),
    ];
}
