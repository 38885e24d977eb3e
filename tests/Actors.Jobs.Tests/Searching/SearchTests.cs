using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Searching;

/// <summary>What a search finds is what somebody would find who looked at each job.</summary>
public sealed class SearchTests
{
    [Theory, OnEachDispatcher]
    public async Task Random_filters_find_what_a_look_at_each_job_finds(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var world = await SearchWorld.StartAsync(system, seed);
        for (var round = 0; round < 15; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                await world.StepAsync();
            }

            await system.DrainAsync();
            for (var i = 0; i < 5; i++)
            {
                var filter = world.RandomFilter(isLasting: false);
                var expected = await world.ExpectedAsync(filter);
                (await world.SearchAsync(filter)).ShouldBe(expected, $"{filter} [seed {seed}]");
                (await world.Host.Jobs.CountAsync(filter)).ShouldBe(expected.Count, $"{filter} [seed {seed}]");
            }
        }
    }

    [Theory, OnEachDispatcher]
    public async Task While_jobs_move_on_between_the_pages_none_is_missed_and_none_comes_twice(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var world = await SearchWorld.StartAsync(system, seed);
        for (var round = 0; round < 15; round++)
        {
            await world.EnqueueSomeAsync();
            var filter = world.RandomFilter(isLasting: true);
            var expected = await world.ExpectedAsync(filter);
            var known = world.Facts.Select(fact => fact.Id).ToHashSet();
            var found = await world.SearchAsync(filter, world.StepAsync);
            found.ShouldBeUnique($"{filter} [seed {seed}]");

            // What comes meanwhile may be found: within the same millisecond it may be older by its id.
            found.Where(known.Contains).ShouldBe(expected, $"{filter} [seed {seed}]");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_search_goes_on_where_it_was_when_the_owner_has_recovered(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        List<JobId> expected;
        JobSearchPage first;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var world = await SearchWorld.StartAsync(system, seed, journal, history);
            for (var i = 0; i < 30; i++)
            {
                await world.StepAsync();
            }

            expected = await world.ExpectedAsync(new JobFilter());
            first = await world.Host.Jobs.SearchAsync(new JobFilter(), Math.Max(1, expected.Count / 2));
        }

        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var world = await SearchWorld.StartAsync(system, seed, journal, history);
            var second = first.Next is null ? null : await world.Host.Jobs.SearchAsync(new JobFilter(), 1_000, first.Next);
            first.Jobs.Concat(second?.Jobs ?? []).Select(job => job.Id).ShouldBe(expected, $"[seed {seed}]");
            second?.Next.ShouldBeNull();
        }
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_found_by_survives_the_owner(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        JobId id;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false, handlers: [typeof(OrderHandler)]);
            await host.Jobs.EnqueueAsync(new Order("other", 6, new Address("Paris", "rue Haute")));
            id = await host.Jobs.EnqueueAsync(new Order("x", 7, new Address("Bonn", "Gasse 1")), o => o.Key("k").Tag("t"));
        }

        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false, handlers: [typeof(OrderHandler)]);
            await FindsItAsync();
            await host.StartConsumingAsync();
            await host.ReachAsync(id, JobState.Succeeded);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            (await history.FindAsync(id, default)).ShouldNotBeNull();
            await FindsItAsync();

            async Task FindsItAsync()
            {
                JobFilter[] filters = [new() { Key = "k" }, new() { Tag = "t" }, new JobFilter().Arg("customer", "7"), new JobFilter().Arg("ADDRESS.city", "Bonn"), new JobFilter().Arg("address.street", "Gasse 1")];
                foreach (var filter in filters)
                {
                    (await host.Jobs.SearchAsync(filter)).Jobs.ShouldHaveSingleItem().Id.ShouldBe(id, $"{filter}");
                    (await host.Jobs.CountAsync(filter)).ShouldBe(1, $"{filter}");
                }
            }
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_was_edited_is_found_by_its_new_arguments(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false, handlers: [typeof(OrderHandler)]);
        var id = await host.Jobs.EnqueueAsync(new Order("x", 7, new Address("Bonn", "High Street")));
        await host.Jobs.EnqueueAsync(new Order("y", 9, new Address("Bonn", "High Street")));
        await host.Jobs.EditAsync(id, new Order("x", 8, new Address("Rome", "Mill Lane")));
        (await host.Jobs.SearchAsync(new JobFilter().Arg("customer", "8"))).Jobs.ShouldHaveSingleItem().Id.ShouldBe(id);
        (await host.Jobs.SearchAsync(new JobFilter().Arg("address.city", "Rome"))).Jobs.ShouldHaveSingleItem().Id.ShouldBe(id);
        (await host.Jobs.CountAsync(new JobFilter().Arg("customer", "7"))).ShouldBe(0);
        (await host.Jobs.CountAsync(new JobFilter().Arg("address.city", "Bonn"))).ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_has_finished_is_found_though_the_history_is_away(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var history = new FaultyHistory { Fault = new JournalUnavailableException("away") };
        var host = await JobHost.StartAsync(system, history: history);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.SearchAsync(new JobFilter { States = [JobState.Succeeded] })).Jobs.ShouldHaveSingleItem().Id.ShouldBe(id);
        (await host.Jobs.SearchAsync(new JobFilter { States = [JobState.Waiting, JobState.Running] })).Jobs.ShouldBeEmpty();
        await system.Log.ExpectAsync(3201);
    }

    [Theory, OnEachDispatcher]
    public async Task Errors_are_counted_by_what_they_have_in_common(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        var begun = 0;
        host.Script.Body = (context, _) => throw (Interlocked.Increment(ref begun) % 4 == 0 ? new TimeoutException("slow") : new InvalidOperationException($"no order {context.Id}"));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 12).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var errors = await host.Jobs.CountErrorsAsync(new JobFilter());
        errors.Select(error => error.Count).ShouldBe([9, 3]);
        errors[0].Error.ShouldContain("no order");
        var same = await host.Jobs.SearchAsync(new JobFilter { ErrorFingerprint = errors[1].Fingerprint.ToUpperInvariant() });
        same.Jobs.Count.ShouldBe(3);
        same.Jobs.ShouldAllBe(job => job.Error!.Contains("slow"));
        (await host.Jobs.CountErrorsAsync(new JobFilter { Type = "second" })).ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => host.Jobs.CountErrorsAsync(new JobFilter().Arg("text", "1"))).Message.ShouldContain("[Index]");
    }

    [Theory, OnEachDispatcher]
    public async Task Bad_questions_are_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await ThrowsAsync<ArgumentException>(() => host.Jobs.SearchAsync(new JobFilter { Key = "" }));
        await ThrowsAsync<ArgumentException>(() => host.Jobs.SearchAsync(new JobFilter(), cursor: "nonsense"));
        await ThrowsAsync<ArgumentOutOfRangeException>(() => host.Jobs.SearchAsync(new JobFilter(), 0));
        await ThrowsAsync<ArgumentOutOfRangeException>(() => host.Jobs.SearchAsync(new JobFilter(), 1_001));
        await ThrowsAsync<UnknownQueueException>(() => host.Jobs.SearchAsync(new JobFilter { Queue = "none" }));
        await ThrowsAsync<UnknownQueueException>(() => host.Jobs.CountAsync(new JobFilter { Queue = "none" }));
    }

    private static async Task ThrowsAsync<T>(Func<Task> action)
        where T : Exception
    {
        try
        {
            await action();
        }
        catch (T)
        {
            return;
        }

        throw new Xunit.Sdk.XunitException($"No {typeof(T).Name} was thrown.");
    }
}
