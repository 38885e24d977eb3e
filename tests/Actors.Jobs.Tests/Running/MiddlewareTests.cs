using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Actors.Jobs.Tests.Running;

/// <summary>Code around the handlers: its order, what it may change, and what passes through it.</summary>
public sealed class MiddlewareTests
{
    private readonly Way _way = new();

    [Theory, OnEachDispatcher]
    public async Task The_first_that_was_added_is_outermost_and_that_of_all_queues_outside_that_of_one(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed, q => q.Use<Inner>(), a => a.UseJobMiddleware<Outer>().UseJobMiddleware<Middle>());
        var id = await EndAsync(system, new Walk());
        (await system.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded);
        _way.Steps.ShouldBe(["outer", "middle", "inner", "handler", "after inner", "after middle", "after outer"]);
    }

    [Theory, OnEachDispatcher]
    public async Task It_may_answer_without_the_handler(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed, q => q.Use<Outer>().Use<Inner>());
        _way.At["inner"] = static (_, _) => Task.FromResult(JobResult.Cancel);
        var id = await EndAsync(system, new Walk());
        (await system.Jobs.GetAsync(id)).State.ShouldBe(JobState.Cancelled);
        _way.Steps.ShouldBe(["outer", "inner", "after inner", "after outer"]);
    }

    [Theory, OnEachDispatcher]
    public async Task What_the_handler_answers_and_throws_passes_through_and_may_be_changed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed, q => q.Retry(maxAttempts: 1).Use<Outer>().Use<Inner>());
        _way.At["handler"] = static (_, _) => throw new InvalidOperationException("the printer burns");
        (await StatusAsync(await EndAsync(system, new Walk()))).ShouldBe((JobState.Failed, "the printer burns"));
        _way.Steps.ShouldBe(["outer", "inner", "handler"]);

        _way.At["handler"] = static (_, _) => Task.FromResult(JobResult.Fail("out of paper"));
        (await StatusAsync(await EndAsync(system, new Walk()))).ShouldBe((JobState.Failed, "out of paper"));

        _way.At["outer"] = static async (next, token) => (await next(token)).IsSuccess ? JobResult.Success : JobResult.Cancel;
        (await StatusAsync(await EndAsync(system, new Walk()))).State.ShouldBe(JobState.Cancelled);

        _way.At["inner"] = static (_, _) => throw new InvalidOperationException("no tenant");
        _way.At.Remove("outer");
        (await StatusAsync(await EndAsync(system, new Walk()))).ShouldBe((JobState.Failed, "no tenant"));

        async Task<(JobState State, string? Error)> StatusAsync(JobId id)
        {
            var job = await system.Jobs.GetAsync(id);
            return (job.State, job.Error?.Split('\n')[0].Replace("System.InvalidOperationException: ", "", StringComparison.Ordinal).TrimEnd());
        }
    }

    [Theory, OnEachDispatcher]
    public async Task It_is_made_for_each_attempt_in_the_scope_of_the_handler(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(
            dispatcher,
            seed,
            q => q.Retry(maxAttempts: 2).Use<Inner>().Use<Outer>(),
            a => a.Services.AddScoped<Inner>().AddScoped<Tenant>());
        _way.At["handler"] = (_, _) => _way.Steps.Count(step => step == "handler") == 1
            ? throw new InvalidOperationException("once") : Task.FromResult(JobResult.Success);
        await EndAsync(system, new Walk());
        _way.Tenants.Count.ShouldBe(6); // Inner, outer and handler, twice.
        _way.Tenants.Distinct().Count().ShouldBe(2);
        _way.Tenants.Take(3).Distinct().Count().ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task It_may_run_the_rest_again_and_with_a_token_of_its_own(TestDispatcher dispatcher, int seed)
    {
        await using var system = await StartAsync(dispatcher, seed, q => q.Use<Outer>());
        using var own = new CancellationTokenSource();
        _way.At["outer"] = async (next, _) =>
        {
            await next(own.Token);
            return await next(own.Token);
        };
        var isOwn = true;
        _way.At["handler"] = (_, token) =>
        {
            isOwn &= token == own.Token;
            return Task.FromResult(JobResult.Success);
        };
        await EndAsync(system, new Walk());
        _way.Steps.ShouldBe(["outer", "handler", "handler", "after outer"]);
        isOwn.ShouldBeTrue();
    }

    [Fact]
    public async Task A_run_without_a_queue_goes_through_it_too()
    {
        await using var system = await StartAsync(TestDispatcher.Simulation, 1, q => q.Use<Inner>(), a => a.UseJobMiddleware<Outer>());
        (await system.RunInlineAsync(new Walk())).ShouldBe(JobResult.Success);
        _way.Steps.ShouldBe(["outer", "inner", "handler", "after inner", "after outer"]);
        _way.At["inner"] = static (_, _) => Task.FromResult(JobResult.Fail("no"));
        (await system.RunInlineAsync(new Walk())).ShouldBe(JobResult.Fail("no"));
    }

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_is_cut_short_by_a_stop_counts_no_more_than_without_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.StopTimeout = TimeSpan.FromSeconds(1), middleware: [typeof(Pass)]);
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Running);
        await host.BeginStopAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        await host.Stopped;
        var job = await host.Jobs.GetAsync(id);
        (job.State, job.Attempts).ShouldBe((JobState.Waiting, 0));
    }

    [Fact]
    public async Task The_list_can_be_read_and_is_in_the_log_of_the_start()
    {
        await using var system = await TestSystem.StartAsync(1);
        var jobs = await JobSystem.StartAsync(system.System, Options([typeof(Outer)], [typeof(Inner), typeof(Pass)]));
        jobs.GetMiddleware("walks").ShouldBe([typeof(Outer), typeof(Inner), typeof(Pass)]);
        await system.Log.ExpectAsync(LogLevel.Debug, "The handlers of walks run inside of Outer > Inner > Pass");
        Should.Throw<UnknownQueueException>(() => jobs.GetMiddleware("runs"));
    }

    [Fact]
    public async Task A_class_that_is_no_middleware_is_refused_at_the_start()
    {
        await using var system = await TestSystem.StartAsync(1);
        var refused = await Should.ThrowAsync<JobTypeException>(() => JobSystem.StartAsync(system.System, Options([], [typeof(Way), typeof(IJobMiddleware)])));
        refused.Message.ShouldContain("Queue 'walks': Actors.Jobs.Tests.Running.MiddlewareTests+Way cannot be middleware");
        refused.Message.ShouldContain("Actors.Jobs.IJobMiddleware cannot be middleware");
    }

    private JobSystemOptions Options(IReadOnlyList<Type> ofAll, IReadOnlyList<Type> ofQueue) => new()
    {
        Journal = new InMemoryJournal(),
        History = new InMemoryHistory(),
        Services = new ServiceCollection().AddSingleton(_way).BuildServiceProvider(),
        Middleware = ofAll,
        Queues = [new QueueDefinition("walks", new QueueOptions(), [typeof(WalkHandler)]) { Middleware = ofQueue }],
    };

    private TestSystemStart StartAsync(TestDispatcher dispatcher, int seed, Action<QueueBuilder> queue, Action<TestSystemBuilder>? setup = null) => TestSystem.StartAsync(
        seed,
        a =>
        {
            a.Services.AddSingleton(_way);
            a.AddQueue("walks", q => queue(q.AddHandler<WalkHandler>()));
            setup?.Invoke(a);
        },
        dispatcher);

    private async Task<JobId> EndAsync(TestSystem system, Walk walk)
    {
        _way.Steps.Clear();
        var id = await system.Jobs.EnqueueAsync(walk);
        for (var i = 0; i < 1000 && (await system.Jobs.GetAsync(id)).FinishedAt is null; i++)
        {
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        }

        return id;
    }

    [Job("walk", Queue = "walks")]
    internal sealed record Walk;

    /// <summary>What was passed, and what happens there instead of going on.</summary>
    internal sealed class Way
    {
        public List<string> Steps { get; } = [];

        public List<Tenant> Tenants { get; } = [];

        public Dictionary<string, Func<Func<CancellationToken, Task<JobResult>>, CancellationToken, Task<JobResult>>> At { get; } = [];

        public async Task<JobResult> PassAsync(string place, JobContext context, Func<CancellationToken, Task<JobResult>> next, CancellationToken cancellationToken)
        {
            Steps.Add(place);
            if (context.Services.GetService<Tenant>() is { } tenant)
            {
                Tenants.Add(tenant);
            }

            var result = At.TryGetValue(place, out var act) ? await act(next, cancellationToken) : await next(cancellationToken);
            if (place != "handler")
            {
                Steps.Add("after " + place);
            }

            return result;
        }
    }

    internal sealed class Tenant;

    internal sealed class WalkHandler(Way way) : IJobHandler<Walk>
    {
        public Task HandleAsync(Walk job, JobContext context, CancellationToken cancellationToken) =>
            way.PassAsync("handler", context, static _ => Task.FromResult(JobResult.Success), cancellationToken);
    }

    internal sealed class Outer(Way way) : IJobMiddleware
    {
        public Task<JobResult> InvokeAsync(JobContext context, object job, Func<CancellationToken, Task<JobResult>> next, CancellationToken cancellationToken) =>
            way.PassAsync("outer", context, next, cancellationToken);
    }

    internal sealed class Middle(Way way) : IJobMiddleware
    {
        public Task<JobResult> InvokeAsync(JobContext context, object job, Func<CancellationToken, Task<JobResult>> next, CancellationToken cancellationToken) =>
            way.PassAsync("middle", context, next, cancellationToken);
    }

    internal sealed class Inner(Way way) : IJobMiddleware
    {
        public Task<JobResult> InvokeAsync(JobContext context, object job, Func<CancellationToken, Task<JobResult>> next, CancellationToken cancellationToken) =>
            way.PassAsync("inner", context, next, cancellationToken);
    }

    internal sealed class Pass : IJobMiddleware
    {
        public Task<JobResult> InvokeAsync(JobContext context, object job, Func<CancellationToken, Task<JobResult>> next, CancellationToken cancellationToken) =>
            next(cancellationToken);
    }
}
