using Actors.Jobs.Tests.Faults;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class EnqueueTests
{
    [Theory, OnEachDispatcher]
    public async Task An_enqueue_is_answered_when_the_job_is_durable_and_not_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal);
        journal.Hold();
        var enqueue = host.EnqueueAsync();
        await system.DrainAsync();
        enqueue.IsCompleted.ShouldBeFalse();
        host.Script.Attempts.ShouldBeEmpty();

        journal.Release();
        var id = await enqueue;
        (await host.ReachAsync(id, JobState.Succeeded)).Attempts.ShouldBe(1);
        host.Script.Begun.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_that_arrive_during_a_write_share_the_next_commit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, journal: journal, isConsumed: false);
        journal.Hold();
        Task[] enqueues = [.. Enumerable.Range(0, 500).Select(_ => host.EnqueueAsync())];
        await system.DrainAsync();
        journal.Release();
        await Task.WhenAll(enqueues);
        journal.Commits.ShouldBeLessThan(10);
        (await host.QueueAsync()).Waiting.ShouldBe(500);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_with_a_delay_starts_when_it_is_over(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromSeconds(30)));
        var status = await host.Jobs.GetAsync(id);
        status.State.ShouldBe(JobState.Scheduled);
        status.DueAt.ShouldBe(system.Time.GetUtcNow() + TimeSpan.FromSeconds(30));

        await system.AdvanceAsync(TimeSpan.FromSeconds(29.999));
        host.Script.Attempts.ShouldBeEmpty();
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        host.Script.Attempts.ShouldHaveSingleItem().BeganAt.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(30));
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_for_a_moment_starts_then_and_one_for_the_past_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var moment = system.Time.GetUtcNow() + TimeSpan.FromHours(5);
        await host.EnqueueAsync("later", o => o.At(moment));
        await host.EnqueueAsync("past", o => o.At(moment - TimeSpan.FromDays(10)));
        await system.DrainAsync();
        host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe("past");
        await system.AdvanceAsync(TimeSpan.FromDays(1));
        host.Script.Attempts[1].BeganAt.ShouldBe(moment);
    }

    [Theory, OnEachDispatcher]
    public async Task Delayed_jobs_start_in_the_order_of_their_times(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Workers = 1);
        var random = new Random(seed);
        foreach (var second in Enumerable.Range(1, 100).OrderBy(_ => random.Next()))
        {
            await host.EnqueueAsync($"{second:000}", o => o.Delay(TimeSpan.FromSeconds(second)));
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(100));
        host.Script.Begun.ShouldBe(100);
        host.Script.Attempts.ShouldAllBe(a => a.BeganAt == VirtualTime.DefaultStart + TimeSpan.FromSeconds(int.Parse(a.Text)));
    }

    [Fact]
    public async Task A_negative_delay_is_refused_and_nothing_is_enqueued()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        (await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromTicks(-1))))).ParamName.ShouldBe("delay");
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => host.Jobs.EnqueueManyAsync([new Work("a"), new Work("b")], o => o.Delay(Timeout.InfiniteTimeSpan)));
        (await host.QueueAsync()).ShouldSatisfyAllConditions(queue => queue.Scheduled.ShouldBe(0), queue => queue.Waiting.ShouldBe(0), queue => queue.Succeeded.ShouldBe(0));
    }

    [Theory]
    [InlineData("0.00:00:00", true)]
    [InlineData("10675199.02:48:05", false)]
    public async Task The_shortest_and_the_longest_delay_are_taken(string delay, bool runs)
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system, o => o.Retention.Succeeded = Timeout.InfiniteTimeSpan);
        var id = await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.Parse(delay)));
        await system.AdvanceAsync(TimeSpan.FromDays(1000));
        (await host.StateAsync(id)).ShouldBe(runs ? JobState.Succeeded : JobState.Scheduled);
    }

    [Theory, OnEachDispatcher]
    public async Task An_id_is_taken_once_while_the_job_lives(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = JobId.Create(system.Time, system.System.Random);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromMinutes(1), system.Time, cancellationToken);
        await Task.WhenAll(host.EnqueueAsync("one", o => o.Id(id)), host.EnqueueAsync("two", o => o.Id(id)));
        await system.DrainAsync();
        (await host.EnqueueAsync("three", o => o.Id(id))).ShouldBe(id);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        host.Script.Attempts.ShouldHaveSingleItem();
    }

    [Theory, OnEachDispatcher]
    public async Task An_id_is_taken_once_after_the_job_has_finished(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var id = await host.EnqueueAsync("one");
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.EnqueueAsync("again", o => o.Id(id))).ShouldBe(id);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Script.Attempts.ShouldHaveSingleItem();
        (await host.QueueAsync()).Succeeded.ShouldBe(1);
    }

    [Fact]
    public async Task Arguments_that_are_too_large_are_refused_with_their_size()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system, o => o.MaxArgsBytes = 100);
        await host.EnqueueAsync(new string('x', 80));
        var refused = await Should.ThrowAsync<JobTooLargeException>(() => host.EnqueueAsync(new string('x', 200)));
        (refused.Bytes, refused.Limit).ShouldBe((211, 100));
        refused.Message.ShouldContain("max-args-bytes");
    }

    [Fact]
    public async Task Arguments_of_the_largest_size_run()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system, o => (o.MaxArgsBytes, o.CacheBytes) = (16 * 1024 * 1024, 0));
        var large = new string('x', (16 * 1024 * 1024) - 11);
        await host.ReachAsync(await host.EnqueueAsync(large), JobState.Succeeded);
        host.Script.Attempts.ShouldHaveSingleItem().Text.ShouldBe(large);
    }

    [Fact]
    public async Task An_unknown_queue_is_named_with_those_that_exist()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        var refused = await Should.ThrowAsync<UnknownQueueException>(() => host.EnqueueAsync(configure: o => o.Queue("emials")));
        refused.Queue.ShouldBe("emials");
        refused.Message.ShouldContain("default");
        await Should.ThrowAsync<UnknownQueueException>(() => host.Jobs.GetQueueAsync("emials"));
    }

    [Fact]
    public async Task An_unknown_job_is_null_or_an_error_that_names_it()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        var id = JobId.Create(system.Time, system.System.Random);
        (await host.Jobs.FindAsync(id)).ShouldBeNull();
        (await Should.ThrowAsync<UnknownJobException>(() => host.Jobs.GetAsync(id))).Id.ShouldBe(id);
    }

    [Theory, OnEachDispatcher(Seeds = 1)]
    public async Task A_hundred_thousand_jobs_are_taken_at_once_and_run_in_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 20_000), journal, isConsumed: false);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 100_000).Select(i => new Work($"{i:000000}"))]);
        ids.Distinct().Count().ShouldBe(100_000);
        journal.Commits.ShouldBeInRange(3, 20);
        await host.StartConsumingAsync();
        await system.EventuallyAsync(() => host.Script.Begun == 100_000 && host.Script.Running == 0, TimeSpan.FromMinutes(1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.Attempts.Select(a => a.Id).ShouldBe(ids);
        host.Script.Attempts.Select(a => a.Text).ShouldBeInOrder();
        (await host.QueueAsync()).Succeeded.ShouldBe(100_000);
        (await host.Jobs.History.CountAsync(new HistoryFilter(), default)).ShouldBe(100_000);
    }

    [Fact]
    public async Task No_jobs_at_all_are_enqueued_at_once()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        (await host.Jobs.EnqueueManyAsync(Array.Empty<Work>())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_jobs_with_one_id_or_of_several_queues_are_refused()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        var id = JobId.Create(system.Time, system.System.Random);
        await Should.ThrowAsync<ArgumentException>(() => host.Jobs.EnqueueManyAsync([new Work("a"), new Work("b")], o => o.Id(id)));
        var ids = new Queue<JobId>([id, JobId.Create(system.Time, system.System.Random), id]);
        await Should.ThrowAsync<ArgumentException>(
            () => host.Jobs.EnqueueManyAsync([new Work("a"), new Work("b"), new Work("c")], o => o.Id(ids.Dequeue())));
        (await host.QueueAsync()).Waiting.ShouldBe(0);
        var mixed = await Should.ThrowAsync<ArgumentException>(() => host.Jobs.EnqueueManyAsync<object>([new Work(), new SecondQueueJob()]));
        mixed.Message.ShouldContain("'default' and 'second'");
    }

    [Fact]
    public async Task A_class_without_a_name_is_refused_with_what_to_do()
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system);
        (await Should.ThrowAsync<JobTypeException>(() => host.Jobs.EnqueueAsync("text"))).Message.ShouldContain("[Job(");
    }

    [Fact]
    public async Task A_bad_handler_fails_the_start_with_every_fault()
    {
        await using var system = await TestSystem.StartAsync();
        var failure = await Should.ThrowAsync<JobTypeException>(() => JobSystem.StartAsync(system.System, new JobSystemOptions
        {
            Journal = new InMemoryJournal(),
            History = new InMemoryHistory(),
            Services = new NoServices(),
            Queues =
            [
                new QueueDefinition("twice", new QueueOptions(), [typeof(WorkHandler), typeof(SecondWorkHandler)]),
                new QueueDefinition("no name", new QueueOptions(), []),
                new QueueDefinition("handler", new QueueOptions(), [typeof(string)]),
                new QueueDefinition("taken", new QueueOptions(), [typeof(NamesakeHandler)]),
                new QueueDefinition("workers", new QueueOptions { Workers = 0 }, []),
            ],
        }));
        failure.Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain("'twice'"),
            m => m.ShouldContain("'no name'"),
            m => m.ShouldContain("'handler'"),
            m => m.ShouldContain("both have [Job(\"work\")]"),
            m => m.ShouldContain("Workers"));
    }

    [Job("other", Queue = "second")]
    internal sealed record SecondQueueJob;

    [Job("work")]
    internal sealed record Namesake;

    internal sealed class NamesakeHandler : IJobHandler<Namesake>
    {
        public Task HandleAsync(Namesake job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    internal sealed class SecondWorkHandler : IJobHandler<Work>
    {
        public Task HandleAsync(Work job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
