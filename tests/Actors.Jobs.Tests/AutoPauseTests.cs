using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>A queue pauses itself when too many attempts fail, and tries a few before it goes on.</summary>
public sealed class AutoPauseTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    /// <summary>Whether the server is there, in words.</summary>
    private volatile bool _isDown = true;

    [Theory, OnEachDispatcher]
    public async Task It_pauses_itself_and_says_how_many_failed_with_what_and_until_when(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));

        var queue = await host.QueueAsync();
        var pause = queue.Pause.ShouldNotBeNull();
        pause.IsAutomatic.ShouldBeTrue();
        pause.Until.ShouldBe(pause.Since + TimeSpan.FromMinutes(5));
        pause.Reason.ShouldNotBeNull().ShouldMatch(
            @"^\d+ of \d+ attempts within 1 m failed, and 50 % may not \(auto-pause\.failure-rate\)\. Of the last \d+, \d+ have the error [0-9a-f]{16}, for example job [0-9a-f-]{36}: System\.InvalidOperationException: The server is away\.");
        host.Script.Begun.ShouldBeInRange(20, 32, "Those that were under way end; nothing begins.");
        (queue.Running, queue.Failed).ShouldBe((0, host.Script.Begun));
        await system.AdvanceAsync(TimeSpan.FromMinutes(4));
        (await host.QueueAsync()).Failed.ShouldBe(queue.Failed);

        var waiting = await host.EnqueueAsync();
        var why = (await host.Jobs.WhyAsync(waiting)).ShouldNotBeNull();
        (why.Kind, why.Until, why.Because).ShouldBe((JobReasonKind.QueuePaused, pause.Until, pause.Reason));
        why.Text.ShouldStartWith("Its queue paused itself at ");
        why.Text.ShouldContain("attempts within 1 m failed");
    }

    [Theory, OnEachDispatcher]
    public async Task Fewer_than_the_minimum_or_less_than_the_rate_do_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => o.AutoPause.Minimum = 30);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 29).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromMinutes(3));
        (await host.QueueAsync()).Pause.ShouldBeNull("29 are fewer than 30.");

        _isDown = false;
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 21).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        _isDown = true;
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await host.QueueAsync()).Pause.ShouldBeNull("20 of 41 are less than half.");
        await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.QueueAsync()).Pause.ShouldNotBeNull("21 of 42 are half.").Reason.ShouldNotBeNull().ShouldStartWith("21 of 42 attempts ");
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_longer_ago_than_the_window_does_not_count(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system);
        for (var i = 0; i < 10; i++)
        {
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(n => new Work($"{n}"))]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(61));
        }

        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Failed.ShouldBe(100), queue => queue.Pause.ShouldBeNull());
    }

    [Theory, OnEachDispatcher]
    public async Task After_the_pause_a_few_decide_whether_it_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 200).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        var first = (await host.QueueAsync()).Pause.ShouldNotBeNull();
        for (var i = 0; i < 3; i++)
        {
            // The server is still away: three failures of five are enough, and no more than five begin.
            var begun = host.Script.Begun;
            await system.AdvanceAsync(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(10));
            (host.Script.Begun - begun).ShouldBeInRange(3, 5);
            var again = (await host.QueueAsync()).Pause.ShouldNotBeNull();
            again.Since.ShouldBeGreaterThan(first.Since);
            again.Reason.ShouldNotBeNull().ShouldMatch("^[345] of [345] attempts failed when it was tried after the last pause, and 50 % may not");
        }

        _isDown = false;
        await system.AdvanceAsync(TimeSpan.FromMinutes(6));
        var queue = await host.QueueAsync();
        (queue.Pause, queue.IsOnTrial, queue.Waiting).ShouldBe((null, false, 0));
        queue.Succeeded.ShouldBe(200 - queue.Failed);
    }

    [Theory, OnEachDispatcher]
    public async Task While_it_is_on_trial_no_more_begin_and_that_is_what_others_wait_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Workers, o.Prefetch, o.AutoPause.Trial) = (20, 0, 2));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var pause = (await host.QueueAsync()).Pause.ShouldNotBeNull();
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(30), system.Time, cancellationToken);
        await system.AdvanceAsync(pause.Until.ShouldNotBeNull() - system.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
        var queue = await host.QueueAsync();
        (queue.Pause, queue.IsOnTrial, queue.Running).ShouldBe((null, true, 2));
        var why = (await host.Jobs.WhyAsync(await host.EnqueueAsync())).ShouldNotBeNull();
        (why.Kind, why.Text).ShouldBe((JobReasonKind.Trial, "Its queue had paused itself and is being tried: 2 attempts go first, of which 0 have succeeded and 0 have failed."));
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        queue = await host.QueueAsync();
        (queue.IsOnTrial, queue.Running).ShouldBe((false, 20));
    }

    [Theory, OnEachDispatcher]
    public async Task A_trial_that_takes_longer_than_the_window_or_has_too_few_jobs_is_over_after_that(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => o.Prefetch = 0);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 24).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromMinutes(4));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromHours(1), system.Time, cancellationToken);
        await system.AdvanceAsync(TimeSpan.FromSeconds(80));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Pause.ShouldBeNull(), queue => queue.IsOnTrial.ShouldBeTrue());
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.QueueAsync()).IsOnTrial.ShouldBeFalse();
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_snooze_or_are_cancelled_give_their_place_in_the_trial_to_others(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => o.AutoPause.Trial = 3);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromMinutes(4));
        var (begun, seen) = (host.Script.Begun, 0);
        host.Script.Body = (context, cancellationToken) => (Interlocked.Increment(ref seen) % 3) switch
        {
            0 => Task.CompletedTask,
            1 => Task.FromResult(JobResult.Snooze(TimeSpan.FromHours(1))),
            _ => Task.FromResult(JobResult.Cancel),
        };
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));
        var queue = await host.QueueAsync();
        (queue.Pause, queue.IsOnTrial, queue.Waiting, queue.Running).ShouldBe((null, false, 0, 0));
        (queue.Succeeded, queue.Scheduled).ShouldBe(((long)seen / 3, (long)(seen + 2) / 3));
        begun.ShouldBeLessThan(host.Script.Begun);
    }

    [Theory, OnEachDispatcher]
    public async Task A_pause_without_an_end_waits_for_a_person_who_is_not_tried(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => o.AutoPause.PauseFor = Timeout.InfiniteTimeSpan);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromDays(3));
        (await host.QueueAsync()).Pause.ShouldNotBeNull().ShouldSatisfyAllConditions(pause => pause.Until.ShouldBeNull(), pause => pause.IsAutomatic.ShouldBeTrue());
        var begun = host.Script.Begun;
        (await host.Jobs.ResumeAsync("default")).ShouldSatisfyAllConditions(queue => queue.Pause.ShouldBeNull(), queue => queue.IsOnTrial.ShouldBeFalse());
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (host.Script.Begun - begun).ShouldBeInRange(20, 32, "What failed before counts no more; what fails now does.");
        (await host.QueueAsync()).Pause.ShouldNotBeNull();
    }

    [Theory, OnEachDispatcher]
    public async Task It_stays_paused_over_a_restart_and_is_tried_when_the_pause_is_over(TestDispatcher dispatcher, int seed)
    {
        QueuePause pause;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await StartAsync(system, o => o.TrimBytes = 200);
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
            await system.AdvanceAsync(TimeSpan.FromSeconds(20));
            pause = (await host.QueueAsync()).Pause.ShouldNotBeNull();
            for (var i = 0; i < 100; i++)
            {
                // The commit that said so is deleted meanwhile.
                await host.Jobs.CancelAsync(await host.EnqueueAsync());
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            var host = await StartAsync(system, o => o.TrimBytes = 200);
            (await host.QueueAsync()).Pause.ShouldBe(pause);
            await system.AdvanceAsync(pause.Until.ShouldNotBeNull() - system.Time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
            host.Script.Begun.ShouldBe(0);
            await system.AdvanceAsync(TimeSpan.FromSeconds(10));
            host.Script.Begun.ShouldBeInRange(3, 5);
            (await host.QueueAsync()).Pause.ShouldNotBeNull().Reason.ShouldNotBeNull().ShouldContain("when it was tried after the last pause");
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            await system.AdvanceAsync(TimeSpan.FromHours(1));
            _isDown = false;
            var host = await StartAsync(system);
            await system.AdvanceAsync(TimeSpan.FromSeconds(20));
            (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Pause.ShouldBeNull(), queue => queue.Waiting.ShouldBe(0));
        }
    }

    [Theory, OnEachDispatcher]
    public async Task It_does_not_take_the_place_of_a_pause_that_somebody_has_made(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => (o.Workers, o.Prefetch) = (40, 0));
        host.Script.Body = async (_, _) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5), system.Time, CancellationToken.None);
            throw new InvalidOperationException("The server is away.");
        };
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 40).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await host.Jobs.PauseAsync("default", "by hand");
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        (await host.QueueAsync()).Pause.ShouldNotBeNull().ShouldSatisfyAllConditions(pause => pause.Reason.ShouldBe("by hand"), pause => pause.IsAutomatic.ShouldBeFalse());
    }

    [Theory, OnEachDispatcher]
    public async Task It_is_off_unless_it_is_asked_for_and_can_be_switched_while_the_queue_runs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await StartAsync(system, o => o.AutoPause.FailureRate = null);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Pause.ShouldBeNull(), queue => queue.Failed.ShouldBe(100));

        var options = new QueueOptions { AutoPause = new AutoPauseOptions { FailureRate = 1 } };
        options.Retry.MaxAttempts = 1;
        host.Jobs.Reconfigure(new QueueDefinition("default", options, []));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 300).Select(i => new Work($"{i}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));
        (await host.QueueAsync()).Pause.ShouldNotBeNull();
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused()
    {
        foreach (var wrong in (AutoPauseOptions[])
        [
            new() { FailureRate = 0 }, new() { FailureRate = 1.01 }, new() { FailureRate = double.NaN }, new() { Window = TimeSpan.FromMilliseconds(999) }, new() { Window = TimeSpan.FromDays(2) },
            new() { Minimum = 0 }, new() { PauseFor = TimeSpan.Zero }, new() { PauseFor = TimeSpan.FromDays(366) }, new() { Trial = 0 }, new() { Trial = 1_001 },
        ])
        {
            Should.Throw<ArgumentOutOfRangeException>(wrong.Validate, $"{wrong}");
        }

        new AutoPauseOptions().Validate();
        new AutoPauseOptions { FailureRate = 1, Window = TimeSpan.FromDays(1), Minimum = 1, PauseFor = Timeout.InfiniteTimeSpan, Trial = 1 }.Validate();
    }

    private async Task<JobHost> StartAsync(TestSystem system, Action<QueueOptions>? configure = null)
    {
        var host = await JobHost.StartAsync(
            system,
            o =>
            {
                (o.Retry.MaxAttempts, o.AutoPause.FailureRate) = (1, 0.5);
                configure?.Invoke(o);
            },
            _journal,
            _history,
            isConsumed: false);
        host.Script.Body = (_, _) => _isDown ? throw new InvalidOperationException("The server is away.") : Task.CompletedTask;
        await host.StartConsumingAsync();
        return host;
    }
}
