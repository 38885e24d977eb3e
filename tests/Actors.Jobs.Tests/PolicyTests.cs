using Actors.Jobs.Types;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>What the attribute of a job, its handler and its queue say about its attempts.</summary>
public sealed class PolicyTests
{
    [Theory, OnEachDispatcher]
    public async Task Each_job_type_has_the_attempts_that_its_handler_or_its_attribute_or_its_queue_says(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var jobs = await StartAsync(system, q => q
            .Retry(maxAttempts: 4, jitter: 0)
            .AddHandler<PlainHandler>()
            .AddHandler<ThriftyHandler>()
            .AddHandler<OverruledHandler>(h => h.MaxAttempts = 3));
        var plain = await jobs.EnqueueAsync(new Plain());
        var thrifty = await jobs.EnqueueAsync(new Thrifty());
        var overruled = await jobs.EnqueueAsync(new Overruled());
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        (await jobs.GetAsync(plain)).Attempts.ShouldBe(4);
        (await jobs.GetAsync(thrifty)).Attempts.ShouldBe(2);
        (await jobs.GetAsync(overruled)).Attempts.ShouldBe(3);
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_may_have_delays_of_its_own(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var jobs = await StartAsync(system, q => q
            .Retry(maxAttempts: 3, jitter: 0)
            .AddHandler<PlainHandler>(h => h.Backoff = new BackoffOptions { Min = TimeSpan.FromMinutes(10), Factor = 1, Jitter = 0, Max = TimeSpan.FromHours(1) }));
        var id = await jobs.EnqueueAsync(new Plain());
        await system.DrainAsync();
        (await jobs.GetAsync(id)).DueAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromMinutes(10));
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await jobs.GetAsync(id)).DueAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromMinutes(20));
    }

    [Theory, OnEachDispatcher]
    public async Task A_policy_of_ones_own_names_the_delay_or_ends_the_job(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var seen = new List<RetryContext>();
        var jobs = await StartAsync(system, q => q.Retry(context =>
        {
            lock (seen)
            {
                seen.Add(context);
            }

            return context.Attempt < 3 ? TimeSpan.FromSeconds(context.Attempt * 100) : null;
        }).AddHandler<PlainHandler>());
        var id = await jobs.EnqueueAsync(new Plain());
        await system.DrainAsync();
        (await jobs.GetAsync(id)).DueAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(100));
        await system.AdvanceAsync(TimeSpan.FromSeconds(100));
        (await jobs.GetAsync(id)).DueAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(300));
        await system.AdvanceAsync(TimeSpan.FromSeconds(200));
        var status = await jobs.GetAsync(id);
        (status.State, status.Attempts).ShouldBe((JobState.Failed, 3));
        seen.Count.ShouldBe(3);
        (seen[0].Id, seen[0].Queue, seen[0].Type).ShouldBe((id, "default", "plain"));
        seen[0].Cause.ShouldBeOfType<TimeoutException>();
        seen[0].Error.ShouldContain("planned");
        seen[1].DefaultDelay.ShouldBeInRange(TimeSpan.FromSeconds(1.6), TimeSpan.FromSeconds(2));
    }

    [Theory, OnEachDispatcher]
    public async Task A_policy_that_throws_leaves_the_delay_to_the_backoff(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var jobs = await StartAsync(system, q => q
            .Retry(maxAttempts: 2, jitter: 0)
            .AddHandler<PlainHandler>(h => h.NextDelay = static _ => throw new InvalidOperationException("policy")));
        var id = await jobs.EnqueueAsync(new Plain());
        await system.DrainAsync();
        (await jobs.GetAsync(id)).DueAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(1));
        await system.Log.ExpectAsync(3107);
    }

    [Theory, OnEachDispatcher]
    public async Task An_exception_that_is_not_to_be_retried_ends_the_job_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.NonRetryable.Add(typeof(ArgumentException)));
        foreach (var (thrown, isFinal) in new (Exception, bool)[]
        {
            (new NonRetryableException("The address is gone."), true),
            (new NoSuchAddressException(), true),
            (new ArgumentNullException("to"), true),
            (new InvalidOperationException(), false),
        })
        {
            host.Script.Body = (_, _) => throw thrown;
            var id = await host.EnqueueAsync();
            var status = await host.ReachAsync(id, isFinal ? JobState.Failed : JobState.Retrying);
            status.Attempts.ShouldBe(1, thrown.ToString());
            status.Error.ShouldNotBeNull().ShouldContain(thrown.Message);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_may_name_exceptions_of_its_own_that_are_not_to_be_retried(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var jobs = await StartAsync(system, q => q
            .AddHandler<PlainHandler>(h => h.DoNotRetry<TimeoutException>())
            .AddHandler<ThriftyHandler>());
        var plain = await jobs.EnqueueAsync(new Plain());
        var thrifty = await jobs.EnqueueAsync(new Thrifty());
        await system.DrainAsync();
        (await jobs.GetAsync(plain)).State.ShouldBe(JobState.Failed);
        (await jobs.GetAsync(thrifty)).State.ShouldBe(JobState.Retrying);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_waits_as_its_attribute_says_unless_the_enqueue_says_otherwise(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var jobs = await StartAsync(system, q => q.AddHandler<LaterHandler>());
        var usual = await jobs.EnqueueAsync(new Later());
        var sooner = await jobs.EnqueueAsync(new Later(), o => o.Delay(TimeSpan.Zero));
        var moment = await jobs.EnqueueAsync(new Later(), o => o.At(VirtualTime.DefaultStart + TimeSpan.FromSeconds(5)));
        (await jobs.GetAsync(usual)).DueAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(90));
        (await jobs.GetAsync(moment)).DueAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(5));
        await system.DrainAsync();
        (await jobs.GetAsync(sooner)).State.ShouldBe(JobState.Succeeded);
    }

    [Theory]
    [InlineData("30 seconds", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5 h", 5_400_000)]
    [InlineData("250", 250)]
    [InlineData(" 2 d ", 172_800_000)]
    [InlineData("infinite", -1)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    [InlineData("5 fortnights", null)]
    [InlineData("-5 s", null)]
    [InlineData("1,5 s", null)]
    [InlineData("99999999999999999999 d", null)]
    public void Durations_in_attributes_are_those_of_HOCON(string text, int? milliseconds)
    {
        DurationText.TryParse(text, out var value).ShouldBe(milliseconds is not null);
        if (milliseconds is { } expected)
        {
            value.ShouldBe(TimeSpan.FromMilliseconds(expected));
            Hocon.HoconDuration.Parse(text).ShouldBe(value);
        }
        else if (Hocon.HoconDuration.TryParse(text, out var read))
        {
            read.ShouldBeLessThan(TimeSpan.Zero); // What is negative makes no sense here.
        }
    }

    [Theory]
    [InlineData(typeof(WrongDelay), "Delay must be a duration such as \"30 seconds\" or \"1.5 h\", but is \"soon\"")]
    [InlineData(typeof(EndlessDelay), "Delay must be a duration")]
    [InlineData(typeof(WrongAttempts), "MaxAttempts must be from 1 to 10000, or 0 for what the queue says, but is -1")]
    public void An_attribute_that_makes_no_sense_is_refused(Type type, string message) =>
        Should.Throw<JobTypeException>(() => new JobTypes(JobTypes.DefaultJson).Get(type)).Message.ShouldContain(message);

    [Fact]
    public void Options_of_a_handler_that_make_no_sense_are_refused()
    {
        Should.Throw<ArgumentException>(() => new HandlerOptions { MaxAttempts = 0 }.Validate()).Message.ShouldContain("MaxAttempts");
        var options = new HandlerOptions();
        options.NonRetryable.Add(typeof(string));
        Should.Throw<ArgumentException>(options.Validate).Message.ShouldContain("no exception");
    }

    internal static async Task<JobSystem> StartAsync(TestSystem system, Action<QueueBuilder> configure)
    {
        var queue = new QueueBuilder("default");
        configure(queue);
        var jobs = await JobSystem.StartAsync(system.System, new JobSystemOptions
        {
            Journal = new InMemoryJournal(),
            History = new InMemoryHistory(),
            Services = new ServiceCollection().AddSingleton(new Script(system.Time)).BuildServiceProvider(),
            Queues = [queue.Build()],
        });
        _ = jobs.ConsumeAsync("default", static () => { }, CancellationToken.None);
        await system.DrainAsync();
        return jobs;
    }

    private static Task ThrowAsync() => throw new TimeoutException("planned");

    [Job("plain")]
    internal sealed record Plain;

    internal sealed class PlainHandler : IJobHandler<Plain>
    {
        public Task HandleAsync(Plain job, JobContext context, CancellationToken cancellationToken) => ThrowAsync();
    }

    [Job("thrifty", MaxAttempts = 2)]
    internal sealed record Thrifty;

    internal sealed class ThriftyHandler : IJobHandler<Thrifty>
    {
        public Task HandleAsync(Thrifty job, JobContext context, CancellationToken cancellationToken) => ThrowAsync();
    }

    [Job("overruled", MaxAttempts = 9)]
    internal sealed record Overruled;

    internal sealed class OverruledHandler : IJobHandler<Overruled>
    {
        public Task HandleAsync(Overruled job, JobContext context, CancellationToken cancellationToken) => ThrowAsync();
    }

    [Job("later", Delay = "1.5 minutes")]
    internal sealed record Later;

    internal sealed class LaterHandler : IJobHandler<Later>
    {
        public Task HandleAsync(Later job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Job("wrong-delay", Delay = "soon")]
    private sealed record WrongDelay;

    [Job("endless-delay", Delay = "infinite")]
    private sealed record EndlessDelay;

    [Job("wrong-attempts", MaxAttempts = -1)]
    private sealed record WrongAttempts;

    private sealed class NoSuchAddressException() : NonRetryableException("No such address.");
}
