using Actors.TestKit;

namespace Actors.Tests.Timing;

/// <summary>The longest time span means: later than anything. No sum with it turns negative.</summary>
public sealed class LongestDelayTests
{
    [Theory, OnEachDispatcher]
    public async Task Timers_limits_and_asks_with_the_longest_time_span_do_not_come_due(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1)); // A moment after the first, so that a sum would overflow.
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script { Construct = puppet => puppet.On<ReceiveTimeout>(_ => puppet.Report("silence")) }) with
            {
                HandlerLimit = TimeSpan.MaxValue,
                OnOverdue = OverdueAction.Restart,
                StopTimeout = TimeSpan.MaxValue,
            },
            "actor");
        await reports.ExpectAsync("actor: PreStart");
        actor.Do(puppet =>
        {
            puppet.Context.Timers.StartSingle("single", "single", TimeSpan.MaxValue);
            puppet.Context.Timers.StartPeriodic("periodic", "periodic", TimeSpan.FromSeconds(1), TimeSpan.MaxValue);
            puppet.Context.SetReceiveTimeout(TimeSpan.MaxValue);
        });
        await reports.ExpectAsync("actor: periodic");
        await reports.ExpectNoneAsync(TimeSpan.FromDays(100));
        actor.DoAsync(_ => gate.Task);
        var asked = actor.AskAsync(new Puppet.Count(), TimeSpan.MaxValue);
        await reports.ExpectNoneAsync(TimeSpan.FromDays(1));
        asked.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        (await asked).ShouldBe(0);
        var stopGate = new TaskCompletionSource();
        actor.DoAsync(_ => stopGate.Task);
        await system.DrainAsync();
        reports.Watch(actor);
        system.System.Stop(actor);
        await reports.ExpectNoneAsync(TimeSpan.FromDays(1));
        stopGate.SetResult();
        await reports.ExpectAsync("actor: PostStop");
        await reports.ExpectTerminatedAsync(actor);
    }
}
