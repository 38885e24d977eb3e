using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests;

/// <summary>What makes no sense is refused where it is said, with an exception that names the fault; the rest of the system goes on.</summary>
public sealed class BadInputTests
{
    [Theory, OnEachDispatcher]
    public async Task Nobody_gets_a_null(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props());
        Should.Throw<ArgumentNullException>(() => actor.Tell(null!)).ParamName.ShouldBe("message");
        Should.Throw<ArgumentNullException>(() => actor.Tell(null!, actor)).ParamName.ShouldBe("message");
        Should.Throw<ArgumentNullException>(() => system.System.DeadLetters.Tell(null!)).ParamName.ShouldBe("message");
        Should.Throw<ArgumentNullException>(() => system.System.EventStream.Publish(null!)).ParamName.ShouldBe("message");
        Should.Throw<ArgumentNullException>(() => { _ = actor.AskAsync<int>(null!); }).ParamName.ShouldBe("request");
        var answer = await actor.AskAsync(new Puppet.Count());
        answer.ShouldBe(0);
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task An_illegal_name_is_refused_with_its_fault(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        foreach (var (name, fault) in new[]
        {
            ("", "must not be empty"),
            ("$a", "names that begin with '$' are made by the system"),
            ("a/b", "has the illegal character '/' at position 1"),
            ("/", "has the illegal character '/' at position 0"),
            ("a b", "has the illegal character ' ' at position 1"),
            ("ä", "has the illegal character 'ä' at position 0"),
            ("a\n", "has the illegal character U+000A at position 1"),
            ("a\0b", "has the illegal character U+0000 at position 1"),
            ("\u007f", "has the illegal character U+007F at position 0"),
            (new string('x', ActorPath.MaxNameLength + 1), "has 256 characters; 255 are allowed"),
        })
        {
            var refused = Should.Throw<InvalidActorNameException>(() => system.ActorOf(Puppet.Props(), name));
            (refused.Name, refused.Message).ShouldSatisfyAllConditions(
                refusal => refusal.Name.ShouldBe(name), refusal => refusal.Message.ShouldContain(fault));
            system.ActorOf(Puppet.Props()).Do(puppet =>
                reports.Ref.Tell(Should.Throw<InvalidActorNameException>(() => puppet.Context.ActorOf(Puppet.Props(), name)).Name));
            await reports.ExpectAsync(name);
            Should.Throw<InvalidActorNameException>(() => system.System.SystemActorOf(Puppet.Props(), name));
        }

        var longest = new string('x', ActorPath.MaxNameLength);
        system.ActorOf(Puppet.Props(), longest).Path.Name.ShouldBe(longest);
        Should.Throw<InvalidActorNameException>(() => ActorSystem.Create("a/b"));
    }

    [Theory, OnEachDispatcher, Trait("rule", "STOP-4")]
    public async Task A_name_that_is_taken_is_refused_until_its_actor_has_ended(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(), "name");
        var refused = Should.Throw<InvalidActorNameException>(() => system.ActorOf(Puppet.Props(), "name"));
        refused.Message.ShouldBe("'actors://test/user' already has a child named 'name'. A name is free again once its actor has ended.");
        (await actor.GracefulStopAsync(TimeSpan.FromSeconds(1))).ShouldBeTrue();
        await system.DrainAsync();
        (await system.ActorOf(Puppet.Props(), "name").CountAsync()).ShouldBe(0);
        Should.Throw<InvalidActorNameException>(() => system.System.SystemActorOf(Puppet.Props(), "dead-letters"));
    }

    [Theory, OnEachDispatcher]
    public async Task A_factory_that_throws_stops_its_actor_and_is_reported(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Props.Create<Puppet>(() => throw new BoomException()), "actor");
        var asking = actor.AskAsync(new Puppet.Count());
        var reported = (await system.Log.ExpectAsync(1102)).Exception.ShouldBeOfType<ActorInitializationException>();
        (reported.Actor, reported.InnerException!.Message).ShouldBe((actor.Path, "boom"));
        await system.ThrowsNowAsync<ActorNotFoundException>(asking);
    }

    [Theory, OnEachDispatcher]
    public async Task A_factory_that_returns_null_or_an_actor_that_it_has_made_before_is_named(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        system.ActorOf(Props.Create<Puppet>(() => null!), "null");
        (await system.Log.ExpectAsync(LogLevel.Error, "/user/null")).Exception!.Message.ShouldContain("The factory of Puppet returned null");
        ActorBase? first = null;
        var props = Props.Create(() => first ??= new Plain());
        system.ActorOf(props, "one");
        await system.DrainAsync();
        system.ActorOf(props, "two");
        (await system.Log.ExpectAsync(LogLevel.Error, "/user/two")).Exception!.Message.ShouldContain("returned an instance that it had made before");
        Should.Throw<InvalidOperationException>(() => new Plain()).Message.ShouldContain("cannot be made with 'new'");
    }

    [Theory, OnEachDispatcher]
    public async Task A_factory_that_has_one_actor_only_cannot_restart_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        Plain? first = null;
        var actor = system.ActorOf(
            Props.Create(() => first ??= new Plain()), "actor");
        probe.Watch(actor);
        await system.DrainAsync();
        actor.Tell("fail");
        var failure = (await system.Log.ExpectAsync(LogLevel.Warning, "made before")).Exception.ShouldBeOfType<PostRestartException>();
        failure.Actor.ShouldBe(actor.Path);
        system.System.Stop(actor);
        await probe.ExpectTerminatedAsync(actor);
    }

    [Theory, OnEachDispatcher(Seeds = 30)]
    public async Task Actors_that_watch_each_other_in_a_ring_all_end_when_one_does(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var ring = Enumerable.Range(0, 3).Select(i => system.ActorOf(Puppet.Props(script: new Puppet.Script { HandlesTerminated = false }), $"a{i}")).ToArray();
        for (var i = 0; i < ring.Length; i++)
        {
            var next = ring[(i + 1) % ring.Length];
            ring[i].Do(puppet => puppet.Context.Watch(next));
            probe.Watch(ring[i]);
        }

        await system.DrainAsync();
        ring[seed % 3].Tell(PoisonPill.Instance); // The others have no handler for the notice: a death pact.
        await probe.ExpectAllAsync([.. ring.Select(actor => new Terminated(actor))]);
        await probe.ExpectNoneAsync();
        system.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Theory, OnEachDispatcher(Seeds = 30)]
    public async Task A_parent_and_a_child_that_watch_each_other_both_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        parent.Do(puppet => puppet.Context.Watch(child));
        child.Do(puppet => puppet.Context.Watch(parent));
        probe.Watch(parent);
        probe.Watch(child);
        await system.DrainAsync();
        parent.Tell(PoisonPill.Instance);
        await probe.ExpectAllAsync(new Terminated(parent), new Terminated(child));
        await probe.ExpectNoneAsync();
        system.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DW-2")]
    public async Task To_watch_oneself_changes_nothing(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Do(puppet =>
        {
            puppet.Context.Watch(puppet.Self);
            puppet.Context.WatchWith(puppet.Self, "me");
            puppet.Context.Unwatch(puppet.Self);
        });
        (await actor.GracefulStopAsync(TimeSpan.FromSeconds(1))).ShouldBeTrue();
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: PostStop");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_asks_itself_in_its_handler_is_told_so_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(), "actor");
        var outcome = await AwaitInHandlerAsync(system, actor, puppet => puppet.Self.AskAsync(new Puppet.Count(), Timeout.InfiniteTimeSpan));
        outcome.Actor.ShouldBe(actor.Path);
        outcome.Message.ShouldBe(
            "'actors://test/user/actor' would wait for itself: it asks itself for Count, and cannot go on before the handler has ended. " +
            "Call the code directly, or tell Self and go on when the message comes.");

        // After an await, too.
        await AwaitInHandlerAsync(system, actor, async puppet =>
        {
            await Task.Yield();
            await puppet.Self.AskAsync(new Puppet.Count());
        });
        (await actor.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_waits_for_its_own_end_in_its_handler_is_told_so_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Props(), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        var self = await AwaitInHandlerAsync(system, parent, puppet => puppet.Self.GracefulStopAsync(Timeout.InfiniteTimeSpan));
        self.Message.ShouldStartWith("'actors://test/user/parent' would wait for itself: it waits for 'actors://test/user/parent' to end");
        var above = await AwaitInHandlerAsync(system, child, puppet => puppet.Context.Parent.GracefulStopAsync(Timeout.InfiniteTimeSpan));
        above.Actor.ShouldBe(child.Path);
        (await child.CountAsync()).ShouldBe(0); // Nothing was stopped.
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-1")]
    public async Task Two_actors_that_await_each_other_are_told_so_by_the_timeout(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var one = system.ActorOf(Puppet.Props(), "one");
        var two = system.ActorOf(Puppet.Props(), "two");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        one.DoAsync(_ => ReportAsync(() => two.AskAsync(new Puppet.Count(), TimeSpan.FromSeconds(2))));
        two.DoAsync(_ => ReportAsync(() => one.AskAsync(new Puppet.Count(), TimeSpan.FromSeconds(3))));
        await system.DrainAsync();
        gate.SetResult();
        await system.DrainAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        (await reports.ExpectAsync<AskTimeoutException>()).Message.ShouldContain("or wait itself for an answer of whoever asks it (a cycle of asks)");
        await reports.ExpectAsync<string>(); // Which frees the other.

        async Task ReportAsync(Func<Task<int>> askAsync)
        {
            await gate.Task;
            try
            {
                await askAsync();
                reports.Ref.Tell("answered");
            }
            catch (AskTimeoutException timeout)
            {
                reports.Ref.Tell(timeout);
            }
        }
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_no_actor_cannot_be_asked_watched_or_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<Question>(question =>
            {
                var ask = puppet.Sender;
                probe.Ref.Tell(Should.Throw<ArgumentException>(() => { _ = ask.AskAsync(question); }).Message);
                probe.Ref.Tell(Should.Throw<ArgumentException>(() => puppet.Context.Watch(ask)).Message);
                probe.Ref.Tell(Should.Throw<ArgumentException>(() => puppet.Context.System.Stop(ask)).Message);
                ask.Tell(1);
            }),
        }));
        (await actor.AskAsync(new Question())).ShouldBe(1);
        (await probe.ExpectAsync<string>()).ShouldContain("cannot be asked: it is not an actor");
        (await probe.ExpectAsync<string>()).ShouldContain("cannot be watched");
        (await probe.ExpectAsync<string>()).ShouldContain("is no actor of the system 'test'");
    }

    /// <summary>Runs code in a handler and expects that it is refused without waiting.</summary>
    private static async Task<ActorAwaitsItselfException> AwaitInHandlerAsync(TestSystem system, IActorRef actor, Func<Puppet, Task> code)
    {
        var refused = new TaskCompletionSource<ActorAwaitsItselfException>();
        actor.DoAsync(async puppet =>
        {
            try
            {
                await code(puppet);
            }
            catch (ActorAwaitsItselfException refusal)
            {
                refused.SetResult(refusal);
            }
        });
        await system.DrainAsync();
        refused.Task.IsCompleted.ShouldBeTrue("Expected a refusal at once, but the handler still waits.");
        return await refused.Task;
    }

    private sealed record Question : IRequest<int>;

    private sealed class Plain : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message) => message is "fail" ? throw new BoomException() : default;
    }
}
