using Actors.Jobs.Tests.Crashes;
using Actors.Jobs.Tests.Processes;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Running;

/// <summary>Attempts that are cut short through no fault of their own, and what is known of that afterwards.</summary>
public sealed class InterruptionTests
{
    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_a_stop_cuts_short_says_so_and_one_that_had_not_begun_says_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.StopTimeout) = (1, 5, TimeSpan.FromSeconds(1)));
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var running = await host.EnqueueAsync();
        var granted = await host.EnqueueAsync();
        await host.ReachAsync(running, JobState.Running);
        await system.DrainAsync();
        (await host.Jobs.GetAsync(running)).LastInterruption.ShouldBeNull();
        await StopAsync(host);
        var stopped = (await host.Jobs.GetAsync(running)).LastInterruption.ShouldNotBeNull();
        (stopped.Cause, stopped.Attempt, stopped.Node, stopped.Text).ShouldBe((JobInterruptionCause.ConsumerStopped, 1, null, "the consumer of the queue was stopped"));
        (await host.Jobs.GetAsync(granted)).LastInterruption.ShouldBeNull();
        await system.Log.ExpectAsync(3151);

        await RestartTests.RestartAsync(host);
        (await host.Jobs.GetAsync(running)).LastInterruption.ShouldBe(stopped);
    }

    [Theory, OnEachDispatcher]
    public async Task The_stop_of_the_process_is_told_from_that_of_the_consumer(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.StopTimeout = TimeSpan.FromSeconds(1));
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Running);
        await system.DrainAsync();
        host.Jobs.NoteStopping();
        await StopAsync(host);
        (await host.Jobs.GetAsync(id)).LastInterruption.ShouldNotBeNull().Cause.ShouldBe(JobInterruptionCause.ProcessStopped);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_crash_is_noted_of_what_had_begun_and_outlives_the_next_start(int seed)
    {
        var gate = new Gate();
        await using var system = await TestSystem.StartAsync(seed, a =>
        {
            a.Services.AddSingleton(gate);
            a.AddQueue("default", q => q.Workers(1).Prefetch(5).AddHandler<GateHandler>());
        });
        var running = await system.Jobs.EnqueueAsync(new Pass());
        var granted = await system.Jobs.EnqueueAsync(new Pass());
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        gate.Begun.ShouldBe(1);
        await system.CrashAsync(TimeSpan.FromMinutes(1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var crash = (await system.Jobs.GetAsync(running)).LastInterruption.ShouldNotBeNull();
        (crash.Cause, crash.Attempt, crash.Node, crash.Text).ShouldBe((JobInterruptionCause.ProcessDied, 1, null, "the process died"));
        (await system.Jobs.GetAsync(granted)).LastInterruption.ShouldBeNull();
        gate.IsOpen = true;
        await system.CrashAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await system.Jobs.GetAsync(running)).State.ShouldBe(JobState.Succeeded);
        (await system.Jobs.GetAsync(granted)).Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_of_another_process_that_is_stopped_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("actors-interrupted-").FullName;
        try
        {
            var options = new QueueOptions { Workers = 1, StopTimeout = TimeSpan.FromMilliseconds(100) };
            await using var owner = await Node.StartAsync(folder, isWorker: false, options: options);
            var worker = await Node.StartAsync(folder, isWorker: true, options: options);
            worker.Ran.Body = static (_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            var id = await owner.Jobs.EnqueueAsync(new SharedWork());
            await UntilAsync(() => Task.FromResult(worker.Ran.Attempts.Count == 1));
            await worker.DisposeAsync();
            await UntilAsync(async () => (await owner.Jobs.GetAsync(id)).State == JobState.Waiting);
            var stop = (await owner.Jobs.GetAsync(id)).LastInterruption.ShouldNotBeNull();
            (stop.Cause, stop.Node, stop.Text).ShouldBe(
                (JobInterruptionCause.ConsumerStopped, worker.Id, $"the consumer of the queue was stopped (node {worker.Id})"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task StopAsync(JobHost host)
    {
        await host.BeginStopAsync();
        await host.System.AdvanceAsync(TimeSpan.FromSeconds(2));
        await host.Stopped;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(10);
        }
    }

    [Job("pass")]
    internal sealed record Pass;

    internal sealed class Gate
    {
        public int Begun { get; set; }

        public bool IsOpen { get; set; }
    }

    internal sealed class GateHandler(Gate gate, TimeProvider time) : IJobHandler<Pass>
    {
        public Task HandleAsync(Pass job, JobContext context, CancellationToken cancellationToken)
        {
            gate.Begun++;
            return gate.IsOpen ? Task.CompletedTask : Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }
    }
}
