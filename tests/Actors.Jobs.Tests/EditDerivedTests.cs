using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>What a class makes of the arguments of a job follows when they are edited.</summary>
public sealed class EditDerivedTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task Key_indexed_values_and_uniqueness_are_those_of_the_new_arguments_also_after_a_restart(TestDispatcher dispatcher, int seed)
    {
        JobId first, second;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await StartAsync(system);
            await host.Jobs.PauseAsync("default");
            first = await host.Jobs.EnqueueAsync(new Visit("acme", "Rome"));
            second = await host.Jobs.EnqueueAsync(new Visit("acme", "Oslo"));
            var edited = await host.Jobs.EditAsync(first, new Visit("other", "Bern"));
            (edited.Id, edited.Key).ShouldBe((first, "other"));
            await CheckAsync(host);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await StartAsync(system);
            await CheckAsync(host);
            await host.Jobs.ResumeAsync("default");
            await host.ReachAsync(first, JobState.Succeeded);
            (await host.ReachAsync(second, JobState.Succeeded)).Key.ShouldBe("acme");
            (await host.Jobs.GetAsync(first)).Key.ShouldBe("other");
            (await host.Jobs.SearchAsync(new JobFilter { Key = "other" }.Arg("town", "Bern"))).Jobs.ShouldHaveSingleItem().Id.ShouldBe(first);
        }

        async Task CheckAsync(JobHost host)
        {
            (await host.Jobs.SearchAsync(new JobFilter { Key = "other" })).Jobs.ShouldHaveSingleItem().Id.ShouldBe(first);
            (await host.Jobs.SearchAsync(new JobFilter { Key = "acme" })).Jobs.ShouldHaveSingleItem().Id.ShouldBe(second);
            (await host.Jobs.SearchAsync(new JobFilter().Arg("town", "Rome"))).Jobs.ShouldBeEmpty();
            (await host.Jobs.SearchAsync(new JobFilter().Arg("town", "Bern"))).Jobs.ShouldHaveSingleItem().Id.ShouldBe(first);
            (await host.Jobs.EnqueueAsync(new Visit("third", "Bern"))).ShouldBe(first, "It is the only one of its new kind.");
            var freed = await host.Jobs.EnqueueAsync(new Visit("third", "Rome"));
            freed.ShouldNotBe(first, "Its old kind is free.");
            await host.Jobs.DeleteAsync(freed);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task An_edit_to_the_kind_of_another_job_is_refused_and_nothing_is_changed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system);
        await host.Jobs.PauseAsync("default");
        var rome = await host.Jobs.EnqueueAsync(new Visit("acme", "Rome"));
        var oslo = await host.Jobs.EnqueueAsync(new Visit("acme", "Oslo"));
        var refused = await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.EditAsync(oslo, new Visit("other", "Rome")));
        refused.Message.ShouldContain($"With these arguments it would be of the same kind as job {rome}, and is to be the only one. Edit that, or cancel it first.");
        (await host.Jobs.GetAsync(oslo)).Key.ShouldBe("acme");
        (await host.Jobs.EnqueueAsync(new Visit("x", "Oslo"))).ShouldBe(oslo);
        (await host.Jobs.EnqueueAsync(new Visit("x", "Rome"))).ShouldBe(rome);
        (await host.Jobs.EditAsync(oslo, new Visit("other", "Oslo"))).Key.ShouldBe("other", "It stays of its kind.");
        await host.Jobs.CancelAsync(rome);
        (await host.Jobs.EditAsync(oslo, new Visit("other", "Rome"))).Id.ShouldBe(oslo);
        await host.Jobs.ResumeAsync("default");
        await host.ReachAsync(oslo, JobState.Succeeded);
        host.Script.Attempts.Select(attempt => attempt.Text).ShouldBe(["other Rome"]);
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_of_a_key_are_counted_by_the_one_that_they_have_now(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => o.Limits.ConcurrencyPerKey = 1);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.PauseAsync("default");
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4).Select(n => new Visit("same", $"{n}"))]);
        var chosen = await host.EnqueueAsync("chosen", o => o.Key("same"));
        (await host.Jobs.EditAsync(chosen, new Work("edited"))).Key.ShouldBe("same", "Its class has no key.");
        for (var i = 0; i < ids.Count; i++)
        {
            await host.Jobs.EditAsync(ids[i], new Visit($"{i}", $"{i}"));
        }

        await host.Jobs.ResumeAsync("default");
        await system.AdvanceAsync(TimeSpan.FromSeconds(2.5));
        host.Script.MostAtOnce.ShouldBe(4);
        host.Script.Begun.ShouldBe(5);
    }

    private Task<JobHost> StartAsync(TestSystem system, Action<QueueOptions>? configure = null) =>
        JobHost.StartAsync(system, configure, _journal, _history, handlers: [typeof(VisitHandler), typeof(WorkHandler)]);
}

[Job("visit", Key = nameof(Tenant)), Unique(nameof(Town))]
internal sealed record Visit(string Tenant, [property: Index] string Town);

internal sealed class VisitHandler(Script script) : IJobHandler<Visit>
{
    public Task HandleAsync(Visit job, JobContext context, CancellationToken cancellationToken) => script.Run($"{job.Tenant} {job.Town}", context, cancellationToken);
}
