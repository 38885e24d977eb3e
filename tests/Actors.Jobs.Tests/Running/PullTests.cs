using Actors.Jobs.Tests.Processes;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Running;

/// <summary>Code that takes jobs itself.</summary>
public sealed class PullTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, OnEachDispatcher]
    public async Task Jobs_are_taken_in_their_order_and_end_as_the_code_says(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Retry.MaxAttempts, o.Retry.Backoff.Min, o.Retry.Backoff.Max) = (2, TimeSpan.FromHours(1), TimeSpan.FromHours(1)), isConsumed: false, handlers: []);
        await using var consumer = host.Jobs.OpenConsumer("default");
        (await TakeAsync(system, consumer, Second)).ShouldBeNull("There is none.");
        var done = await host.EnqueueAsync("one", o => o.Key("k").Tag("t"));
        var failing = await host.EnqueueAsync("two");
        var first = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        (first.Id, first.Type, first.Attempt, first.Key, first.Read<Work>().Text).ShouldBe((done, "work", 1, "k", "one"));
        first.Tags.ShouldBe(["t"]);
        (await host.StateAsync(done), await host.StateAsync(failing)).ShouldBe((JobState.Running, JobState.Waiting), "What nobody waits for is not granted.");
        first.Progress(0.5, "half");
        await EndAsync(system, first.CompleteAsync(12));
        (await host.Jobs.GetAsync(done)).ShouldSatisfyAllConditions(
            job => job.State.ShouldBe(JobState.Succeeded), job => job.Result.ShouldBe("12"), job => job.Attempts.ShouldBe(1));
        (await host.Jobs.GetProgressAsync(done)).ShouldNotBeNull().Text.ShouldBe("half");

        var second = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        await EndAsync(system, second.SnoozeAsync(TimeSpan.FromHours(1)));
        (await host.Jobs.GetAsync(failing)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Scheduled), job => job.Attempts.ShouldBe(0));
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        second = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        await EndAsync(system, second.ReleaseAsync());
        second = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        (second.Id, second.Attempt).ShouldBe((failing, 1), "What is given back counts for nothing.");
        await EndAsync(system, second.FailAsync("no paper"));
        (await host.Jobs.GetAsync(failing)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Retrying), job => job.Error.ShouldBe("no paper"));
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        second = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        second.Attempt.ShouldBe(2);
        await EndAsync(system, second.FailAsync("still no paper"));
        (await host.Jobs.GetAsync(failing)).ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Failed), job => job.Error.ShouldBe("still no paper"));
    }

    [Theory, OnEachDispatcher]
    public async Task Several_are_taken_at_once_and_limits_priorities_and_pauses_hold(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Limits.ConcurrencyPerKey = 2, isConsumed: false);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5).Select(n => new Work($"{n}"))], o => o.Key("a"));
        var urgent = await host.EnqueueAsync("urgent", o => o.Priority(JobPriority.Highest));
        await using var consumer = host.Jobs.OpenConsumer("default");
        var taken = await TakeManyAsync(system, consumer, 10);
        taken.Select(job => job.Id).ShouldBe([urgent, ids[0], ids[1]], ignoreOrder: true);
        (await host.Jobs.WhyAsync(ids[2])).Kind.ShouldBe(JobReasonKind.KeyConcurrencyLimit);
        await host.Jobs.PauseAsync("default", "not now");
        await EndAsync(system, Task.WhenAll(taken.Select(job => job.CompleteAsync())));
        (await TakeManyAsync(system, consumer, 10, Second)).ShouldBeEmpty();
        await host.Jobs.ResumeAsync("default");
        (await TakeManyAsync(system, consumer, 1)).ShouldHaveSingleItem().Id.ShouldBe(ids[2]);
        (await host.QueueAsync()).Running.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_taken_and_not_ended_comes_back_as_an_interrupted_attempt_when_the_consumer_is_disposed_of(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var consumer = host.Jobs.OpenConsumer("default");
        var id = await host.EnqueueAsync();
        var job = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        await EndAsync(system, consumer.DisposeAsync().AsTask());
        (await host.Jobs.GetAsync(id)).ShouldSatisfyAllConditions(
            status => status.State.ShouldBe(JobState.Waiting),
            status => status.Attempts.ShouldBe(0),
            status => status.LastInterruption.ShouldNotBeNull().Cause.ShouldBe(JobInterruptionCause.ConsumerStopped));
        (await Expect.ThrowsAsync<JobRefusedException>(job.CompleteAsync)).Message.ShouldContain("It is not in the hands of this consumer any more");
        await Expect.ThrowsAsync<ObjectDisposedException>(() => consumer.TakeAsync(Second));

        // Handlers may follow, and a consumer after them.
        await host.StartConsumingAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        Should.Throw<InvalidOperationException>(() => host.Jobs.OpenConsumer("default")).Message.ShouldContain("Handlers run the jobs of queue 'default'");
        await host.BeginStopAsync();
        await system.WhenAsync(host.Stopped);
        await using var again = host.Jobs.OpenConsumer("default");
        Should.Throw<InvalidOperationException>(() => host.Jobs.OpenConsumer("default")).Message.ShouldContain("is open in this process");
        await Expect.ThrowsAsync<InvalidOperationException>(() => host.Jobs.ConsumeAsync("default", () => { }, default));
        var next = await host.EnqueueAsync();
        (await TakeAsync(system, again)).ShouldNotBeNull().Id.ShouldBe(next);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_whose_timeout_is_over_or_that_is_cancelled_is_lost_and_more_time_can_be_had(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Timeout = TimeSpan.FromSeconds(10), isConsumed: false);
        await using var consumer = host.Jobs.OpenConsumer("default");
        var id = await host.EnqueueAsync();
        var job = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        await system.AdvanceAsync(TimeSpan.FromSeconds(8));
        job.Extend(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        await system.AdvanceAsync(TimeSpan.FromSeconds(8));
        job.Lost.IsCancellationRequested.ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromSeconds(3));
        job.Lost.IsCancellationRequested.ShouldBeTrue();
        (await host.Jobs.GetAsync(id)).ShouldSatisfyAllConditions(
            status => status.Attempts.ShouldBe(1), status => status.Error.ShouldNotBeNull().ShouldContain("longer than its timeout of 10 s"));
        await Expect.ThrowsAsync<JobRefusedException>(job.CompleteAsync);
        Should.Throw<JobRefusedException>(() => job.Extend(Second));

        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        job = (await TakeAsync(system, consumer)).ShouldNotBeNull();
        await host.Jobs.CancelAsync(id, "enough");
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        job.Lost.IsCancellationRequested.ShouldBeTrue();
        (await host.StateAsync(id)).ShouldBe(JobState.Cancelled);
    }

    [Theory, OnEachDispatcher]
    public async Task Who_waits_no_more_gets_nothing_and_loses_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        await using var consumer = host.Jobs.OpenConsumer("default");
        using var stop = new CancellationTokenSource();
        var waiting = consumer.TakeManyAsync(3, Timeout.InfiniteTimeSpan, stop.Token);
        await system.AdvanceAsync(Second);
        await stop.CancelAsync();
        await Expect.ThrowsAsync<OperationCanceledException>(() => system.WhenAsync(waiting));
        var ids = await host.Jobs.EnqueueManyAsync([new Work("1"), new Work("2")]);
        await system.AdvanceAsync(Second);
        (await host.QueueAsync()).Waiting.ShouldBe(2);
        (await TakeManyAsync(system, consumer, 3)).Select(job => job.Id).ShouldBe(ids, ignoreOrder: true);
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.TakeAsync(TimeSpan.Zero));
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.TakeManyAsync(0, Second));
        Should.Throw<UnknownQueueException>(() => host.Jobs.OpenConsumer("none"));
    }

    [Theory, OnEachDispatcher]
    public async Task A_wait_that_no_timer_can_wait_is_refused_and_no_job_is_granted_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        await using var consumer = host.Jobs.OpenConsumer("default");
        await system.DrainAsync();
        (await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.TakeAsync(TimeSpan.MaxValue))).Message.ShouldContain("Use Timeout.InfiniteTimeSpan to wait for ever.");
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(Second);
        (await host.StateAsync(id)).ShouldBe(JobState.Waiting);
        var taking = consumer.TakeAsync(TimeSpan.FromDays(49));
        await system.WhenAsync(taking, Second);
        (await taking).ShouldNotBeNull().Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_job_that_was_taken_when_the_process_died_is_taken_again_as_an_interrupted_attempt()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            await using var system = await TestSystem.StartAsync(seed, actors => actors
                .AddQueue("default", q => q.EnqueueOnly().AddHandler<WorkHandler>())
                .Services.AddSingleton(new Script(TimeProvider.System)));
            var ids = await system.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 3).Select(i => new Work($"{i}"))]);
            var consumer = system.Jobs.OpenConsumer("default");
            var taken = await TakeManyAsync(system, consumer, 2);
            taken.Select(job => job.Id).ShouldBe([ids[0], ids[1]], ignoreOrder: true);
            await system.CrashAsync();

            var next = system.Jobs.OpenConsumer("default");
            var again = new List<JobId>();
            while (again.Count < 3)
            {
                var job = (await TakeAsync(system, next)).ShouldNotBeNull($"seed {seed}");
                again.Add(job.Id);
                if (taken.Any(before => before.Id == job.Id))
                {
                    (await system.Jobs.GetAsync(job.Id)).LastInterruption.ShouldNotBeNull($"seed {seed}").Cause.ShouldBe(JobInterruptionCause.ProcessDied);
                }

                job.Attempt.ShouldBe(1);
                await EndAsync(system, job.CompleteAsync());
            }

            again.ShouldBe(ids, ignoreOrder: true, $"seed {seed}");
            await EndAsync(system, next.DisposeAsync().AsTask());
        }
    }

    private static async Task<PulledJob?> TakeAsync(TestSystem system, JobConsumer consumer, TimeSpan? wait = null) =>
        (await TakeManyAsync(system, consumer, 1, wait)).SingleOrDefault();

    private static async Task<IReadOnlyList<PulledJob>> TakeManyAsync(TestSystem system, JobConsumer consumer, int most, TimeSpan? wait = null)
    {
        var taking = consumer.TakeManyAsync(most, wait ?? TimeSpan.FromHours(2));
        if (wait is null && most == 1)
        {
            // It is there already: no time passes.
            await system.DrainAsync();
            return await taking.WaitAsync(TimeSpan.FromSeconds(60));
        }

        await system.WhenAsync(taking, TimeSpan.FromHours(1));
        return await taking;
    }

    /// <summary>What awaits the queue is outside the dispatcher, and needs no time.</summary>
    private static async Task EndAsync(TestSystem system, Task task)
    {
        await system.DrainAsync();
        await task.WaitAsync(TimeSpan.FromSeconds(60));
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(5));
    }
}
