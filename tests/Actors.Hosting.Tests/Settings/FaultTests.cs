using Actors.Hosting.Settings;
using Actors.Jobs;

namespace Actors.Hosting.Tests.Settings;

/// <summary>Bad configuration fails when the host is built, all of it at once, in the words of whoever wrote it.</summary>
public sealed class FaultTests
{
    [Fact]
    public void Every_fault_is_reported_at_once_with_its_place()
    {
        var faults = TestHost.Faults(
            actors => actors
                .UseInMemoryStore()
                .AddTick("tick", TimeSpan.FromSeconds(60), Bodies.Nothing)
                .AddService("loop", Bodies.ForEver)
                .AddQueue("greetings"),
            """
            actors {
              ask-timeuot = 3s
              services {
                tick { intervall = 3s, pace = slowly }
                lop.autostart = off
                loop { stop-timeout = soon, restart.backoff { max = 10ms } }
              }
              queues.greetings { workers = many, retry.jitter = 2 }
              store.sqllite = x
            }
            """);

        faults.ShouldBe(
            [
                "test.conf:2:3: unknown key 'actors.ask-timeuot'; did you mean 'ask-timeout'?",
                "test.conf:4:12: unknown key 'actors.services.tick.intervall'; did you mean 'interval'?",
                "test.conf:4:35: 'actors.services.tick.pace = slowly' must be one of fixed-rate, fixed-delay.",
                "test.conf:5:5: there is no service 'lop'; did you mean 'loop'?",
                "test.conf:6:27: 'actors.services.loop.stop-timeout = soon' must be a duration such as 500 ms, 30 s, 5 minutes or infinite.",
                "test.conf:6:57: 'actors.services.loop.restart.backoff.max = 10 ms' must be greater than or equal to 1 s.",
                "test.conf:8:32: 'actors.queues.greetings.workers = many' must be a whole number.",
                "test.conf:8:53: 'actors.queues.greetings.retry.jitter = 2' must be less than or equal to 1.",
                "test.conf:9:3: unknown key 'actors.store.sqllite'; did you mean 'sqlite'?",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void All_values_of_a_queue_that_are_out_of_range_are_reported_at_once()
    {
        TestHost.Faults(
            actors => actors.UseInMemoryStore().AddQueue("greetings"),
            """
            actors.queues.greetings {
              workers = 0
              limits.concurrency = 0
              retention { succeeded = 10 s, failed = infinite, cancelled = soon }
              retention.failed = 40000 days
              retry.budget { share = 1, minimum = 0, window = infinite }
              auto-pause { failure-rate = 1.5, window = 1 ms, minimum = few, pause-for = infinite, trial = 0 }
            }
            """).ShouldBe(
            [
                "test.conf:2:13: 'actors.queues.greetings.workers = 0' must be greater than or equal to 1.",
                "test.conf:3:24: 'actors.queues.greetings.limits.concurrency = 0': A limit is at least 1. To let no job run, pause the queue.",
                "test.conf:4:27: 'actors.queues.greetings.retention.succeeded = 10 s': Finished jobs are kept for 1 minute to 36,500 days, or for ever (infinite): who waits for a job must have the time to see its end.",
                "test.conf:4:64: 'actors.queues.greetings.retention.cancelled = soon' must be a duration such as 500 ms, 30 s, 5 minutes or infinite.",
                "test.conf:6:26: 'actors.queues.greetings.retry.budget.share = 1': The share of retries is at least 0 and less than 1; off is no budget.",
                "test.conf:6:39: 'actors.queues.greetings.retry.budget.minimum = 0': From 1 to 1,000,000 retries may begin in any case: without any, none ever would.",
                "test.conf:6:51: 'actors.queues.greetings.retry.budget.window = infinite': Retries are counted in a time of 1 s to 1 day.",
                "test.conf:7:31: 'actors.queues.greetings.auto-pause.failure-rate = 1.5': A failure rate is more than 0 and at most 1: 0.5 is half of the attempts; off pauses never.",
                "test.conf:7:45: 'actors.queues.greetings.auto-pause.window = 1 ms': Attempts are counted in a time of 1 s to 1 day.",
                "test.conf:7:61: 'actors.queues.greetings.auto-pause.minimum = few' must be a whole number.",
                "test.conf:7:96: 'actors.queues.greetings.auto-pause.trial = 0': From 1 to 1,000 attempts decide.",
                "test.conf:5:22: 'actors.queues.greetings.retention.failed = 40000 d': Finished jobs are kept for 1 minute to 36,500 days, or for ever (infinite): who waits for a job must have the time to see its end.",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void What_a_file_says_does_not_stay_when_it_is_read_without_that()
    {
        var inCode = new QueueOptions();
        var copy = inCode.Copy();
        (copy.Limits.Concurrency, copy.Retention.Failed, copy.Retry.MaxAttempts) = (3, TimeSpan.FromDays(1), 2);
        inCode.ShouldBe(new QueueOptions { Limits = inCode.Limits, Retention = inCode.Retention, Retry = inCode.Retry });
        (inCode.Limits.Concurrency, inCode.Retention.Failed, inCode.Retry.MaxAttempts).ShouldBe((RestartOptions.Unlimited, TimeSpan.FromDays(7), 20));
    }

    [Fact]
    public void Values_of_one_section_that_are_out_of_their_ranges_are_told_together() => TestHost.Faults(
        actors => actors.UseInMemoryStore().AddService("loop", Bodies.ForEver).AddQueue("greetings", q => q.AddHandler<GreetHandler>()),
        """
        actors.queues.greetings { workers = 0, prefetch = -1, limits { concurrency = 0, concurrency-per-key = 0 }, retry { max = -1 s } }
        actors.queues.greetings.jobs.greet { timeout = 0 s, retry.max-attempts = 0 }
        actors.services.loop.restart { max-restarts = -3, backoff.jitter = 9 }
        """).ShouldBe(
        [
            "test.conf:1:37: 'actors.queues.greetings.workers = 0' must be greater than or equal to 1.",
            "test.conf:1:51: 'actors.queues.greetings.prefetch = -1' must be a non-negative value.",
            "test.conf:1:78: 'actors.queues.greetings.limits.concurrency = 0': A limit is at least 1. To let no job run, pause the queue.",
            "test.conf:1:103: 'actors.queues.greetings.limits.concurrency-per-key = 0': A limit is at least 1. To let no job run, pause the queue.",
            "test.conf:1:122: 'actors.queues.greetings.retry.max = -1 s' must be greater than or equal to 1 s.",
            "test.conf:2:48: 'actors.queues.greetings.jobs.greet.timeout = 0 ms' must be greater than or equal to 1 ms.",
            "test.conf:2:74: 'actors.queues.greetings.jobs.greet.retry.max-attempts = 0' must be greater than or equal to 1.",
            "test.conf:3:47: 'actors.services.loop.restart.max-restarts = -3' must be a non-negative value.",
            "test.conf:3:68: 'actors.services.loop.restart.backoff.jitter = 9' must be less than or equal to 1.",
        ],
        ignoreOrder: true);

    [Fact]
    public void Several_faults_are_one_message()
    {
        var fault = Should.Throw<ActorsConfigurationException>(() => TestHost.Create(_ => { }, "actors { a = 1, b = 2 }"));

        fault.Message.ShouldBe(
            """
            2 faults in the configuration of the actors:

            test.conf:1:10: unknown key 'actors.a'
                1 | actors { a = 1, b = 2 }
                  |          ^
                  = known are: ask-timeout, dead-letters, groups, handler-limit, management, persistence, processes, queues, schedules, services, store, systemd, urls

            test.conf:1:17: unknown key 'actors.b'
                1 | actors { a = 1, b = 2 }
                  |                 ^
                  = known are: ask-timeout, dead-letters, groups, handler-limit, management, persistence, processes, queues, schedules, services, store, systemd, urls
            """);
    }

    [Fact]
    public void Settings_of_the_dead_letters_have_their_limits() => TestHost.Faults(_ => { }, "actors.dead-letters { log-pause = 0 s, capasity = 3 }").ShouldBe(
        [
            "test.conf:1:40: unknown key 'actors.dead-letters.capasity'; did you mean 'capacity'?",
            "test.conf:1:35: 'actors.dead-letters.log-pause = 0 ms' must be greater than 0 ms.",
        ]);

    [Fact]
    public void The_types_of_jobs_are_checked_with_everything_else()
    {
        var faults = TestHost.Faults(
            actors => actors
                .UseInMemoryStore()
                .AddQueue("greetings", q => q.AddHandler<GreetHandler>().Upcast<Greet>(1, static args => args))
                .AddQueue("partings", q => q.AddHandlersFrom(typeof(FaultTests).Assembly).AddHandler<string>()),
            """
            actors.queues.greetings {
              workers = 0
              jobs { gret.timeout = 3s, greet { timeout = 0s, retry { max-attempts = many, minn = 3s } } }
            }
            """);

        faults.ShouldBe(
            [
                "test.conf:2:13: 'actors.queues.greetings.workers = 0' must be greater than or equal to 1.",
                "test.conf:3:10: there is no handler in queue 'greetings' for job 'gret'; did you mean 'greet'?",
                "test.conf:3:47: 'actors.queues.greetings.jobs.greet.timeout = 0 ms' must be greater than or equal to 1 ms.",
                "test.conf:3:74: 'actors.queues.greetings.jobs.greet.retry.max-attempts = many' must be a whole number.",
                "test.conf:3:80: unknown key 'actors.queues.greetings.jobs.greet.retry.minn'; did you mean 'min'?",
                "Queue 'greetings': 'greet' has an upcaster from version 1, which is not older than version 1 of Actors.Hosting.Tests.Greet.",
                "Queue 'partings': 'part' (Actors.Hosting.Tests.Settings.FaultTests+Part) has no handler. Add a class that implements IJobHandler<Part>.",
                "Queue 'partings': System.String must implement IJobHandler<T> for exactly one T, but implements it for 0: none.",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void Names_are_taken_once() => TestHost.Faults(actors => actors
        .UseInMemoryStore()
        .AddService("loop", Bodies.ForEver).AddService("loop", Bodies.ForEver)
        .AddQueue("greetings").AddQueue("greetings").AddService("greetings", Bodies.ForEver)
        .AddActor<Counter>("counter").AddActor<Counter>("counter").AddActor<Lonely>("services")).ShouldBe(
        [
            "Queue 'greetings' is added twice. Add it once, with all its handlers.",
            "Service 'loop' is added twice. Give one of the two another name.",
            "'greetings' is the name of a service and of a queue, whose consumer is a service of that name. Rename one of them.",
            "Actor 'counter' is added twice. Give one of the two another name.",
            "Two actors have the class 'Counter', so IRequiredActor<Counter> could mean either. Derive a class for one of them.",
            "Actor 'services' cannot have this name: /user/services belongs to the framework. Rename it.",
        ]);

    [Fact]
    public void A_service_without_a_body_is_refused() => TestHost.Faults(actors => actors.AddService("empty", null!)).ShouldBe(
        ["Service 'empty': it has no body. Give it a class that implements IService, ITick or IPolledService, a factory of one, or a lambda."]);

    [Fact]
    public void An_illegal_name_is_refused()
    {
        var faults = TestHost.Faults(actors => actors.UseInMemoryStore().AddService("my service", Bodies.ForEver).AddQueue("e/mails"));

        faults.Count.ShouldBe(2);
        faults.ShouldContain(fault => fault.StartsWith("Service 'my service': the name has the illegal character ' '", StringComparison.Ordinal));
        faults.ShouldContain(fault => fault.StartsWith("Service 'e/mails': the name has the illegal character '/'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_queue_needs_a_store() => TestHost.Faults(actors => actors.AddQueue("greetings")).ShouldBe(
        [
            "Queue 'greetings' needs a store for its jobs: call UseSqlite(\"Data Source=test.db\"), set 'actors.store.sqlite', " +
            "or call UseInMemoryStore() if they may be lost.",
        ]);

    [Fact]
    public void A_connection_string_that_makes_no_sense_is_refused() =>
        TestHost.Faults(actors => actors.UseSqlite("Data Sauce=shop.db")).Single().ShouldContain("has the keyword 'data sauce', which a store does not know");

    [Fact]
    public void An_object_or_null_is_no_value() => TestHost.Faults(
        actors => actors.AddService("loop", Bodies.ForEver), "actors.services.loop { stop-timeout { s = 3 }, autostart = null }").ShouldBe(
        [
            "test.conf:1:24: 'actors.services.loop.stop-timeout' must be a duration such as 500 ms, 30 s, 5 minutes or infinite, but is an object.",
            "test.conf:1:48: 'actors.services.loop.autostart' must be on or off, but is null.",
        ],
        ignoreOrder: true);

    [Job("part", Queue = "partings")]
    internal sealed record Part;

    private sealed class Lonely : ReceiveActor;
}
