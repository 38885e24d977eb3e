using Actors.TestKit;

namespace Actors.Tests.Messaging;

public sealed class AskTests
{
    [Theory, OnEachDispatcher, Trait("rule", "ASK-1")]
    public async Task An_ask_without_an_answer_fails_after_its_timeout_and_says_who_and_what(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var silent = system.CreateProbe("silent");
        var asking = silent.Ref.AskAsync(new Puppet.Count());
        await system.AdvanceAsync(TimeSpan.FromSeconds(4.999));
        asking.IsCompleted.ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.001));
        var timeout = await Should.ThrowAsync<AskTimeoutException>(asking);
        timeout.Message.ShouldContain("'actors://test/user/silent' did not answer Count within 5 s.");
        timeout.Target.ShouldBe(silent.Ref.Path);

        var quick = silent.Ref.AskAsync(new Puppet.Count(), TimeSpan.FromSeconds(1));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<AskTimeoutException>(quick);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-1")]
    public async Task An_ask_can_be_cancelled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var silent = system.CreateProbe();
        using var source = new CancellationTokenSource();
        var asking = silent.Ref.AskAsync(new Puppet.Count(), cancellationToken: source.Token);
        await silent.ExpectAsync<Puppet.Count>();
        await source.CancelAsync();
        await Should.ThrowAsync<TaskCanceledException>(asking);
        await Should.ThrowAsync<TaskCanceledException>(silent.Ref.AskAsync(new Puppet.Count(), cancellationToken: source.Token));
        await silent.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-2")]
    public async Task A_failure_as_the_answer_fails_the_ask_with_its_cause(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        probe.SetAutoPilot((sender, _) => sender.Tell(new Failure(new BoomException("no"))));
        (await Should.ThrowAsync<BoomException>(probe.Ref.AskAsync(new Puppet.Count()))).Message.ShouldBe("no");
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-2")]
    public async Task A_failure_is_no_answer_even_where_any_object_is(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        object answer = new Failure(new BoomException());
        probe.SetAutoPilot((sender, _) => sender.Tell(answer));
        await system.ThrowsNowAsync<BoomException>(probe.Ref.AskAsync(new WhatEver()));
        answer = 1.5;
        (await probe.Ref.AskAsync(new WhatEver())).ShouldBe(1.5);
        answer = new Failure(new BoomException());
        (await probe.Ref.AskAsync(new HowDidItFail())).ShouldBe(answer);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-2")]
    public async Task An_answer_of_another_type_fails_the_ask(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        probe.SetAutoPilot((sender, _) => sender.Tell("seven"));
        var unexpected = await Should.ThrowAsync<UnexpectedReplyException>(probe.Ref.AskAsync(new Puppet.Count()));
        unexpected.Reply.ShouldBe("seven");
        unexpected.Message.ShouldContain("answered Count with String, but Int32 was expected");
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-3")]
    public async Task A_second_answer_and_one_that_is_too_late_become_dead_letters(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var probe = system.CreateProbe();
        var asking = probe.Ref.AskAsync(new Puppet.Count());
        await probe.ExpectAsync<Puppet.Count>();
        probe.Reply(1);
        probe.Reply(2);
        (await asking).ShouldBe(1);
        (await letters.ExpectAsync<DeadLetter>()).Message.ShouldBe(2);

        asking = probe.Ref.AskAsync(new Puppet.Count());
        await probe.ExpectAsync<Puppet.Count>();
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        await Should.ThrowAsync<AskTimeoutException>(asking);
        probe.Reply(3);
        (await letters.ExpectAsync<DeadLetter>()).Message.ShouldBe(3);
    }

    [Fact, Trait("rule", "ASK-4")]
    public async Task What_follows_an_ask_does_not_run_on_the_actors_thread()
    {
        await using var system = ActorSystem.Create("test");
        Thread? actorThread = null;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<Puppet.Spawn>(_ =>
            {
                actorThread = Thread.CurrentThread;
                puppet.Sender.Tell(puppet.Self);
                Thread.Sleep(20);
            }),
        }));
        Thread? following = null;
        await actor.AskAsync(new Puppet.Spawn(Puppet.Props())).ContinueWith(
            _ => following = Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        following.ShouldNotBe(actorThread);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_ask_of_a_dead_actor_fails_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        var notFound = await Should.ThrowAsync<ActorNotFoundException>(actor.AskAsync(new Puppet.Count()));
        notFound.Message.ShouldContain("'actors://test/user/actor' cannot answer Count");
        system.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_ask_that_waits_in_the_mailbox_of_an_actor_fails_when_the_actor_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.DoAsync(puppet => Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken));
        var asking = actor.AskAsync(new Puppet.Count(), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        asking.IsCompleted.ShouldBeFalse();
        system.System.Stop(actor);
        await Should.ThrowAsync<ActorNotFoundException>(asking);
    }

    [Theory, OnEachDispatcher]
    public async Task An_ask_that_is_open_when_the_system_ends_fails_then(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var silent = system.CreateProbe();
        var asking = silent.Ref.AskAsync(new Puppet.Count());
        await silent.ExpectAsync<Puppet.Count>();
        await system.DisposeAsync();
        await Should.ThrowAsync<ActorNotFoundException>(asking);
    }

    [Theory, OnEachDispatcher]
    public async Task An_answered_ask_leaves_no_timer_behind(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props());
        for (var i = 0; i < 100; i++)
        {
            await actor.CountAsync();
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_piped_task_arrives_as_a_message_or_as_a_failure(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        Task.FromResult("result").PipeTo(probe.Ref);
        await probe.ExpectAsync("result");
        Task.FromException<string>(new BoomException()).PipeTo(probe.Ref);
        (await probe.ExpectAsync<Failure>()).Cause.ShouldBeOfType<BoomException>();
        Task.FromCanceled<string>(new CancellationToken(true)).PipeTo(probe.Ref);
        (await probe.ExpectAsync<Failure>()).Cause.ShouldBeOfType<TaskCanceledException>();
    }

    private sealed record WhatEver : IRequest<object>;

    private sealed record HowDidItFail : IRequest<Failure>;
}
