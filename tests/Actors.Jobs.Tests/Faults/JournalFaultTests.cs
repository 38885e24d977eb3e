using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Jobs.Tests.Faults;

public sealed class JournalFaultTests
{
    [Theory, OnEachDispatcher]
    public async Task A_store_that_is_away_refuses_new_work_keeps_what_it_has_and_recovers_by_itself(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.OnAppend = static _ => AppendFault.Unavailable;
        var caught = host.EnqueueAsync("caught in it");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        caught.IsCompleted.ShouldBeFalse();
        var refused = await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync("refused"));
        refused.Queue.ShouldBe("default");
        refused.Message.ShouldContain("The disk is full.");
        (await host.QueueAsync()).Unavailable.ShouldNotBeNull().ShouldContain("The disk is full.");
        await system.Log.ExpectAsync(2002);

        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await caught;
        (await host.QueueAsync()).Unavailable.ShouldBeNull();
        await host.EnqueueAsync("after it");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["caught in it", "after it"]);
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_end_while_the_store_is_away_are_not_run_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (2, 2), journal);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(5), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 6).Select(_ => new Work())]);
        await system.DrainAsync();
        journal.OnAppend = static _ => AppendFault.Unavailable;
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        host.Script.Begun.ShouldBe(4); // What was granted before; no grant can be stored now.
        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Script.Attempts.Select(a => a.Id).Distinct().Count().ShouldBe(6);
        host.Script.Begun.ShouldBe(6);
        (await host.QueueAsync()).Succeeded.ShouldBe(6);
    }

    [Theory, OnEachDispatcher]
    public async Task Another_queue_of_the_store_learns_of_the_outage_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System) { OnAppend = static _ => AppendFault.Unavailable };
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        var first = host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
        var second = host.EnqueueAsync(configure: o => o.Queue("second"));
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync(configure: o => o.Queue("second")));
        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await Task.WhenAll(first, second);
        await host.EnqueueAsync(configure: o => o.Queue("second"));
    }

    [Theory]
    [InlineData(nameof(AppendFault.UnknownBefore))]
    [InlineData(nameof(AppendFault.UnknownAfter))]
    public async Task A_write_in_doubt_is_looked_up_and_made_exactly_once(string fault)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            await using var system = await TestSystem.StartAsync(seed);
            var journal = new SimulatedJournal(system.System);
            var host = await JobHost.StartAsync(system, journal: journal);
            var appends = 0;
            journal.OnAppend = _ => ++appends % 2 == 0 ? AppendFault.None : Enum.Parse<AppendFault>(fault);
            var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.EnqueueAsync()));
            await system.AdvanceAsync(TimeSpan.FromSeconds(10));
            host.Script.Attempts.Select(a => a.Id).Order().ShouldBe(ids.Order());
            (await host.QueueAsync()).Succeeded.ShouldBe(20);
            await system.Log.ExpectAsync(2001);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Two_queues_in_one_write_in_doubt_are_both_answered_in_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var random = new Random(seed);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.OnAppend = _ =>
        {
            lock (random)
            {
                return (AppendFault)random.Next(4);
            }
        };
        var tasks = new List<Task<JobId>>();
        for (var i = 0; i < 60; i++)
        {
            tasks.Add(EnqueueUntilTakenAsync(host, i % 2 == 0 ? "default" : "second"));
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(20));
        }

        journal.OnAppend = static _ => AppendFault.None;
        await system.WhenAsync(Task.WhenAll(tasks), TimeSpan.FromSeconds(100));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.QueueAsync()).Succeeded.ShouldBe(30);
        (await host.Jobs.GetQueueAsync("second")).Waiting.ShouldBe(30);
    }

    [Theory, OnEachDispatcher]
    public async Task A_store_that_always_leaves_writes_in_doubt_is_not_asked_without_pause(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var appends = 0;
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.OnAppend = _ =>
        {
            Interlocked.Increment(ref appends);
            return AppendFault.UnknownBefore;
        };
        var enqueue = host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        appends.ShouldBeInRange(5, 20);
        await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync());
        journal.OnAppend = static _ => AppendFault.None;
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await enqueue;
    }

    [Theory, OnEachDispatcher]
    public async Task A_store_that_throws_at_once_harms_nothing_either(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.ThrowsAtOnce = new InvalidOperationException("a defect");
        var enqueue = host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        journal.ThrowsAtOnce = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await host.ReachAsync(await enqueue, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_store_that_never_answers_leaves_the_outcome_unknown_after_30_s(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.Hold();
        var first = host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var second = host.EnqueueAsync(); // Behind it, not even on its way.
        await system.AdvanceAsync(TimeSpan.FromSeconds(28));
        (first.IsCompleted || second.IsCompleted).ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        var unknown = await Should.ThrowAsync<JobOutcomeUnknownException>(() => first);
        await Should.ThrowAsync<JobOutcomeUnknownException>(() => second);

        // The same id again is safe, whatever became of it.
        journal.Release();
        (await host.EnqueueAsync("x", o => o.Id(unknown.Id))).ShouldBe(unknown.Id);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Attempts.Select(a => a.Id).Distinct().Count().ShouldBe(2);
        host.Script.Begun.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task A_slow_store_carries_more_jobs_with_each_write(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System) { Latency = TimeSpan.FromSeconds(1) };
        var host = await JobHost.StartAsync(system, o => o.Prefetch = 1000, journal);
        var tasks = new List<Task>();
        for (var i = 0; i < 100; i++)
        {
            tasks.Add(host.EnqueueAsync());
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        await Task.WhenAll(tasks);
        journal.Commits.ShouldBeLessThan(10);
        (await host.QueueAsync()).Succeeded.ShouldBe(100);
    }

    [Theory, OnEachDispatcher]
    public async Task An_owner_that_was_replaced_steps_down_and_says_so(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var inner = new InMemoryJournal();
        var journal = new SimulatedJournal(system.System, inner);
        var host = await JobHost.StartAsync(system, o => o.Workers = 1, journal);
        var cancelled = 0;
        host.Script.Body = async (_, cancellationToken) =>
        {
            cancellationToken.Register(() => Interlocked.Increment(ref cancelled));
            await Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        };
        await host.Jobs.EnqueueManyAsync([new Work("running"), new Work("granted")]);
        await system.DrainAsync();
        host.Script.Running.ShouldBe(1);

        await inner.OpenAsync("queue/default", Guid.NewGuid(), 1, default);
        await Should.ThrowAsync<JobOutcomeUnknownException>(() => host.EnqueueAsync("too late"));
        var refused = await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync());
        refused.Message.ShouldContain("taken over by another owner");
        (await host.QueueAsync()).Unavailable.ShouldNotBeNull().ShouldContain("only one process owns the store");
        await Should.ThrowAsync<QueueUnavailableException>(() => host.Jobs.GetAsync(JobId.Create(system.Time, new Random(1))));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (cancelled, host.Script.Running).ShouldBe((1, 0));
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        host.Script.Attempts.ShouldHaveSingleItem();
        await system.Log.ExpectAsync(3002);
        await host.BeginStopAsync();
        await host.Stopped;
    }

    [Theory, OnEachDispatcher]
    public async Task A_damaged_journal_makes_its_queue_unavailable_and_no_other(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System)
        {
            OnOpen = static id => id == "queue/default" ? new JournalCorruptException("Commit 7 is damaged.", id, 7, 6) : null,
        };
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        (await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync())).Message.ShouldContain("Commit 7 is damaged.");
        await Should.ThrowAsync<QueueUnavailableException>(() => host.Jobs.GetAsync(JobId.Create(system.Time, new Random(1))));
        await Should.ThrowAsync<QueueUnavailableException>(() => host.StartConsumingAsync());
        (await host.QueueAsync()).Unavailable.ShouldNotBeNull().ShouldContain("Commit 7");
        var id = await host.EnqueueAsync(configure: o => o.Queue("second"));
        (await host.StateAsync(id)).ShouldBe(JobState.Waiting);
        await system.Log.ExpectAsync(LogLevel.Error, "Commit 7 is damaged.");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("missing")]
    [InlineData("end")]
    public async Task Commits_that_cannot_be_replayed_are_damage_too(string damage)
    {
        var inner = new InMemoryJournal();
        await using (var system = await TestSystem.StartAsync())
        {
            var host = await JobHost.StartAsync(system, journal: inner, isConsumed: false);
            await host.EnqueueAsync();
            await host.EnqueueAsync();
            await host.EnqueueAsync();
        }

        await using (var system = await TestSystem.StartAsync())
        {
            var journal = new SimulatedJournal(system.System, inner)
            {
                OnReadRow = row => (row.SequenceNumber, damage) switch
                {
                    (2, "garbage") => row with { Events = new byte[] { 0xff, 0xff, 0xff } },
                    (2, "missing") => null,
                    (3, "end") => null,
                    _ => row,
                },
            };
            var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
            var refused = await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync());
            refused.InnerException.ShouldBeOfType<JournalCorruptException>().Row.ShouldBe(damage == "end" ? 3 : 2);
            await host.EnqueueAsync(configure: o => o.Queue("second"));
        }
    }

    [Fact]
    public async Task A_journal_of_a_newer_format_is_left_alone_and_named()
    {
        var inner = new InMemoryJournal();
        await using var system = await TestSystem.StartAsync();
        var opening = await inner.OpenAsync("queue/default", Guid.NewGuid(), 1, default);
        await inner.AppendAsync(
            [new Commit { PersistenceId = "queue/default", Term = opening.Term, Writer = Guid.NewGuid(), SequenceNumber = 1, FormatVersion = 99, Events = default }],
            default);
        var host = await JobHost.StartAsync(system, journal: inner, isConsumed: false);
        var refused = await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync());
        refused.InnerException.ShouldBeOfType<JournalFormatException>().FoundFormat.ShouldBe(99);
    }

    [Theory, OnEachDispatcher]
    public async Task A_store_that_cannot_be_opened_is_tried_again_until_it_can(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var tries = 0;
        var journal = new SimulatedJournal(system.System)
        {
            OnOpen = id => id == "queue/default" && ++tries <= 6 ? (tries % 2 == 0 ? new JournalUnavailableException("locked") : new IOException("broken")) : null,
        };
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        (await Should.ThrowAsync<QueueUnavailableException>(() => host.EnqueueAsync())).Message.ShouldContain("broken");
        await system.AdvanceAsync(TimeSpan.FromSeconds(60));
        await host.StartConsumingAsync();
        await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task Arguments_that_cannot_be_read_for_a_while_delay_their_jobs_and_lose_none(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System) { OnRead = static () => new JournalUnavailableException("away") };
        var host = await JobHost.StartAsync(system, o => o.CacheBytes = 0, journal);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 50).Select(n => new Work($"{n:00}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        host.Script.Attempts.ShouldBeEmpty();
        await system.Log.ExpectAsync(3202);
        journal.OnRead = static () => null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        host.Script.Begun.ShouldBe(50);
    }

    /// <summary>What a careful caller does: the same id again after an outcome that is not known.</summary>
    private static async Task<JobId> EnqueueUntilTakenAsync(JobHost host, string queue)
    {
        var id = JobId.Create(host.System.Time, host.System.System.Random);
        while (true)
        {
            try
            {
                return await host.EnqueueAsync("x", o => o.Id(id).Queue(queue));
            }
            catch (QueueUnavailableException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), host.System.Time);
            }
        }
    }
}
