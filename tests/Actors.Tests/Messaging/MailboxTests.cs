using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Messaging;

public sealed class MailboxTests
{
    [Theory, OnEachDispatcher, Trait("rule", "MB-1")]
    public async Task A_system_message_is_handled_before_the_next_user_message(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(reports), "child");
        await reports.ExpectAsync("child: PreStart");
        child.Do(puppet =>
        {
            for (var i = 0; i < 100; i++)
            {
                puppet.Self.Tell($"{i}");
            }

            system.System.Stop(puppet.Self); // From within, so that nothing can have been handled yet.
        });
        await reports.ExpectAsync("child: PostStop");
        await reports.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "MB-2")]
    public async Task Messages_of_one_sender_keep_their_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var senders = Enumerable.Range(0, 4).Select(_ => system.ActorOf(Puppet.Props())).ToArray();
        foreach (var sender in senders)
        {
            sender.Do(puppet => puppet.Become(() => puppet.On<int>(number =>
            {
                probe.Ref.Tell(number, puppet.Self);
                if (number < 200)
                {
                    puppet.Self.Tell(number + 1);
                }
            })));
            sender.Tell(1);
        }

        var next = senders.ToDictionary(sender => sender, _ => 1);
        for (var i = 0; i < 4 * 200; i++)
        {
            var number = await probe.ExpectAsync<int>();
            number.ShouldBe(next[probe.LastSender]++);
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-3")]
    public async Task Stashing_one_message_twice_fails(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(reports), "actor");
        actor.Do(puppet =>
        {
            puppet.Context.Stash();
            puppet.Report(Should.Throw<InvalidOperationException>(puppet.Context.Stash).Message);
            throw new OperationCanceledException("enough"); // So that it does not come again for ever.
        });
        await reports.ExpectAsync("actor: PreStart");
        (await reports.ExpectAsync<string>()).ShouldContain("has stashed its current message already");
        system.System.Stop(actor);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-3")]
    public async Task A_full_stash_refuses(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.UserStrategy = SupervisorStrategy.Stopping);
        var actor = system.ActorOf(Puppet.Props() with { StashCapacity = 2 }, "actor");
        actor.Do(puppet => puppet.Become(() => puppet.On<int>(_ => puppet.Context.Stash())));
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(3);
        var overflow = (await system.Log.ExpectAsync(LogLevel.Error, "Stopping")).Exception.ShouldBeOfType<StashOverflowException>();
        overflow.Capacity.ShouldBe(2);
        overflow.Actor.ShouldBe(actor.Path);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task Unstashed_messages_come_first_in_their_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props());
        actor.Do(puppet =>
        {
            puppet.Become(() =>
            {
                puppet.On<int>(_ => puppet.Context.Stash());
                puppet.On<bool>(_ =>
                {
                    puppet.Become(() => puppet.On<int>(number => probe.Ref.Tell(number)));
                    puppet.Context.UnstashAll();
                });
            });
            foreach (object message in (object[])[1, 2, 3, true, 4])
            {
                puppet.Self.Tell(message);
            }
        });
        await probe.ExpectInOrderAsync(1, 2, 3, 4);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task A_message_stashed_and_unstashed_in_one_turn_comes_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props());
        actor.Do(puppet =>
        {
            var seen = 0;
            puppet.Become(() => puppet.On<int>(number =>
            {
                probe.Ref.Tell((number, puppet.Sender.Path.Name));
                if (++seen < 3)
                {
                    puppet.Context.Stash();
                    puppet.Context.UnstashAll();
                }
            }));
        });
        probe.Send(actor, 7);
        var expected = (7, probe.Ref.Path.Name);
        await probe.ExpectInOrderAsync(expected, expected, expected);
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-7")]
    public async Task The_receive_timeout_slides_with_each_message_that_counts(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.Do(puppet =>
        {
            puppet.Become(() =>
            {
                puppet.On<ReceiveTimeout>(_ => reports.Ref.Tell(system.Time.Elapsed));
                puppet.On<Unnoticed>(_ => { });
                puppet.On<string>(_ => { });
            });
            puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(10));
        });
        await system.AdvanceAsync(TimeSpan.FromSeconds(9));
        actor.Tell("counts");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        actor.Tell(new Unnoticed());
        await reports.ExpectAsync(TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(5));
        await reports.ExpectAsync(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(10));
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-7")]
    public async Task The_receive_timeout_can_be_changed_and_ended(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(
            Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<ReceiveTimeout>(_ => reports.Ref.Tell("silence")) }));
        actor.Do(puppet => puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(1)));
        actor.Do(puppet => puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(3)));
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(2));
        await reports.ExpectAsync("silence", TimeSpan.FromSeconds(1));
        actor.Do(puppet => puppet.Context.SetReceiveTimeout(Timeout.InfiniteTimeSpan));
        await reports.ExpectNoneAsync(TimeSpan.FromHours(1));
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-7")]
    public async Task The_time_that_a_handler_takes_is_not_silence(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(
            Puppet.Props(script: new Puppet.Script
            {
                Construct = puppet => puppet.On<ReceiveTimeout>(_ => reports.Ref.Tell(system.Time.Elapsed)),
            }));
        actor.Do(puppet => puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(10)));
        actor.DoAsync(_ => Task.Delay(TimeSpan.FromSeconds(25), system.Time));
        await reports.ExpectAsync(TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(40));
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-8")]
    public async Task A_message_without_a_handler_is_news_and_no_failure(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var news = system.CreateProbe();
        system.System.EventStream.Subscribe<UnhandledMessage>(news.Ref);
        var actor = system.ActorOf(Puppet.Props());
        actor.Tell(3.5);
        (await news.ExpectAsync<UnhandledMessage>()).ShouldBe(new UnhandledMessage(3.5, null, actor));
        (await actor.CountAsync()).ShouldBe(0);
    }

    private sealed record Unnoticed : INotInfluenceReceiveTimeout;
}
