using Actors.Jobs.Queues;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

public sealed class PriorityTests
{
    [Theory, OnEachDispatcher]
    public async Task Higher_priorities_start_first_and_lower_ones_get_their_share(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.CacheBytes) = (1, 0, 500), isConsumed: false);
        foreach (var priority in new[] { JobPriority.Lowest, JobPriority.Normal, JobPriority.Highest })
        {
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 200).Select(n => new Work($"{priority} {n:000}"))], o => o.Priority(priority));
        }

        await host.StartConsumingAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var texts = host.Script.Attempts.Select(a => a.Text).ToList();
        texts.Count.ShouldBe(600);
        foreach (var priority in texts.GroupBy(text => text.Split(' ')[0]))
        {
            priority.ShouldBeInOrder(); // Within a priority, first in is first out.
        }

        var begin = texts.Take(200).CountBy(text => text.Split(' ')[0]).ToDictionary();
        begin["Highest"].ShouldBeInRange(185, 190);
        begin["Normal"].ShouldBeInRange(10, 13);
        texts.Take(258).ShouldContain(text => text.StartsWith("Lowest", StringComparison.Ordinal));
    }

    [Theory, OnEachDispatcher]
    public async Task An_urgent_job_begins_next_though_many_others_were_granted_in_advance(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 50));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(n => new Work("usual"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2.5));
        await host.EnqueueAsync("urgent", o => o.Priority(JobPriority.Highest));
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));

        // Room for its grant is made by the job that ends next, whose worker may take another at the same moment.
        host.Script.Attempts.Select(a => a.Text).Skip(3).Take(2).ShouldContain("urgent");
    }

    [Theory, OnEachDispatcher]
    public async Task A_flood_of_urgent_jobs_starves_nobody(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 20));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(10), system.Time, cancellationToken);
        await FloodAsync(100);
        var id = await host.EnqueueAsync("lowest", o => o.Priority(JobPriority.Lowest));
        var before = host.Script.Begun;
        while (host.Script.Attempts.All(a => a.Id != id))
        {
            // Granted after as many others as the bound, and begun after as many again.
            (host.Script.Begun - before).ShouldBeLessThan((2 * PriorityTurns.Bound(0)) + 21);
            await FloodAsync(50);
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(300));
        }

        (host.Script.Begun - before).ShouldBeGreaterThan(200);

        Task FloodAsync(int jobs) =>
            host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, jobs).Select(n => new Work("urgent"))], o => o.Priority(JobPriority.Highest));
    }

    [Theory, OnEachDispatcher]
    public async Task A_priority_survives_the_process_a_retry_and_a_stop(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        var ids = new Dictionary<JobPriority, JobId>();
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history);
            host.Script.Body = static (_, _) => throw new InvalidOperationException();
            foreach (var priority in Enum.GetValues<JobPriority>())
            {
                ids[priority] = await host.EnqueueAsync($"{priority}", o => o.Priority(priority));
            }

            await system.DrainAsync();
            (await host.QueueAsync()).Retrying.ShouldBe(5);
            await host.BeginStopAsync();
            await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0), journal, history, isConsumed: false);
            foreach (var (priority, id) in ids)
            {
                (await host.Jobs.GetAsync(id)).Priority.ShouldBe(priority);
            }

            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            await host.StartConsumingAsync();
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            host.Script.Attempts.Select(a => a.Text).ShouldBe(["Highest", "High", "Normal", "Low", "Lowest"]);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_has_the_priority_of_its_type_unless_the_enqueue_says_otherwise(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var jobs = await JobSystem.StartAsync(system.System, new JobSystemOptions
        {
            Journal = new InMemoryJournal(),
            History = new InMemoryHistory(),
            Services = new ServiceCollection().BuildServiceProvider(),
            Queues = [new QueueDefinition("default", new QueueOptions(), [])],
        });
        (await jobs.GetAsync(await jobs.EnqueueAsync(new Alarm()))).Priority.ShouldBe(JobPriority.High);
        (await jobs.GetAsync(await jobs.EnqueueAsync(new Alarm(), o => o.Priority(JobPriority.Low)))).Priority.ShouldBe(JobPriority.Low);
        (await jobs.GetAsync(await jobs.EnqueueAsync(new Work()))).Priority.ShouldBe(JobPriority.Normal);
        Should.Throw<ArgumentOutOfRangeException>(() => new EnqueueOptions().Priority((JobPriority)7));
    }

    [Fact]
    public void The_journal_knows_priorities_by_small_numbers()
    {
        foreach (var priority in Enum.GetValues<JobPriority>())
        {
            StoredPriority.Of(priority).ShouldBeInRange(0, 4);
            StoredPriority.Read(StoredPriority.Of(priority)).ShouldBe(priority);
        }

        StoredPriority.Read(99).ShouldBe(JobPriority.Normal);
    }

    [Job("alarm", Priority = JobPriority.High)]
    internal sealed record Alarm;
}
