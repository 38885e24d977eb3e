using Actors.TestKit;

namespace Actors.Tests.Lifecycle;

public sealed class RestartTests
{
    [Theory, OnEachDispatcher, Trait("rule", "RST-1"), Trait("rule", "RST-2"), Trait("rule", "RST-3")]
    public async Task The_order_of_a_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script { Construct = puppet => puppet.Report("constructed") }), "actor");
        var child = await actor.SpawnAsync(Puppet.Props(reports), "child");
        actor.Fail();
        actor.Tell("next");
        await system.DrainAsync();
        var all = (await reports.ReceiveAllAsync()).Cast<string>().ToList();

        // The child stops after the hook that told it to, and before there is a new instance.
        var stopped = all.IndexOf("child: PostStop");
        stopped.ShouldBeInRange(all.IndexOf("actor: PreRestart(boom, Throw)") + 1, all.LastIndexOf("actor: constructed") - 1);
        all.Where(what => what.StartsWith("actor", StringComparison.Ordinal)).ShouldBe(
        [
            "actor: constructed", "actor: PreStart",
            "actor: PreRestart(boom, Throw)", "actor: PostStop", "actor: constructed", "actor: PostRestart(boom)", "actor: PreStart",
            "actor: next",
        ]);
        (await actor.ChildrenAsync()).ShouldBeEmpty();
        child.Path.Name.ShouldBe("child");
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-3")]
    public async Task PreRestart_is_told_what_the_actor_saw_not_how_it_came(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        var other = system.ActorOf(Puppet.Props());
        actor.Do(puppet =>
        {
            puppet.Become(() =>
            {
                puppet.On<Terminated>(_ => throw new BoomException());
                puppet.On<TimeSpan>(_ => throw new BoomException());
            });
            puppet.Context.Watch(other);
        });
        other.Tell(PoisonPill.Instance);
        await reports.FishAsync<string>(what => what == "actor: PreRestart(boom, Terminated)");
        actor.Do(puppet =>
        {
            puppet.Become(() => puppet.On<TimeSpan>(_ => throw new BoomException()));
            puppet.Context.Timers.StartSingle("key", TimeSpan.Zero, TimeSpan.FromSeconds(1));
        });
        await reports.FishAsync<string>(what => what == "actor: PreRestart(boom, TimeSpan)");
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-4")]
    public async Task A_failing_PreRestart_is_logged_and_the_restart_goes_on(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script { PreRestart = _ => throw new BoomException("again") }));
        actor.Tell(new Puppet.Increment());
        actor.Fail();
        (await actor.CountAsync()).ShouldBe(0);
        (await system.Log.ExpectAsync(1110)).Exception!.Message.ShouldBe("again");
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-4")]
    public async Task A_failing_new_instance_fails_the_actor_again_and_its_hooks_do_not_run(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.UserStrategy =
            new OneForOneStrategy(new RestartOptions { MaxRestarts = 3 }));
        var reports = system.CreateProbe();
        var instances = 0;
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script
            {
                Construct = _ => ThrowIf(++instances == 2, "second"),
                PostRestart = _ => instances == 3 ? throw new BoomException("third") : default,
            }),
            "actor");
        actor.Fail();
        (await actor.CountAsync()).ShouldBe(0);
        await reports.ExpectInOrderAsync(
            "actor: PreStart",
            "actor: PreRestart(boom, Throw)",
            "actor: PostStop",
            "actor: PostRestart(Actor 'actors://test/user/actor' could not be restarted: second (it was being restarted after: boom))");
        (await reports.ExpectAsync<string>()).ShouldStartWith("actor: PostRestart(Actor 'actors://test/user/actor' could not be restarted: third");
        await reports.ExpectAsync("actor: PreStart");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-4"), Trait("rule", "STOP-2")]
    public async Task An_actor_that_could_not_be_restarted_is_stopped_without_its_hooks(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.UserStrategy =
            new OneForOneStrategy(decider: cause => cause is PostRestartException ? Directive.Stop : Directive.Restart));
        var reports = system.CreateProbe();
        var instances = 0;
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script { Construct = _ => ThrowIf(++instances == 2, "second") }), "actor");
        var probe = system.CreateProbe();
        probe.Watch(actor);
        actor.Fail();
        await probe.ExpectTerminatedAsync(actor);
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: PreRestart(boom, Throw)", "actor: PostStop");
        await reports.ExpectNoneAsync();
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 1111);
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-5")]
    public async Task The_mailbox_survives_and_the_failing_message_is_not_repeated(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        probe.Watch(actor);
        actor.Tell("one");
        actor.Fail();
        actor.Tell("two");
        actor.Fail();
        actor.Tell("three");
        await system.DrainAsync();
        var all = (await reports.ReceiveAllAsync()).Cast<string>().ToArray();
        all.Count(what => what.Contains("PostRestart", StringComparison.Ordinal)).ShouldBe(2);
        all.Where(what => !what.Contains("P", StringComparison.Ordinal)).ShouldBe(["actor: one", "actor: two", "actor: three"]);
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-6")]
    public async Task A_stash_survives_a_restart_even_when_PreRestart_throws(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var isStashing = true;
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script
            {
                Construct = puppet => puppet.On<int>(number =>
                {
                    if (isStashing)
                    {
                        puppet.Context.Stash();
                    }
                    else
                    {
                        puppet.Report($"got {number}");
                    }
                }),
                PreRestart = _ => throw new BoomException("in the hook"),
            }),
            "actor");
        actor.Tell(1);
        actor.Tell(2);
        actor.Do(_ => isStashing = false);
        actor.Fail();
        actor.Tell(3);
        await system.DrainAsync();
        (await reports.ReceiveAllAsync()).Where(what => what is string text && text.Contains("got", StringComparison.Ordinal))
            .ShouldBe(["actor: got 1", "actor: got 2", "actor: got 3"]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-4")]
    public async Task A_restart_that_fails_again_and_again_does_not_make_its_failure_grow(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var causes = new List<Exception>();
        var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: cause =>
        {
            causes.Add(cause);
            return causes.Count < 100 ? Directive.Restart : Directive.Stop;
        })));
        var child = await parent.SpawnAsync(Puppet.Props(script: new Puppet.Script { PostRestart = static _ => throw new BoomException("in the hook") }));
        child.Fail();
        await system.DrainAsync();
        causes.Count.ShouldBe(100);
        causes[^1].Message.ShouldBe(causes[1].Message);
        causes[^1].ShouldBeOfType<PostRestartException>().Original.ShouldBeSameAs(causes[0]);
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-7"), Trait("rule", "RST-8")]
    public async Task Timers_end_with_the_instance(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Do(puppet => puppet.Context.Timers.StartPeriodic("key", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: tick");
        actor.Fail();
        await system.DrainAsync();
        await reports.ReceiveAllAsync();
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(5));
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-9")]
    public async Task A_restart_returns_to_the_first_behaviour_and_keeps_watches(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        var other = system.ActorOf(Puppet.Props(), "other");
        actor.Do(puppet =>
        {
            puppet.Context.Watch(other);
            puppet.Become(() => puppet.On<string>(_ => throw new BoomException()));
        });
        actor.Tell("fails");
        actor.Tell("works");
        await reports.FishAsync<string>(what => what == "actor: works");
        other.Tell(PoisonPill.Instance);
        await reports.ExpectAsync("actor: Terminated(other)");
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-10")]
    public async Task The_receive_timeout_survives_a_restart(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script { Construct = puppet => puppet.On<ReceiveTimeout>(_ => puppet.Report("silence")) }), "actor");
        actor.Do(puppet => puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(5)));
        actor.Fail();
        await reports.FishAsync<string>(what => what == "actor: silence", TimeSpan.FromSeconds(5));
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-11")]
    public async Task Each_instance_is_disposed_of(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Props.Create(() => new Disposable(probe.Ref)));
        actor.Tell("fail");
        await probe.ExpectInOrderAsync("disposed");
        actor.Tell(PoisonPill.Instance);
        await probe.ExpectInOrderAsync("disposed");
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-12")]
    public async Task Another_try_after_a_failed_start_begins_from_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(decider: _ => seed % 2 == 0 ? Directive.Restart : Directive.Resume));
        var reports = system.CreateProbe();
        var tries = 0;
        var actor = system.ActorOf(
            Puppet.Props(reports, new Puppet.Script
            {
                PreStart = puppet =>
                {
                    puppet.Context.ActorOf(Puppet.Props(), "child"); // The name must be free at each try.
                    return ++tries < 3 ? throw new BoomException() : default;
                },
            }),
            "actor");
        (await actor.CountAsync()).ShouldBe(0);
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: PreStart", "actor: PreStart");
        await reports.ExpectNoneAsync();
        (await actor.ChildrenAsync()).ShouldBe(["child"]);
    }

    [Theory, OnEachDispatcher]
    public async Task Children_that_the_hook_left_alive_restart_with_their_parent(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script { KeepsChildren = true }), "actor");
        var child = await actor.SpawnAsync(Puppet.Props(reports), "child");
        await reports.ExpectAsync("child: PreStart");
        actor.Fail();
        child.Tell("message");
        await system.DrainAsync();
        var all = await reports.ReceiveAllAsync();
        all.Where(what => what is not "child: message").ShouldBe(
            ["child: PreRestart(boom, null)", "child: PostStop", "child: PostRestart(boom)", "child: PreStart"]);
        all.Count(what => what is "child: message").ShouldBe(1);
    }

    [Theory, OnEachDispatcher(Seeds = 20)]
    public async Task An_actor_told_to_stop_while_it_restarts_stops_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        await actor.SpawnAsync(Puppet.Props(script: new Puppet.Script { PostStop = _ => new ValueTask(gate.Task) }), "child");
        actor.Fail();
        await system.DrainAsync();
        system.System.Stop(actor);
        await system.DrainAsync();
        gate.SetResult();
        var probe = system.CreateProbe();
        probe.Watch(actor);
        await probe.ExpectTerminatedAsync(actor);
        (await reports.ReceiveAllAsync()).ShouldBe(["actor: PreStart", "actor: PreRestart(boom, Throw)", "actor: PostStop"]);
        await system.Log.ExpectAsync(1101);
        await system.Log.ExpectNoneAsync(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    private static void ThrowIf(bool condition, string message)
    {
        if (condition)
        {
            throw new BoomException(message);
        }
    }

    private sealed class Disposable(IActorRef probe) : ActorBase, IDisposable
    {
        public void Dispose() => probe.Tell("disposed");

        protected override ValueTask OnReceiveAsync(object message) => throw new BoomException();
    }
}
