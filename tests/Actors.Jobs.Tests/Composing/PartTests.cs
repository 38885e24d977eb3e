using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Composing;

public sealed class PartTests
{
    [Theory, OnEachDispatcher]
    public async Task A_job_begins_when_a_part_of_another_is_done_also_in_another_queue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        await host.StartConsumingAsync("second");
        host.Script.Body = async (context, cancellationToken) =>
        {
            if (context.Id == host.Bad)
            {
                await Task.Delay(TimeSpan.FromMinutes(1), system.Time, cancellationToken);
                await context.CompletePartAsync("uploaded", cancellationToken);
                await context.CompletePartAsync("uploaded", cancellationToken);
                await Task.Delay(TimeSpan.FromMinutes(1), system.Time, cancellationToken);
            }
        };
        var parent = host.Bad = JobId.Create(system.Time, new Random(seed));
        await host.EnqueueAsync("parent", o => o.Id(parent));
        var child = await host.EnqueueAsync("child", o => o.After(parent, part: "uploaded"));
        var other = await host.Jobs.EnqueueAsync(new Second("other"), o => o.After(parent, part: "uploaded"));
        var whole = await host.EnqueueAsync("whole", o => o.After(parent));
        var never = await host.EnqueueAsync("never", o => o.After(parent, part: "misspelt"));
        (await host.Jobs.WhyAsync(child)).Text.ShouldBe($"It waits for part 'uploaded' of job {parent}, which is Running.");
        await system.AdvanceAsync(TimeSpan.FromSeconds(59));
        (await host.StateAsync(child)).ShouldBe(JobState.Awaiting);
        await host.ReachAsync(child, JobState.Succeeded);
        await host.ReachAsync(other, JobState.Succeeded);
        (await host.Jobs.GetAsync(parent)).Parts.ShouldBe(["uploaded"]);
        (await host.StateAsync(whole)).ShouldBe(JobState.Awaiting);
        var late = await host.EnqueueAsync("late", o => o.After(parent, part: "uploaded"));
        await host.ReachAsync(late, JobState.Succeeded);
        (await host.StateAsync(parent)).ShouldBe(JobState.Running);
        await host.ReachAsync(whole, JobState.Succeeded, TimeSpan.FromMinutes(2));
        await host.ReachAsync(never, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_part_stays_done_when_the_attempt_fails_and_a_job_that_fails_without_it_cancels_who_waits(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 2);
        host.Bad = JobId.Create(system.Time, new Random(seed));
        host.Script.Body = async (context, cancellationToken) =>
        {
            if (context.Id == host.Bad)
            {
                await context.CompletePartAsync("first", cancellationToken);
                throw new InvalidOperationException("planned");
            }
        };
        var parent = await host.EnqueueAsync("parent", o => o.Id(host.Bad).Delay(TimeSpan.FromSeconds(1)));
        var first = await host.EnqueueAsync("first", o => o.After(parent, part: "first"));
        var second = await host.EnqueueAsync("second", o => o.After(parent, part: "second"));
        var always = await host.EnqueueAsync("always", o => o.After(parent, "second", AfterCondition.Finished));
        await host.ReachAsync(first, JobState.Succeeded);
        (await host.Jobs.GetAsync(parent)).State.ShouldBe(JobState.Retrying);
        (await host.Jobs.GetAsync(parent)).Parts.ShouldBe(["first"]);
        (await host.ReachAsync(second, JobState.Cancelled, TimeSpan.FromMinutes(2))).Error.ShouldBe($"Job {parent}, which it waits for, has failed without completing its part 'second'.");
        await host.ReachAsync(always, JobState.Succeeded);
        host.Script.Attempts.Count(attempt => attempt.Text == "first").ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_part_survives_a_restart_and_writing_forward(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        JobId parent, child;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => (o.TrimBytes, o.ForwardBytes, o.HistoryBatch) = (200, 0, 3), journal, history);
            var isDone = false;
            host.Bad = JobId.Create(system.Time, new Random(seed));
            host.Script.Body = async (context, cancellationToken) =>
            {
                if (context.Id == host.Bad && !isDone)
                {
                    await context.CompletePartAsync("done", cancellationToken);
                    isDone = true;
                    throw new InvalidOperationException("planned");
                }
            };
            parent = await host.EnqueueAsync("parent", o => o.Id(host.Bad));
            await host.ReachAsync(parent, JobState.Retrying);
            await host.Jobs.PauseAsync("default");
            child = await host.EnqueueAsync("child", o => o.After(parent, part: "done"));
            (await host.StateAsync(child)).ShouldBe(JobState.Waiting);
            await host.Jobs.ResumeAsync("default");
            host.Script.Body = (context, _) => context.Id == host.Bad ? Task.FromResult(JobResult.Retry(TimeSpan.FromDays(1), "later")) : Task.CompletedTask;
            for (var i = 0; i < 130; i++)
            {
                await host.EnqueueAsync();
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false);
            (await host.Jobs.GetAsync(parent)).Parts.ShouldBe(["done"]);
            var late = await host.EnqueueAsync("late", o => o.After(parent, part: "done"));
            (await host.StateAsync(late)).ShouldBe(JobState.Waiting);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_no_part_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = async (context, cancellationToken) =>
        {
            for (var i = 0; i < 101; i++)
            {
                await context.CompletePartAsync($"part {i}", cancellationToken);
            }
        };
        var id = await host.EnqueueAsync();
        (await host.ReachAsync(id, JobState.Failed)).Error.ShouldNotBeNull().ShouldContain($"Job {id} has 100 parts already, which is all that are kept. Part 'part 100' is not noted as done.");
        (await Expect.ThrowsAsync<ArgumentException>(() => host.EnqueueAsync("x", o => o.After(id, new string('p', 101))))).Message.ShouldContain("has 101 characters, but at most 100 are possible.");
        await Expect.ThrowsAsync<ArgumentException>(() => host.EnqueueAsync("x", o => o.After(id, part: " ")));
    }

    [Fact]
    public async Task Many_thousands_that_wait_for_another_part_than_the_one_that_is_done_are_looked_at_once_each()
    {
        const int Waiting = 10_000;
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        await using (var system = await TestSystem.StartAsync(1))
        {
            var host = await JobHost.StartAsync(system, o => o.Workers = 1, journal, history);
            host.Script.Body = async (context, cancellationToken) =>
            {
                await context.CompletePartAsync("first", cancellationToken);
                await host.Script.WaitAsync(cancellationToken);
            };
            var parent = await host.EnqueueAsync("parent");
            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
            foreach (var part in Enumerable.Range(0, Waiting).Chunk(1_000))
            {
                await host.Jobs.EnqueueManyAsync([.. part.Select(_ => new Work("child"))], o => o.After(parent, "second"));
            }
        }

        await using (var system = await TestSystem.StartAsync(2))
        {
            var host = await JobHost.StartAsync(system, o => o.Workers = 1, journal, history, isConsumed: false);
            await system.AdvanceAsync(TimeSpan.FromSeconds(10));
            (await host.QueueAsync()).Awaiting.ShouldBe(Waiting);

            // Two thousand in a turn. Each beside each other would be twenty-five thousand turns.
            ((SimulationDispatcher)system.System.Dispatcher).Steps.ShouldBeLessThan(250);
        }
    }
}
