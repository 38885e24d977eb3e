using System.Text.Json.Nodes;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>Three programs, one after the other, with three versions of one job.</summary>
public sealed class UpcasterTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task Jobs_of_older_versions_go_through_all_steps_from_theirs(TestDispatcher dispatcher, int seed)
    {
        await EnqueueAsync(dispatcher, seed, jobs => jobs.EnqueueAsync(new Mail1("bob@example.com")));
        await EnqueueAsync(dispatcher, seed + 1, jobs => jobs.EnqueueAsync(new Mail2(["ann@example.com", "carl@example.com"])));
        await EnqueueAsync(dispatcher, seed + 2, jobs => jobs.EnqueueAsync(new Mail3(["dora@example.com"], Urgent: true)));
        var sent = new List<Mail3>();
        await using var system = await TestSystem.StartAsync(seed + 3, dispatcher);
        var jobs = await ConsumeAsync(system, sent, q => q.AddHandler<Mail3Handler>().AddUpcaster<Mail3, FirstUpcaster>().Upcast<Mail3>(2, AddUrgent));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        sent.Select(mail => (string.Join(' ', mail.Recipients), mail.Urgent)).ShouldBe(
            [("bob@example.com", false), ("ann@example.com carl@example.com", false), ("dora@example.com", true)], ignoreOrder: true);

        // What is stored stays as it was.
        var finished = await _history.ListAsync(new HistoryFilter(), 10, null, default);
        finished.Select(job => job.TypeVersion).Order().ShouldBe([1, 2, 3]);
        System.Text.Encoding.UTF8.GetString(finished.Single(job => job.TypeVersion == 1).Args.Span).ShouldBe("""{"to":"bob@example.com"}""");
        (await jobs.GetQueueAsync("default")).Parked.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_is_newer_than_the_program_is_parked_and_runs_when_a_newer_program_owns_the_queue(TestDispatcher dispatcher, int seed)
    {
        var id = await EnqueueAsync(dispatcher, seed, jobs => jobs.EnqueueAsync(new Mail2(["ann@example.com"])));
        for (var i = 0; i < 2; i++)
        {
            await using var old = await TestSystem.StartAsync(seed + 1, dispatcher);
            var jobs = await ConsumeAsync(old, [], q => q.Workers(1).Prefetch(0).AddHandler<Mail1Handler>());
            var behind = await jobs.EnqueueAsync(new Mail1("behind@example.com"));
            await old.AdvanceAsync(TimeSpan.FromSeconds(1));
            (await jobs.GetAsync(behind)).State.ShouldBe(JobState.Succeeded);
            var parked = await jobs.GetAsync(id);
            (parked.State, parked.Attempts).ShouldBe((JobState.Parked, 0));
            parked.Error.ShouldBe("Its arguments have version 2, newer than version 1 of 'mail' in this program. It runs when a newer program owns the queue.");
            (await jobs.GetQueueAsync("default")).Parked.ShouldBe(1);

            // Asked for by hand it is looked at again.
            await jobs.RetryAsync(id);
            await old.AdvanceAsync(TimeSpan.FromSeconds(1));
            (await jobs.GetAsync(id)).State.ShouldBe(JobState.Parked);
        }

        var sent = new List<Mail3>();
        await using var system = await TestSystem.StartAsync(seed + 2, dispatcher);
        await ConsumeAsync(system, sent, q => q.AddHandler<Mail3Handler>().Upcast<Mail3>(2, AddUrgent));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        sent.ShouldHaveSingleItem().Recipients.ShouldBe(["ann@example.com"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_is_newer_than_the_program_stays_parked_at_the_cost_of_no_commit(TestDispatcher dispatcher, int seed)
    {
        await EnqueueAsync(dispatcher, seed, jobs => jobs.EnqueueAsync(new Mail2(["ann@example.com"])));
        await OpenAsync();
        var before = await CommitsAsync();
        await OpenAsync();
        (await CommitsAsync()).ShouldBe(before);

        async Task OpenAsync()
        {
            await using var old = await TestSystem.StartAsync(seed, dispatcher);
            var jobs = await ConsumeAsync(old, [], q => q.AddHandler<Mail1Handler>());
            await old.AdvanceAsync(TimeSpan.FromSeconds(1));
            (await jobs.GetQueueAsync("default")).Parked.ShouldBe(1);
        }

        async Task<long> CommitsAsync() => (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count;
    }

    [Theory, OnEachDispatcher]
    public async Task Without_steps_older_arguments_are_read_as_they_are(TestDispatcher dispatcher, int seed)
    {
        await EnqueueAsync(dispatcher, seed, jobs => jobs.EnqueueAsync(new Mail2(["ann@example.com"])));
        var sent = new List<Mail3>();
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        await ConsumeAsync(system, sent, q => q.AddHandler<Mail3Handler>());
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        sent.ShouldHaveSingleItem().Recipients.ShouldBe(["ann@example.com"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_no_step_reads_and_a_step_that_throws_park_the_job_with_the_reason(TestDispatcher dispatcher, int seed)
    {
        var first = await EnqueueAsync(dispatcher, seed, jobs => jobs.EnqueueAsync(new Mail1("bob@example.com")));
        var second = await EnqueueAsync(dispatcher, seed + 1, jobs => jobs.EnqueueAsync(new Mail2([])));
        await using var system = await TestSystem.StartAsync(seed + 2, dispatcher);
        var jobs = await ConsumeAsync(
            system, [], q => q.AddHandler<Mail3Handler>().Upcast<Mail3>(2, static _ => throw new InvalidOperationException("Nobody to write to.")));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var (older, newer) = (await jobs.GetAsync(first), await jobs.GetAsync(second));
        (older.State, older.Error).ShouldBe((JobState.Parked, "Its arguments have version 1; the oldest that 'mail' has an upcaster for is 2."));
        (newer.State, newer.Error).ShouldBe((JobState.Parked, "Nobody to write to."));
    }

    private static JsonObject AddUrgent(JsonObject args)
    {
        args["urgent"] = false;
        return args;
    }

    private async Task<JobId> EnqueueAsync(TestDispatcher dispatcher, int seed, Func<JobSystem, Task<JobId>> enqueue)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        return await enqueue(await StartAsync(system, [], static _ => { }));
    }

    private async Task<JobSystem> ConsumeAsync(TestSystem system, List<Mail3> sent, Action<QueueBuilder> configure)
    {
        var jobs = await StartAsync(system, sent, configure);
        _ = jobs.ConsumeAsync("default", static () => { }, CancellationToken.None);
        await system.DrainAsync();
        return jobs;
    }

    private Task<JobSystem> StartAsync(TestSystem system, List<Mail3> sent, Action<QueueBuilder> configure)
    {
        var queue = new QueueBuilder("default");
        configure(queue);
        return JobSystem.StartAsync(system.System, new JobSystemOptions
        {
            Journal = _journal,
            History = _history,
            Services = new ServiceCollection().AddSingleton(sent).BuildServiceProvider(),
            Queues = [queue.Build()],
        });
    }

    [Job("mail")]
    internal sealed record Mail1(string To);

    [Job("mail", Version = 2)]
    internal sealed record Mail2(string[] Recipients);

    [Job("mail", Version = 3)]
    internal sealed record Mail3(string[] Recipients, bool Urgent);

    internal sealed class Mail1Handler : IJobHandler<Mail1>
    {
        public Task HandleAsync(Mail1 job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    internal sealed class Mail3Handler(List<Mail3> sent) : IJobHandler<Mail3>
    {
        public Task HandleAsync(Mail3 job, JobContext context, CancellationToken cancellationToken)
        {
            lock (sent)
            {
                sent.Add(job);
            }

            return Task.CompletedTask;
        }
    }

    internal sealed class FirstUpcaster : IJobUpcaster<Mail3>
    {
        public int FromVersion => 1;

        public JsonObject Upcast(JsonObject args) => new() { ["recipients"] = new JsonArray((string?)args["to"]) };
    }
}
