using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Overdue;

/// <summary>Handlers that await for too long, to the tick, because virtual time knows no slack.</summary>
public sealed class HandlerLimitTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory, OnEachDispatcher]
    public async Task A_handler_that_awaits_past_its_limit_is_reported_again_whenever_its_age_has_doubled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = Limit }, "actor");
        actor.DoAsync(_ => gate.Task);
        await system.AdvanceAsync(TimeSpan.FromSeconds(9.999));
        Reports(system).ShouldBeEmpty();
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        var report = Reports(system).ShouldHaveSingleItem();
        report.Level.ShouldBe(LogLevel.Warning);
        report.Message.ShouldBe("actors://test/user/actor awaits in its handler of DoAsync since 10000 ms (limit 10000 ms)");
        report.Values["ActorPath"].ShouldBe(actor.Path);
        report.Values["MessageType"].ShouldBe("DoAsync");
        report.Values["AgeMs"].ShouldBe(10_000d);
        await system.AdvanceAsync(TimeSpan.FromSeconds(150));
        Reports(system).Select(entry => entry.Values["AgeMs"]).ShouldBe([10_000d, 20_000d, 40_000d, 80_000d, 160_000d]);
        gate.SetResult();
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        Reports(system).Count.ShouldBe(5);
        system.Time.TimerCount.ShouldBe(0, "who is idle has no timer");
        (await actor.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_that_never_ends_is_reported_at_least_once_an_hour(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        system.ActorOf(Puppet.Props() with { HandlerLimit = TimeSpan.FromMinutes(30) }).DoAsync(_ => gate.Task);
        await system.AdvanceAsync(TimeSpan.FromHours(5));
        Reports(system).Select(entry => (double)entry.Values["AgeMs"]! / 3_600_000).ShouldBe([0.5, 1, 2, 3, 4, 5]);
        gate.SetResult();
    }

    [Theory, OnEachDispatcher]
    public async Task Handlers_within_the_limit_are_not_reported_however_many(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = Limit });
        for (var i = 0; i < 20; i++)
        {
            actor.DoAsync(_ => Task.Delay(TimeSpan.FromSeconds(9.999), system.Time));
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await actor.CountAsync()).ShouldBe(0);
        Reports(system).ShouldBeEmpty();
    }

    [Theory, OnEachDispatcher]
    public async Task Each_handler_is_reported_at_its_own_limit(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = Limit });
        foreach (var seconds in (int[])[3, 12, 4, 11])
        {
            actor.DoAsync(async _ =>
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), system.Time);
                system.Log.Entries.Count(entry => entry.EventId.Id == 1120).ShouldBe(seconds == 11 ? 2 : seconds == 3 ? 0 : 1);
            });
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await actor.CountAsync()).ShouldBe(0, "no handler has failed");
        Reports(system).Select(entry => entry.Values["AgeMs"]).ShouldBe([10_000d, 10_000d]);
    }

    [Theory, OnEachDispatcher]
    public async Task The_system_has_a_limit_for_actors_that_have_none_and_infinite_sets_none(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.HandlerLimit = TimeSpan.FromSeconds(3));
        var gate = new TaskCompletionSource();
        system.ActorOf(Puppet.Props(), "default").DoAsync(_ => gate.Task);
        system.ActorOf(Puppet.Props() with { HandlerLimit = TimeSpan.FromSeconds(5) }, "patient").DoAsync(_ => gate.Task);
        system.ActorOf(Puppet.Props() with { HandlerLimit = Timeout.InfiniteTimeSpan }, "endless").DoAsync(_ => gate.Task);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5.5));
        Reports(system).Select(entry => entry.Values["ActorPath"]!.ToString()).ShouldBe(["actors://test/user/default", "actors://test/user/patient"]);
        gate.SetResult();
        new ActorSystemOptions().HandlerLimit.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory, OnEachDispatcher]
    public async Task An_overdue_handler_is_cancelled_and_its_actor_restarted_when_it_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = Restarting(system, reports);
        actor.DoAsync(async puppet =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, system.Time, puppet.Context.CancellationToken);
            }
            finally
            {
                puppet.Report("finally");
                await Task.Delay(TimeSpan.FromSeconds(2), system.Time);
                puppet.Report("cleaned up");
            }
        });
        actor.Tell("after");
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: finally", "actor: cleaned up");
        await ExpectRestartAsync(reports, 12);
        await reports.ExpectAsync("actor: after");
        var restart = await system.Log.ExpectAsync(1101);
        var overdue = restart.Exception.ShouldBeOfType<HandlerOverdueException>();
        overdue.Actor.ShouldBe(actor.Path);
        overdue.MessageType.ShouldBe(typeof(Puppet.DoAsync));
        (overdue.Age, overdue.Limit).ShouldBe((TimeSpan.FromSeconds(12), Limit));
        overdue.InnerException.ShouldBeNull();
        Reports(system).Count.ShouldBe(1);
        actor.Do(puppet => puppet.Report($"cancelled: {puppet.Context.CancellationToken.IsCancellationRequested}"));
        await reports.ExpectAsync("actor: cancelled: False");
    }

    [Theory, OnEachDispatcher]
    public async Task However_an_overdue_handler_ends_its_actor_fails_for_being_overdue(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = Restarting(system, null);
        actor.DoAsync(_ => Task.Delay(TimeSpan.FromSeconds(11), system.Time)); // Well.
        actor.DoAsync(async _ =>
        {
            await Task.Delay(TimeSpan.FromSeconds(11), system.Time);
            throw new BoomException("late");
        });
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await system.Log.ExpectAsync(1101)).Exception.ShouldBeOfType<HandlerOverdueException>().InnerException.ShouldBeNull();
        (await system.Log.ExpectAsync(1101)).Exception.ShouldBeOfType<HandlerOverdueException>().InnerException.ShouldBeOfType<BoomException>();
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_that_does_not_heed_its_token_is_given_up(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = Restarting(system, reports);
        reports.Send(actor, new Puppet.DoAsync(async puppet =>
        {
            await gate.Task;
            puppet.Report($"the rest runs, sender {puppet.Sender.Path.Name}");
            try
            {
                puppet.Context.Stash();
            }
            catch (InvalidOperationException refused)
            {
                puppet.Report(refused.Message);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            puppet.Report($"and so does the rest of that, sender {puppet.Sender.Path.Name}");
            throw new BoomException("which changes nothing");
        }));
        actor.Tell("after");
        await system.AdvanceAsync(TimeSpan.FromSeconds(15));
        await reports.ExpectAsync("actor: PreStart");
        await ExpectRestartAsync(reports, 15);
        await reports.ExpectAsync("actor: after");
        (await system.Log.ExpectAsync(1121)).Message.ShouldContain("has awaited in DoAsync for 15000 ms (limit 10000 ms)");

        // What is left of it runs in the middle of another handler, and knows nothing of that one's message.
        reports.Send(actor, new Puppet.DoAsync(async puppet =>
        {
            gate.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(3), system.Time);
            puppet.Report($"new sender {puppet.Sender.Path.Name}");
        }));
        await reports.ExpectInOrderAsync(
            "actor: the rest runs, sender dead-letters",
            "actor: 'actors://test/user/actor' has no current message to stash.",
            "actor: and so does the rest of that, sender dead-letters",
            $"actor: new sender {reports.Ref.Path.Name}");
        await system.Log.ExpectAsync(1107);
        (await actor.CountAsync()).ShouldBe(0);
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher]
    public async Task The_message_after_the_rest_of_a_given_up_handler_awaits_as_itself(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = Restarting(system, reports);
        actor.DoAsync(_ => gate.Task);
        await system.AdvanceAsync(TimeSpan.FromSeconds(15));
        await reports.ExpectAsync("actor: PreStart");
        await ExpectRestartAsync(reports, 15);

        // All in one turn: a handler lets the rest run, and the message behind it awaits.
        actor.Do(_ => gate.SetResult());
        reports.Send(actor, new Puppet.DoAsync(async puppet =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            puppet.Report($"sender {puppet.Sender.Path.Name}");
        }));
        await reports.ExpectAsync($"actor: sender {reports.Ref.Path.Name}");
    }

    [Theory, OnEachDispatcher]
    public async Task A_stashed_message_survives_the_handler_that_was_given_up(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var isSecond = false;
        var actor = Restarting(system, reports);
        actor.DoAsync(async puppet =>
        {
            if (isSecond)
            {
                puppet.Report("again");
                return;
            }

            isSecond = true;
            puppet.Context.Stash();
            await gate.Task;
        });
        await reports.ExpectAsync("actor: PreStart");
        await system.AdvanceAsync(TimeSpan.FromSeconds(15));
        await ExpectRestartAsync(reports, 15);
        await reports.ExpectAsync("actor: again");
        gate.SetResult();
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher]
    public async Task A_stop_or_a_restart_of_the_group_meanwhile_wins(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var stopped = Restarting(system, reports);
        stopped.DoAsync(async puppet =>
        {
            await gate.Task;
            puppet.Report("ended");
        });
        await system.AdvanceAsync(TimeSpan.FromSeconds(11));
        system.System.Stop(stopped);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        gate.SetResult();
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: ended", "actor: PostStop");
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
        system.Log.Entries.ShouldNotContain(entry => entry.Level >= LogLevel.Error);

        // A bystander, whose handler hangs while its group is restarted, is left behind at its stop limit, and another takes its place.
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy()), "parent");
        var hung = await parent.SpawnAsync(Puppet.Props(reports) with { HandlerLimit = Limit, OnOverdue = OverdueAction.Restart }, "hung");
        var failing = await parent.SpawnAsync(Puppet.Props(), "failing");
        hung.DoAsync(_ => new TaskCompletionSource().Task);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        failing.Fail();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await reports.ExpectInOrderAsync("hung: PreStart", "hung: PreStart");
        await reports.ExpectNoneAsync(TimeSpan.FromMinutes(1));
    }

    [Theory, OnEachDispatcher]
    public async Task Only_messages_count_and_only_while_they_are_handled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = Limit });
        actor.DoAsync(_ => Task.Delay(TimeSpan.FromSeconds(9), system.Time));
        actor.Do(_ => { });
        actor.Do(puppet => puppet.Context.RunTask(() => Task.Delay(TimeSpan.FromMinutes(5), system.Time), _ => "over"));
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        Reports(system).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_limit_that_is_no_time_is_refused(int seconds)
    {
        var limit = TimeSpan.FromSeconds(seconds);
        Should.Throw<ArgumentOutOfRangeException>(() => Puppet.Props() with { HandlerLimit = limit }).ParamName.ShouldBe("HandlerLimit");
        Should.Throw<ArgumentOutOfRangeException>(() => ActorSystem.Create("test", new ActorSystemOptions { HandlerLimit = limit }))
            .ParamName.ShouldBe("HandlerLimit");
    }

    private static IActorRef Restarting(TestSystem system, Probe? reports) => system.ActorOf(
        Puppet.Props(reports) with { HandlerLimit = Limit, OnOverdue = OverdueAction.Restart, StopTimeout = TimeSpan.FromSeconds(5) }, "actor");

    private static async Task ExpectRestartAsync(Probe reports, int age)
    {
        var text = $"'actors://test/user/actor' took {age} s for DoAsync (limit 10 s). Pass the actor's cancellation token to what its handler awaits, " +
            "hand long work to RunTask, or raise Props.HandlerLimit.";
        await reports.ExpectInOrderAsync(
            $"actor: PreRestart({text}, DoAsync)", "actor: PostStop", $"actor: PostRestart({text})", "actor: PreStart");
    }

    private static List<LogEntry> Reports(TestSystem system) => [.. system.Log.Entries.Where(entry => entry.EventId.Id == 1120)];
}
