using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class TypesTests
{
    [Theory, OnEachDispatcher]
    public async Task A_job_without_a_handler_here_waits_and_blocks_nobody(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        JobId unknown;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.CacheBytes) = (1, 0, 2000), journal, history);
            unknown = await host.Jobs.EnqueueAsync(new Parcel("a"));
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 500).Select(n => new Parcel(new string('x', 100)))]);
            var known = await host.EnqueueAsync();
            await host.ReachAsync(known, JobState.Succeeded);
            var status = await host.Jobs.GetAsync(unknown);
            (status.State, status.Type).ShouldBe((JobState.Waiting, "parcel"));
            await system.Log.ExpectAsync(3104);

            // What waits for its handler takes no memory from the others either.
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 50).Select(n => new Work())]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            (await host.QueueAsync()).Succeeded.ShouldBe(51);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, handlers: [typeof(ParcelHandler)]);
            await host.ReachAsync(unknown, JobState.Succeeded);
            (await host.QueueAsync()).Succeeded.ShouldBeGreaterThan(51);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_cannot_be_decoded_is_parked_and_is_tried_again_by_the_next_process(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        JobId id;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false);
            id = await host.Jobs.EnqueueAsync(new Parcel("not a number"));
            await host.EnqueueAsync("behind it");
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(
                system, o => (o.Workers, o.Prefetch) = (1, 0), journal, history, handlers: [typeof(NumberedParcelHandler), typeof(WorkHandler)]);
            var parked = await host.ReachAsync(id, JobState.Parked);
            parked.Attempts.ShouldBe(0);
            parked.Error.ShouldNotBeNull().ShouldContain("JSON");
            await system.AdvanceAsync(TimeSpan.FromHours(1));
            host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe("behind it");
            (await host.QueueAsync()).Parked.ShouldBe(1);
            await system.Log.ExpectAsync(3103);
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, handlers: [typeof(ParcelHandler)]);
            (await host.ReachAsync(id, JobState.Succeeded)).Attempts.ShouldBe(1);
            (await host.QueueAsync()).Parked.ShouldBe(0);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task The_history_knows_the_version_of_the_arguments(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, handlers: [typeof(ParcelHandler)]);
        var id = await host.Jobs.EnqueueAsync(new Parcel("a"));
        await host.ReachAsync(id, JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.History.FindAsync(id, default)).ShouldNotBeNull().TypeVersion.ShouldBe(3);
    }

    [Job("parcel", Version = 3)]
    internal sealed record Parcel(string Text);

    internal sealed class ParcelHandler : IJobHandler<Parcel>
    {
        public Task HandleAsync(Parcel job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Job("parcel", Version = 3)]
    internal sealed record NumberedParcel(int Text);

    internal sealed class NumberedParcelHandler : IJobHandler<NumberedParcel>
    {
        public Task HandleAsync(NumberedParcel job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
