using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>What is wrong with the types of the jobs is told at the start, all of it at once.</summary>
public sealed class StartCheckTests
{
    [Fact]
    public void Every_fault_of_every_queue_is_named()
    {
        var faults = JobSystem.FindTypeFaults(
        [
            new QueueBuilder("one")
                .AddHandler<OneHandler>().AddHandler<OtherOneHandler>().AddHandler<NamesakeHandler>().AddHandler<NamelessHandler>()
                .AddHandler<StartCheckTests>().AddHandler<TwoFacedHandler>()
                .Build(),
            new QueueBuilder("two")
                .AddHandler<VersionedHandler>()
                .Upcast<Versioned>(1, static args => args).Upcast<Versioned>(3, static args => args).Upcast<One>(1, static args => args)
                .Build(),
        ]);
        string[] expected =
        [
            $"Queue 'one': {typeof(OtherOneHandler)} handles 'one', which has a handler already. A queue has one handler for each job type.",
            $"Queue 'one': {typeof(Namesake)} and {typeof(One)} both have [Job(\"one\")]. A stored name belongs to one class: rename one of them.",
            $"Queue 'one': {typeof(Nameless)} is no job type: it has no [Job(\"…\")]. Give it a stable name, which is what the journal stores instead of the class name.",
            $"Queue 'one': {typeof(StartCheckTests)} must implement IJobHandler<T> for exactly one T, but implements it for 0: none.",
            $"Queue 'one': {typeof(TwoFacedHandler)} must implement IJobHandler<T> for exactly one T, but implements it for 2: One, Versioned.",
            "Queue 'two': 'versioned' has an upcaster from version 1, but none from version 2.",
            $"Queue 'two': it has an upcaster for {typeof(One)}, but no handler.",
        ];
        faults.ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, "an upcaster from version 0, but versions begin at 1")]
    [InlineData(4, "an upcaster from version 4, which is not older than version 4 of")]
    [InlineData(1, "no upcaster from version 3 to 4")]
    public void A_step_that_leads_nowhere_is_a_fault(int fromVersion, string fault) => JobSystem.FindTypeFaults(
        [new QueueBuilder("two").AddHandler<VersionedHandler>().Upcast<Versioned>(fromVersion, static args => args).Build()])
        .ShouldHaveSingleItem().ShouldContain(fault);

    [Fact]
    public void Two_steps_from_one_version_are_a_fault() => JobSystem.FindTypeFaults(
        [new QueueBuilder("two").AddHandler<VersionedHandler>().Upcast<Versioned>(3, static a => a).Upcast<Versioned>(3, static a => a).Build()])
        .ShouldHaveSingleItem().ShouldContain("two upcasters from version 3");

    [Fact]
    public void All_handlers_of_an_assembly_that_are_for_a_queue_are_added_and_its_jobs_without_one_are_faults()
    {
        var queue = new QueueBuilder("checked").AddHandlersFrom(typeof(StartCheckTests).Assembly).AddHandler<CheckedHandler>(h => h.MaxAttempts = 2).Build();
        queue.Handlers.ShouldBe([typeof(CheckedHandler)]);
        queue.HandlerOptions[typeof(CheckedHandler)].MaxAttempts.ShouldBe(2);
        JobSystem.FindTypeFaults([queue]).ShouldBe(
        [
            $"Queue 'checked': {typeof(Forgotten2)} and {typeof(Forgotten)} both have [Job(\"forgotten\")]. A stored name belongs to one class: rename one of them.",
            $"Queue 'checked': 'forgotten' ({typeof(Forgotten)}) has no handler. Add a class that implements IJobHandler<Forgotten>.",
            $"Queue 'checked': 'forgotten' ({typeof(Forgotten2)}) has no handler. Add a class that implements IJobHandler<Forgotten2>.",
        ], ignoreOrder: true);
    }

    [Fact]
    public void A_type_that_the_serializer_does_not_know_is_a_fault() => JobSystem.FindTypeFaults(
        [new QueueBuilder("one").AddHandler<OneHandler>().Build()],
        new JsonSerializerOptions { TypeInfoResolver = JsonTypeInfoResolver.Combine() }).ShouldHaveSingleItem().ShouldContain(nameof(One));

    [Theory, OnEachDispatcher]
    public async Task A_job_beside_the_handled_ones_that_has_no_handler_is_named_in_the_log(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        await JobSystem.StartAsync(system.System, new JobSystemOptions
        {
            Journal = new InMemoryJournal(),
            History = new InMemoryHistory(),
            Services = new ServiceCollection().BuildServiceProvider(),
            Queues = [new QueueBuilder("checked").AddHandler<CheckedHandler>().Build(), new QueueBuilder("elsewhere").Build()],
        });
        (await system.Log.ExpectAsync(3003)).Message.ShouldContain("Queue checked has no handler for forgotten,");
    }

    [Job("one", Queue = "one")]
    internal sealed record One;

    internal sealed class OneHandler : IJobHandler<One>
    {
        public Task HandleAsync(One job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    internal sealed class OtherOneHandler : IJobHandler<One>
    {
        public Task HandleAsync(One job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Job("one", Queue = "elsewhere")]
    internal sealed record Namesake;

    internal sealed class NamesakeHandler : IJobHandler<Namesake>
    {
        public Task HandleAsync(Namesake job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    internal sealed record Nameless;

    internal sealed class NamelessHandler : IJobHandler<Nameless>
    {
        public Task HandleAsync(Nameless job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    internal sealed class TwoFacedHandler : IJobHandler<One>, IJobHandler<Versioned>
    {
        public Task HandleAsync(One job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task HandleAsync(Versioned job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Job("versioned", Version = 4, Queue = "elsewhere")]
    internal sealed record Versioned;

    internal sealed class VersionedHandler : IJobHandler<Versioned>
    {
        public Task HandleAsync(Versioned job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Job("checked", Queue = "checked")]
    internal sealed record Checked;

    internal sealed class CheckedHandler : IJobHandler<Checked>
    {
        public Task HandleAsync(Checked job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Job("forgotten", Queue = "checked")]
    internal sealed record Forgotten;

    [Job("forgotten", Queue = "checked")]
    internal sealed record Forgotten2;
}
