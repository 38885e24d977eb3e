using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class TimeoutTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_takes_too_long_is_cancelled_and_has_failed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Timeout, o.Retry.MaxAttempts) = (5 * Second, 2));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(4.9 * Second);
        (await host.StateAsync(id)).ShouldBe(JobState.Running);
        await system.AdvanceAsync(0.2 * Second);
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts, status.Error).ShouldBe((JobState.Retrying, 1, "The attempt took longer than its timeout of 5 s."));
        await system.AdvanceAsync(10 * Second);
        (await host.StateAsync(id)).ShouldBe(JobState.Failed);
        host.Script.Begun.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_ends_in_time_leaves_nothing_behind(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Timeout = 5 * Second);
        var tokens = new List<CancellationToken>();
        host.Script.Body = async (_, cancellationToken) =>
        {
            lock (tokens)
            {
                tokens.Add(cancellationToken);
            }

            await Task.Delay(4 * Second, system.Time, cancellationToken);
        };
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 8).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(20 * Second);
        (await host.QueueAsync()).Succeeded.ShouldBe(8);
        tokens.ShouldAllBe(token => !token.IsCancellationRequested);
    }

    [Theory, OnEachDispatcher]
    public async Task The_handler_goes_before_the_attribute_and_that_before_the_queue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var jobs = await PolicyTests.StartAsync(system, q => q
            .Timeout(10 * Second)
            .AddHandler<PlainHandler>()
            .AddHandler<QuickHandler>()
            .AddHandler<OverruledHandler>(h => h.Timeout = 2 * Second)
            .AddHandler<EndlessHandler>());
        var ids = new Dictionary<JobId, double>
        {
            [await jobs.EnqueueAsync(new Plain())] = 10,
            [await jobs.EnqueueAsync(new Quick())] = 0.5,
            [await jobs.EnqueueAsync(new Overruled())] = 2,
            [await jobs.EnqueueAsync(new Endless())] = 3600,
        };
        await system.DrainAsync();
        foreach (var (id, seconds) in ids)
        {
            var left = TimeSpan.FromSeconds(seconds) - system.Time.Elapsed - TimeSpan.FromMilliseconds(1);
            await system.AdvanceAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        foreach (var (id, seconds) in ids)
        {
            var status = await jobs.GetAsync(id);
            status.Error.ShouldBe(seconds == 3600 ? null : FormattableString.Invariant($"The attempt took longer than its timeout of {seconds} s."));
        }
    }

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_does_not_look_at_its_token_is_reported_and_keeps_its_worker(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.Timeout) = (1, 0, 5 * Second));
        var gate = new TaskCompletionSource();
        host.Script.Body = (_, _) => host.Script.Begun == 1 ? gate.Task : Task.CompletedTask;
        var deaf = await host.EnqueueAsync("deaf");
        await host.EnqueueAsync("behind");
        await system.AdvanceAsync(6 * Second);
        (await host.QueueAsync()).Overdue.ShouldBe(0);
        await system.AdvanceAsync(2 * Second);
        (await host.QueueAsync()).Overdue.ShouldBe(1);
        await system.Log.ExpectAsync(3108);
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await host.StateAsync(deaf)).ShouldBe(JobState.Running);
        host.Script.Begun.ShouldBe(1);

        // Late, but done: it need not be done again.
        gate.SetResult();
        (await host.ReachAsync(deaf, JobState.Succeeded)).Attempts.ShouldBe(1);
        await system.AdvanceAsync(Second);
        var queue = await host.QueueAsync();
        (queue.Overdue, queue.Succeeded).ShouldBe((0, 2));
    }

    [Theory, OnEachDispatcher]
    public async Task What_an_attempt_throws_after_its_timeout_is_told_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Timeout, o.Retry.MaxAttempts) = (Second, 1));
        host.Script.Body = async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new InvalidOperationException("The connection is broken.");
            }
        };
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(2 * Second);
        var error = (await host.Jobs.GetAsync(id)).Error.ShouldNotBeNull();
        error.ShouldStartWith("The attempt took longer than its timeout of 1 s.");
        error.ShouldContain("The connection is broken.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_timeout_can_be_named_as_not_to_be_retried(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o =>
        {
            o.Timeout = Second;
            o.Retry.NonRetryable.Add(typeof(TimeoutException));
        });
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        var id = await host.EnqueueAsync();
        await system.AdvanceAsync(2 * Second);
        (await host.Jobs.GetAsync(id)).State.ShouldBe(JobState.Failed);
    }

    [Theory, OnEachDispatcher]
    public async Task A_cancelled_job_that_does_not_look_at_its_token_is_reported_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var gate = new TaskCompletionSource();
        host.Script.Body = (_, _) => gate.Task;
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await host.Jobs.CancelAsync(id);
        await system.AdvanceAsync(3 * Second);
        (await host.QueueAsync()).Overdue.ShouldBe(1);
        gate.SetResult();
        await host.ReachAsync(id, JobState.Cancelled);
        (await host.QueueAsync()).Overdue.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_a_stop_has_cut_short_has_not_timed_out(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Timeout, o.StopTimeout) = (5 * Second, 4 * Second));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await host.BeginStopAsync();
        await system.AdvanceAsync(10 * Second);
        await host.Stopped;
        var status = await host.Jobs.GetAsync(id);
        (status.State, status.Attempts, status.Error).ShouldBe((JobState.Waiting, 0, null));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(50L * 24 * 3600 * 1000)]
    public void A_timeout_that_makes_no_sense_is_refused(long milliseconds)
    {
        var timeout = TimeSpan.FromMilliseconds(milliseconds);
        Should.Throw<ArgumentException>(() => new QueueOptions { Timeout = timeout }.Validate()).Message.ShouldContain("Timeout");
        Should.Throw<ArgumentException>(() => new HandlerOptions { Timeout = timeout }.Validate()).Message.ShouldContain("Timeout");
    }

    [Job("plain")]
    internal sealed record Plain;

    [Job("quick", Timeout = "500 ms")]
    internal sealed record Quick;

    [Job("overruled", Timeout = "1 h")]
    internal sealed record Overruled;

    [Job("endless", Timeout = "infinite")]
    internal sealed record Endless;

    internal sealed class PlainHandler(Script script) : IJobHandler<Plain>
    {
        public Task HandleAsync(Plain job, JobContext context, CancellationToken cancellationToken) => script.WaitAsync(cancellationToken);
    }

    internal sealed class QuickHandler(Script script) : IJobHandler<Quick>
    {
        public Task HandleAsync(Quick job, JobContext context, CancellationToken cancellationToken) => script.WaitAsync(cancellationToken);
    }

    internal sealed class OverruledHandler(Script script) : IJobHandler<Overruled>
    {
        public Task HandleAsync(Overruled job, JobContext context, CancellationToken cancellationToken) => script.WaitAsync(cancellationToken);
    }

    internal sealed class EndlessHandler(Script script) : IJobHandler<Endless>
    {
        public Task HandleAsync(Endless job, JobContext context, CancellationToken cancellationToken) => script.WaitAsync(cancellationToken);
    }
}
