using Actors.TestKit;

namespace Actors.Tests.Messaging;

public sealed class StashTests
{
    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task Unstash_brings_back_the_oldest_and_only_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, probe) = Stasher(system, puppet => puppet.Context.Unstash());
        Send(actor, 1, 2, "unstash", 3, "unstash", "unstash", "unstash", "unstash");
        await probe.ExpectInOrderAsync(1, 2, 3);
        await probe.ExpectNoneAsync();
        Send(actor, 4, 5, "unstash", "unstash"); // The stash works on after it was empty.
        await probe.ExpectInOrderAsync(4, 5);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task Unstash_puts_the_message_before_everything_that_waits(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props());
        actor.Do(puppet =>
        {
            puppet.Become(() =>
            {
                puppet.On<int>(_ => puppet.Context.Stash());
                puppet.On<string>(text =>
                {
                    puppet.Become(() => puppet.On<object>(message => probe.Ref.Tell(message)));
                    puppet.Context.Unstash();
                });
            });
            Send(puppet.Self, 1, 2, "now", "after");
        });
        await probe.ExpectInOrderAsync(1, "after");
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task UnstashAll_with_a_condition_leaves_the_others_in_the_stash(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var isOdd = true;
        var (actor, probe) = Stasher(system, puppet =>
        {
            puppet.Context.UnstashAll(message => (int)message % 2 == (isOdd ? 1 : 0));
            isOdd = false;
        });
        Send(actor, 1, 2, 3, 4, 5, "unstash");
        await probe.ExpectInOrderAsync(1, 3, 5);
        await probe.ExpectNoneAsync();
        Send(actor, "unstash");
        await probe.ExpectInOrderAsync(2, 4);
        Send(actor, "unstash", 6, "unstash");
        await probe.ExpectInOrderAsync(6);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task A_condition_that_throws_leaves_the_stash_as_it_was(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var throws = true;
        var (actor, probe) = Stasher(system, puppet =>
        {
            if (throws)
            {
                throws = false;
                Should.Throw<BoomException>(() => puppet.Context.UnstashAll(message => (int)message == 2 ? throw new BoomException() : true));
                Should.Throw<ArgumentNullException>(() => puppet.Context.UnstashAll(null!));
            }
            else
            {
                puppet.Context.UnstashAll();
            }
        });
        Send(actor, 1, 2, 3, "unstash");
        await probe.ExpectNoneAsync();
        Send(actor, "unstash");
        await probe.ExpectInOrderAsync(1, 2, 3);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-3"), Trait("rule", "MB-4")]
    public async Task What_was_unstashed_leaves_room_for_as_much(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var round = 0;
        var (actor, probe) = Stasher(
            system,
            puppet =>
            {
                switch (++round)
                {
                    case 1:
                        puppet.Context.Unstash();
                        break;
                    case 2:
                        puppet.Context.UnstashAll(_ => true);
                        break;
                    default:
                        puppet.Context.UnstashAll();
                        break;
                }
            },
            capacity: 2);
        Send(actor, 1, 2, "unstash", 3, "unstash", 4, 5, "unstash", 6, 7, 8);
        await probe.ExpectInOrderAsync(1, 2, 3, 4, 5);
        (await system.Log.ExpectAsync(1101)).Exception.ShouldBeOfType<StashOverflowException>().Capacity.ShouldBe(2);
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-3")]
    public async Task Outside_a_message_there_is_nothing_to_stash(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            PreStart = puppet =>
            {
                probe.Ref.Tell(Should.Throw<InvalidOperationException>(puppet.Context.Stash).Message);
                puppet.Context.Unstash();
                puppet.Context.UnstashAll();
                return default;
            },
        }));
        (await probe.ExpectAsync<string>()).ShouldContain("has no current message to stash");
    }

    /// <summary>Stashes each number when it comes first, reports it when it comes again, and unstashes when told to.</summary>
    private static (IActorRef Actor, Probe Probe) Stasher(TestSystem system, Action<Puppet> unstash, int capacity = 100)
    {
        var probe = system.CreateProbe();
        var seen = new HashSet<int>();
        var props = Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet =>
            {
                puppet.On<int>(number =>
                {
                    if (seen.Contains(number))
                    {
                        probe.Ref.Tell(number);
                        return;
                    }

                    puppet.Context.Stash();
                    seen.Add(number);
                });
                puppet.On<string>(_ => unstash(puppet));
            },
        });
        return (system.ActorOf(props with { StashCapacity = capacity }), probe);
    }

    private static void Send(IActorRef actor, params object[] messages)
    {
        foreach (var message in messages)
        {
            actor.Tell(message);
        }
    }
}
