using Actors.TestKit;

namespace Actors.Tests.Supervision;

/// <summary>Restarts because the supervisor says so.</summary>
public sealed class RequestedRestartTests
{
    [Theory, OnEachDispatcher, Trait("rule", "OTP-8"), Trait("rule", "RST-5")]
    public async Task It_replaces_the_instance_and_keeps_address_mailbox_and_stash(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var child = await parent.SpawnAsync(Puppet.Props(reports), "child");
        probe.Watch(child);
        child.Tell(new Puppet.Increment());
        (await child.CountAsync()).ShouldBe(1);
        RestartFrom(parent, child);
        await system.DrainAsync();
        (await child.CountAsync()).ShouldBe(0);
        const string Cause = "Actor 'actors://test/user/$1/child' is restarted because its supervisor says so.";
        (await reports.ReceiveAllAsync()).ShouldBe(
            ["child: PreStart", .. Lines(parent, $"PreRestart({Cause}, null)", "PostStop", $"PostRestart({Cause})", "PreStart")]);
        await probe.ExpectNoneAsync();

        static IEnumerable<string> Lines(IActorRef parent, params string[] lines) =>
            lines.Select(line => "child: " + line.Replace("$1", parent.Path.Name, StringComparison.Ordinal));
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8"), Trait("rule", "BO-9")]
    public async Task It_counts_against_no_limit_and_forgives_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(new RestartOptions { MaxRestarts = 2 })));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        probe.Watch(child);
        for (var i = 0; i < 10; i++)
        {
            RestartFrom(parent, child);
        }

        await system.DrainAsync(); // A failure meanwhile would be answered by a restart that is on its way, and count no more than that.
        child.Fail();
        await system.DrainAsync();
        RestartFrom(parent, child);
        await system.DrainAsync();
        child.Fail();
        await system.DrainAsync();
        (await parent.AskAsync(new GetChildren())).ShouldHaveSingleItem().State.ShouldBe(ChildState.Running);
        await probe.ExpectNoneAsync();
        child.Fail();
        await probe.ExpectTerminatedAsync(child);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task It_is_for_the_child_alone_whatever_the_strategy(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy()));
        await parent.SpawnAsync(Puppet.Props(), "a");
        var child = await parent.SpawnAsync(Puppet.Props(restartType: RestartType.Temporary), "b");
        await parent.SpawnAsync(Puppet.Props(), "c");
        RestartFrom(parent, child);
        await system.DrainAsync();
        (await parent.AskAsync(new GetChildren())).Select(status => status.Restarts).ShouldBe([0, 1, 0]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task A_child_that_waits_for_its_restart_is_restarted_now_and_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } })));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        var permanent = await parent.SpawnAsync(Puppet.Props(restartType: RestartType.Permanent), "permanent");
        child.Fail();
        permanent.Tell(PoisonPill.Instance);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        RestartFrom(parent, child);
        RestartFrom(parent, permanent);
        await system.DrainAsync();
        var statuses = await parent.AskAsync(new GetChildren());
        statuses.Select(status => (status.State, status.Restarts)).ShouldBe([(ChildState.Running, 1), (ChildState.Running, 1)]);
        statuses[1].Actor.ShouldNotBe(permanent);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await parent.AskAsync(new GetChildren())).Select(status => status.Restarts).ShouldBe([1, 1]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task In_the_delay_of_a_group_it_takes_the_child_out_and_the_others_restart_later(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy(
            new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(10), Jitter = 0 } })));
        foreach (var name in (string[])["a", "b", "c"])
        {
            await parent.SpawnAsync(Puppet.Props(), name);
        }

        parent.Do(puppet => puppet.Context.Child("a")!.Fail());
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        parent.Do(puppet => puppet.Context.Restart(puppet.Context.Child("b")!));
        await system.DrainAsync();
        (await StatesAsync()).ShouldBe([(ChildState.Backoff, 0), (ChildState.Running, 1), (ChildState.Backoff, 0)]);
        var b = (await parent.AskAsync(new GetChildren()))[1].Actor;
        (await b.CountAsync()).ShouldBe(0); // It is not held back any more.
        await system.AdvanceAsync(TimeSpan.FromSeconds(9));
        (await StatesAsync()).ShouldBe([(ChildState.Running, 1), (ChildState.Running, 1), (ChildState.Running, 1)]);

        async Task<IEnumerable<(ChildState, int)>> StatesAsync() =>
            (await parent.AskAsync(new GetChildren())).Select(status => (status.State, status.Restarts));
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "OTP-8"), Trait("rule", "MB-6")]
    public async Task A_handler_that_awaits_is_cancelled_and_ends_first(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var child = await parent.SpawnAsync(Puppet.Props(reports), "child");
        child.DoAsync(async puppet =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken);
            }
            finally
            {
                puppet.Report("finally");
            }
        });
        await system.DrainAsync();
        RestartFrom(parent, child);
        await system.DrainAsync();
        (await reports.ReceiveAllAsync()).Cast<string>().Select(what => what.Split('(')[0]).ShouldBe(
            ["child: PreStart", "child: finally", "child: PreRestart", "child: PostStop", "child: PostRestart", "child: PreStart"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8"), Trait("rule", "OTP-9")]
    public async Task A_child_that_does_not_end_is_abandoned_and_a_new_incarnation_takes_its_name(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var child = await parent.SpawnAsync(Puppet.Props(restartType: RestartType.Temporary) with { StopTimeout = TimeSpan.FromSeconds(2) }, "child");
        probe.Watch(child);
        child.DoAsync(_ => new TaskCompletionSource().Task);
        await system.DrainAsync();
        RestartFrom(parent, child);
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(1.999));
        await probe.ExpectTerminatedAsync(child, TimeSpan.FromSeconds(0.001));
        var status = (await parent.AskAsync(new GetChildren())).ShouldHaveSingleItem();
        status.Actor.Path.ShouldBe(child.Path);
        status.Actor.ShouldNotBe(child);
        status.Restarts.ShouldBe(1);
        (await status.Actor.CountAsync()).ShouldBe(0);
    }

    [Fact, Trait("rule", "OTP-8"), Trait("rule", "OTP-9")]
    public async Task A_child_that_blocks_its_thread_is_abandoned_too_and_cleans_up_when_it_is_free()
    {
        // Real time, because virtual time waits for the blocked thread.
        await using var system = ActorSystem.Create("test");
        using var gate = new ManualResetEventSlim();
        var isBlocked = new TaskCompletionSource();
        var hasCleanedUp = new TaskCompletionSource();
        var hasChildEnded = new TaskCompletionSource();
        var restarted = new TaskCompletionSource();
        var starts = 0;
        var parent = system.ActorOf(Puppet.Props());
        var child = await parent.SpawnAsync(
            Puppet.Props(script: new Puppet.Script
            {
                PreStart = _ =>
                {
                    if (Interlocked.Increment(ref starts) == 2)
                    {
                        restarted.SetResult();
                    }

                    return default;
                },
                PostStop = _ =>
                {
                    hasCleanedUp.TrySetResult();
                    return default;
                },
            }) with { StopTimeout = TimeSpan.FromMilliseconds(50) },
            "child");
        await child.SpawnAsync(
            Puppet.Props(script: new Puppet.Script
            {
                PostStop = _ =>
                {
                    hasChildEnded.SetResult();
                    return default;
                },
            }),
            "grandchild");
        child.Do(_ =>
        {
            isBlocked.SetResult();
            gate.Wait();
        });
        await isBlocked.Task;
        RestartFrom(parent, child);
        await restarted.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await hasChildEnded.Task.WaitAsync(TimeSpan.FromSeconds(10)); // Its children do not wait until it is free.
        hasCleanedUp.Task.IsCompleted.ShouldBeFalse();
        gate.Set();
        await hasCleanedUp.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Volatile.Read(ref starts).ShouldBe(2);
    }

    [Theory, OnEachDispatcher(Seeds = 30), Trait("rule", "OTP-8"), Trait("rule", "SUP-11")]
    public async Task A_failure_of_the_instance_that_is_replaced_leads_to_no_second_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(new RestartOptions { MaxRestarts = 1 })));
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        parent.Do(puppet =>
        {
            for (var i = 0; i < 5; i++)
            {
                puppet.Context.Restart(child); // Some of these meet the child while it fails, and some while it restarts.
            }
        });
        child.Fail();
        await system.DrainAsync();
        var status = (await parent.AskAsync(new GetChildren())).ShouldHaveSingleItem();
        status.State.ShouldBe(ChildState.Running);
        (await child.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "OTP-8")]
    public async Task What_is_stopping_or_gone_is_left_alone_and_a_stranger_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        probe.Watch(child);
        parent.Do(puppet =>
        {
            puppet.Context.Stop(child);
            puppet.Context.Restart(child);
            probe.Ref.Tell(Should.Throw<ArgumentException>(() => puppet.Context.Restart(puppet.Self)).Message);
        });
        (await probe.FishAsync<string>()).ShouldContain("is none of them");
        await system.DrainAsync();
        parent.Do(puppet => puppet.Context.Restart(child));
        (await parent.ChildrenAsync()).ShouldBeEmpty();
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 1125);
    }

    private static void RestartFrom(IActorRef parent, IActorRef child) => parent.Do(puppet => puppet.Context.Restart(child));
}
