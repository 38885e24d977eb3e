using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.TimeTravel;

/// <summary>Queues in the TestKit: what was enqueued, draining by hand, running without a queue, days in milliseconds, crashes.</summary>
public sealed class TimeTravelTests
{
    private readonly Outbox _outbox = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory, OnEachDispatcher]
    public async Task What_was_enqueued_is_found_by_its_arguments_or_by_a_predicate(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed);
        var id = await system.Jobs.EnqueueAsync(new SendEmail("ann", "welcome"), o => o.Delay(TimeSpan.FromHours(1)).Priority(JobPriority.High));
        await system.Jobs.EnqueueManyAsync([new SendEmail("bob", "welcome"), new SendEmail("cleo", "welcome")]);
        var emails = system.Queue("emails");
        var found = emails.ShouldHaveEnqueued(new SendEmail("ann", "welcome"));
        (found.Id, found.Queue, found.Delay, found.Priority, found.EnqueuedAt).ShouldBe(
            (id, "emails", TimeSpan.FromHours(1), JobPriority.High, VirtualTime.DefaultStart));
        emails.ShouldHaveEnqueued<SendEmail>(job => job.To == "cleo").Job.Template.ShouldBe("welcome");
        emails.ShouldHaveEnqueued<SendEmail>().Job.To.ShouldBe("ann");
        emails.Enqueued<SendEmail>().Select(enqueued => enqueued.Job.To).ShouldBe(["ann", "bob", "cleo"]);
        emails.ShouldNotHaveEnqueued<EndTrial>();
        emails.ShouldNotHaveEnqueued<SendEmail>(job => job.To == "dan");
    }

    [Theory, OnEachDispatcher]
    public async Task Chains_and_batches_are_found_and_drained_like_other_jobs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed);
        await system.Jobs.EnqueueChainAsync([new SendEmail("ann", "first"), new SendEmail("ann", "second")], (o, i) => o.Delay(TimeSpan.FromHours(i)));
        var batch = await system.Jobs.EnqueueBatchAsync([new SendEmail("bob", "news"), new SendEmail("cleo", "news")], b => b.OnFinished(new SendEmail("boss", "report")));
        var emails = system.Queue("emails");
        emails.ShouldHaveEnqueued(new SendEmail("ann", "second")).Delay.ShouldBe(TimeSpan.FromHours(1));
        emails.ShouldHaveEnqueued(new SendEmail("cleo", "news")).Id.ShouldBe(batch.IdOf(1));
        emails.ShouldHaveEnqueued(new SendEmail("boss", "report"));
        await emails.DrainAsync();
        _outbox.Sent.ShouldBe(["first to ann", "news to bob", "news to cleo", "report to boss"], ignoreOrder: true);
        _outbox.Sent[^1].ShouldBe("report to boss");
        (await system.Jobs.GetBatchAsync(batch.Id))!.Succeeded.ShouldBe(2);
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        await emails.DrainAsync();
        _outbox.Sent[^1].ShouldBe("second to ann");
    }

    [Fact]
    public async Task A_failed_expectation_shows_the_nearest_job_and_the_others()
    {
        await using var system = await StartAsync();
        await system.Jobs.EnqueueAsync(new SendEmail("ann", "welcome"));
        var id = await system.Jobs.EnqueueAsync(new SendEmail("bob", "welcome"));
        var failure = Should.Throw<ExpectationException>(() => system.Queue("emails").ShouldHaveEnqueued(new SendEmail("bob", "goodbye")));
        failure.Message.ShouldContain("Expected queue 'emails' to have a SendEmail {\"to\":\"bob\",\"template\":\"goodbye\"}, but it has 2 others:");
        failure.Message.ShouldContain($"The nearest is job {id}:");
        failure.Message.ShouldContain("template: expected \"goodbye\", but was \"welcome\"");
        failure.Message.ShouldContain("[seed 1, simulation at step");
    }

    [Fact]
    public async Task A_failed_expectation_says_where_such_jobs_are_instead()
    {
        await using var system = await StartAsync();
        var (emails, trials) = (system.Queue("emails"), system.Queue("trials"));
        Should.Throw<ExpectationException>(() => emails.ShouldHaveEnqueued<SendEmail>()).Message.ShouldContain("nothing was enqueued in it");
        await system.Jobs.EnqueueAsync(new SendEmail("ann", "welcome"));
        Should.Throw<ExpectationException>(() => trials.ShouldHaveEnqueued<SendEmail>()).Message.ShouldContain("such jobs are in 'emails' only");
        Should.Throw<ExpectationException>(() => emails.ShouldHaveEnqueued<EndTrial>()).Message.ShouldContain("it has only 1 SendEmail");
        Should.Throw<ExpectationException>(() => emails.ShouldHaveEnqueued<SendEmail>(job => job.To == "bob")).Message
            .ShouldContain("a SendEmail where job => job.To == \"bob\"");
        Should.Throw<ExpectationException>(() => emails.ShouldNotHaveEnqueued<SendEmail>()).Message.ShouldContain("there is job");
        Should.Throw<UnknownQueueException>(() => system.Queue("letters"));
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_is_not_consumed_runs_when_it_is_drained(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed, isConsumed: false);
        await system.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 300).Select(i => new SendEmail($"{i}", "welcome"))]);
        await system.Jobs.EnqueueAsync(new SendEmail("later", "welcome"), o => o.Delay(TimeSpan.FromHours(1)));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        _outbox.Sent.ShouldBeEmpty();
        await system.Queue("emails").DrainAsync();
        _outbox.Sent.Count.ShouldBe(300);
        var status = await system.Queue("emails").GetStatusAsync();
        (status.IsConsumed, status.Waiting, status.Running, status.Scheduled, status.Succeeded).ShouldBe((false, 0L, 0L, 1L, 300L));
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        _outbox.Sent.Count.ShouldBe(300);
        await system.Queue("emails").DrainAsync();
        _outbox.Sent.Count.ShouldBe(301);
    }

    [Theory, OnEachDispatcher]
    public async Task Draining_waits_for_what_takes_time_and_gives_up_on_what_never_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed, isConsumed: false);
        var wait = TimeSpan.FromSeconds(20);
        _outbox.Before = () => Task.Delay(wait, system.Time);
        await system.Jobs.EnqueueAsync(new SendEmail("ann", "welcome"));
        await system.Queue("emails").DrainAsync();
        _outbox.Sent.Count.ShouldBe(1);
        wait = TimeSpan.FromMinutes(2);
        await system.Jobs.EnqueueAsync(new SendEmail("bob", "welcome"));
        (await Expect.ThrowsAsync<ExpectationException>(() => system.Queue("emails").DrainAsync(within: TimeSpan.FromSeconds(30)))).Message
            .ShouldContain("Expected queue 'emails' to run out of jobs within 30 s, but 0 wait and 1 run.");
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_runs_inline_without_its_queue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed, isConsumed: false);
        (await system.RunInlineAsync(new SendEmail("ann", "welcome"))).ShouldBe(JobResult.Success);
        _outbox.Sent.ShouldBe(["welcome to ann"]);
        _outbox.IsDown = true;
        (await Expect.ThrowsAsync<System.Net.Mail.SmtpException>(() => system.RunInlineAsync(new SendEmail("bob", "welcome")))).Message.ShouldContain("down");
        await system.RunInlineAsync(new EndTrial("cleo"));
        system.Queue("emails").ShouldHaveEnqueued(new SendEmail("cleo", "how-was-it")); // By the handler.
        system.Queue("trials").ShouldNotHaveEnqueued<EndTrial>();
    }

    [Theory, OnEachDispatcher]
    public async Task Three_days_of_retries_take_no_real_time(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed);
        _outbox.IsDown = true;
        var id = await system.Jobs.EnqueueAsync(new SendEmail("ann", "welcome"), o => o.Delay(TimeSpan.FromDays(2.8)));
        await system.AdvanceAsync(TimeSpan.FromDays(3));
        (await system.Jobs.GetAsync(id)).Attempts.ShouldBeInRange(13, 17);
        _outbox.IsDown = false;
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        (await system.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded);
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task A_crash_in_the_middle_of_a_job_runs_it_again_and_nothing_else(int seed)
    {
        await using var system = await StartAsync(seed: seed);
        var finallies = 0;
        var begun = 0;
        _outbox.Before = async () =>
        {
            begun++;
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(10), system.Time);
            }
            finally
            {
                finallies++;
            }
        };
        await system.Jobs.EnqueueAsync(new SendEmail("first", "welcome"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        _outbox.Sent.ShouldBe(["welcome to first"]);
        var id = await system.Jobs.EnqueueAsync(new SendEmail("second", "welcome"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        begun.ShouldBe(2);
        await system.CrashAsync();
        finallies.ShouldBe(1); // That of the second job died with the process.
        await system.AdvanceAsync(TimeSpan.FromSeconds(15));
        _outbox.Sent.ShouldBe(["welcome to first", "welcome to second"]);
        (begun, finallies).ShouldBe((3, 2));
        var job = await system.Jobs.GetAsync(id);
        (job.State, job.Attempts).ShouldBe((JobState.Succeeded, 1)); // The same attempt, run again.
        system.Queue("emails").Enqueued<SendEmail>().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Only_a_simulated_process_can_crash()
    {
        await using var system = await StartAsync(TestDispatcher.Threads);
        (await Expect.ThrowsAsync<InvalidOperationException>(() => system.CrashAsync())).Message.ShouldContain("TestDispatcher.Simulation");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_job_that_brings_its_process_down_is_quarantined(int seed)
    {
        await using var system = await StartAsync(seed: seed);
        var crashes = 0;
        Task crashed = Task.CompletedTask;
        _outbox.Before = () =>
        {
            crashes++;
            crashed = system.CrashAsync();
            return Task.Delay(Timeout.InfiniteTimeSpan, system.Time);
        };
        var id = await system.Jobs.EnqueueAsync(new SendEmail("ann", "welcome"));
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await crashed;
        (await system.Jobs.GetAsync(id)).State.ShouldBe(JobState.Quarantined);
        crashes.ShouldBe(4); // Once beside others, three times alone.
        _outbox.Before = static () => Task.CompletedTask;
        await system.Jobs.RetryAsync(id);
        await system.DrainAsync();
        _outbox.Sent.ShouldBe(["welcome to ann"]);
    }

    [Fact]
    public async Task While_a_process_is_down_there_are_no_queues_and_time_passes()
    {
        await using var system = await StartAsync();
        await system.Jobs.EnqueueAsync(new EndTrial("ann"), o => o.Delay(TimeSpan.FromHours(1)));
        var crashing = system.CrashAsync(down: TimeSpan.FromDays(1));
        Should.Throw<InvalidOperationException>(() => system.Jobs.EnqueueAsync(new EndTrial("bob"))).Message.ShouldContain("its process is down");
        await crashing;
        system.Time.Elapsed.ShouldBe(TimeSpan.FromDays(1));
        await system.DrainAsync();
        _outbox.Sent.ShouldBe(["how-was-it to ann"]);
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Crashes_at_any_moment_lose_no_job_and_finish_none_twice(int seed)
    {
        // By chance the process dies again and again while the same job runs.
        await using var system = await StartAsync(seed: seed, quarantineAfter: RestartOptions.Unlimited);
        var chance = new Random(seed);
        _outbox.Before = () => Task.Delay(TimeSpan.FromMilliseconds(chance.Next(3)), system.Time);
        var ids = new List<JobId>();
        for (var i = 0; i < 20; i++)
        {
            ids.AddRange(await system.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5).Select(n => new SendEmail($"{i}-{n}", "welcome"))]));
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(chance.Next(4)));
            if (chance.Next(3) == 0)
            {
                await system.CrashAsync();
            }
        }

        _outbox.Before = static () => Task.CompletedTask;
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        foreach (var id in ids)
        {
            (await system.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded);
        }

        (await system.Queue("emails").GetStatusAsync()).Succeeded.ShouldBe(ids.Count);
        _outbox.Sent.Distinct().Count().ShouldBe(ids.Count);
    }

    [Fact]
    public async Task A_seed_repeats_a_run_with_its_crashes()
    {
        (await RunAsync(7)).ShouldBe(await RunAsync(7));

        async Task<string> RunAsync(int seed)
        {
            _outbox.Clear();
            await using var system = await StartAsync(seed: seed);
            _outbox.Before = () => Task.Delay(TimeSpan.FromMilliseconds(2), system.Time);
            await system.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(n => new SendEmail($"{n}", "welcome"))]);
            await system.CrashAsync();
            await system.AdvanceAsync(TimeSpan.FromMinutes(1));
            system.Simulation!.LeftSeams.ShouldBeEmpty();
            return $"{system.Simulation.Steps}: {string.Join(", ", _outbox.Sent)}"; // It is a simulation.
        }
    }

    [Fact]
    public async Task A_system_without_queues_says_how_to_have_some()
    {
        await using var system = await TestSystem.StartAsync();
        Should.Throw<InvalidOperationException>(() => system.Jobs).Message.ShouldContain("AddQueue");
        Should.Throw<InvalidOperationException>(() => system.Queue("emails")).Message.ShouldContain("AddQueue");
    }

    [Theory, OnEachDispatcher]
    public async Task Wrong_handlers_are_told_when_the_test_starts(TestDispatcher dispatcher, int seed)
    {
        var error = await Expect.ThrowsAsync<JobTypeException>(async () =>
            await TestSystem.StartAsync(seed, a => a.AddQueue("emails", q => q.AddHandler<SendEmailHandler>()).AddQueue("emails"), dispatcher));
        error.Message.ShouldContain("There is a queue of this name already", Case.Insensitive);
    }

    private TestSystemStart StartAsync(TestDispatcher dispatcher = TestDispatcher.Simulation, int seed = 1, bool isConsumed = true, int quarantineAfter = 3) => TestSystem.StartAsync(
        seed,
        test =>
        {
            test.Services.AddSingleton<IMailer>(_outbox);
            test.AddQueue("emails", q => q.AddHandler<SendEmailHandler>().Options.QuarantineAfter = quarantineAfter, isConsumed)
                .AddQueue("trials", q => q.AddHandler<EndTrialHandler>(), isConsumed);
        },
        dispatcher);
}
