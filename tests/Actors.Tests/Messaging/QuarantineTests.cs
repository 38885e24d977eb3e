using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Messaging;

/// <summary>A message on which an actor fails again and again is taken out of circulation: it is kept, and not given to the actor any more.</summary>
public sealed class QuarantineTests
{
    [Theory, OnEachDispatcher]
    public async Task The_third_failure_on_the_same_message_is_the_last(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, received) = Fragile(system);
        var sender = system.CreateProbe();
        var box = system.System.DeadLetterBox;
        sender.Send(actor, new Poison(1));
        sender.Send(actor, new Poison(1));
        await system.DrainAsync();
        box.Total.ShouldBe(0);

        sender.Send(actor, new Poison(1));
        await system.DrainAsync();
        received.Count.ShouldBe(3);
        var letter = box.List().ShouldHaveSingleItem();
        (letter.Message, letter.Sender, letter.Recipient, letter.Reason).ShouldBe((new Poison(1), sender.Ref, actor, DeadLetterReason.Quarantined));
        var cause = letter.Cause.ShouldBeOfType<MessageQuarantinedException>();
        (cause.Actor, cause.MessageType, cause.Count).ShouldBe((actor.Path, typeof(Poison), 3));
        cause.Failures.Select(failure => failure.Message).ShouldBe(["boom 1", "boom 2", "boom 3"]);
        cause.InnerException.ShouldBeSameAs(cause.Failures[2]);
        cause.Message.ShouldStartWith("'actors://test/user/fragile' has failed 3 times on the same Poison, so the message is quarantined.");
        var entry = await system.Log.ExpectAsync(1206);
        (entry.Level, entry.Values["Failures"], entry.Exception).ShouldBe((LogLevel.Error, 3, cause.InnerException));
        await system.Log.ExpectAsync(1101); // The actor is restarted after that failure, as after any.

        for (var i = 0; i < 10; i++)
        {
            sender.Send(actor, new Poison(1));
        }

        sender.Send(actor, new Fine());
        await system.DrainAsync();
        received.ShouldBe([new Poison(1), new Poison(1), new Poison(1), new Fine()]);
        box.Total.ShouldBe(11);
        box.List()[0].Cause.ShouldBeOfType<MessageQuarantinedException>().Count.ShouldBe(3);
        system.Log.Entries.Count(logged => logged.EventId.Id == 1206).ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task It_holds_in_every_kind_of_mailbox(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var box = system.System.DeadLetterBox;
        foreach (var mailbox in (MailboxOptions[])[MailboxOptions.Bounded(5), MailboxOptions.Priority(message => message is Fine ? 2 : 1)])
        {
            var (actor, received) = Fragile(system, mailbox: mailbox);
            for (var i = 0; i < 10; i++)
            {
                actor.Tell(new Poison(1));
                await system.DrainAsync();
            }

            actor.Tell(new Fine());
            await system.DrainAsync();
            received.ShouldBe([new Poison(1), new Poison(1), new Poison(1), new Fine()]);
            (await system.ThrowsNowAsync<MessageQuarantinedException>(actor.AskAsync(new Poison(1)))).Count.ShouldBe(3);
            box.Discard(new DeadLetterFilter { Reason = DeadLetterReason.Quarantined }).ShouldBe(9);
            actor.Tell(new Poison(1));
            await system.DrainAsync();
            box.Replay(box.List()[0].Id).ShouldBe(ReplayOutcome.Sent);
            actor.Tell(new Poison(1));
            await system.DrainAsync();
            received.Count.ShouldBe(6);
            (await actor.GracefulStopAsync(TimeSpan.FromSeconds(1))).ShouldBeTrue();
            await system.DrainAsync();
        }

        box.Count.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_tick_that_was_stashed_is_still_a_tick(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var received = 0;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<Poison>(_ =>
            {
                if (++received < 8)
                {
                    puppet.Context.Stash(); // It comes again after the restart.
                    throw new BoomException();
                }
            }),
        }));
        actor.Do(puppet => puppet.Context.Timers.StartSingle("tick", new Poison(1), TimeSpan.FromSeconds(1)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        received.ShouldBe(8);
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_message_whose_handler_does_not_end_is_quarantined_as_well(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var received = 0;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.OnAsync<Poison>(async _ =>
            {
                received++;
                await Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken);
            }),
        }) with { HandlerLimit = TimeSpan.FromSeconds(1), OnOverdue = OverdueAction.Restart });
        for (var i = 0; i < 5; i++)
        {
            actor.Tell(new Poison(1));
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        received.ShouldBe(3);
        system.System.DeadLetterBox.List().Select(letter => letter.Reason).ShouldBe(
            [DeadLetterReason.Quarantined, DeadLetterReason.Quarantined, DeadLetterReason.Quarantined]);
    }

    [Theory, OnEachDispatcher]
    public async Task Messages_are_the_same_when_they_are_equal_or_one_object(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, received) = Fragile(system);
        var one = new Plain();
        var two = new Plain();
        foreach (var message in (object[])[one, two, one, two, one])
        {
            actor.Tell(message);
        }

        await system.DrainAsync();
        system.System.DeadLetterBox.List().ShouldHaveSingleItem().Message.ShouldBeSameAs(one);
        for (var i = 0; i < 4; i++)
        {
            actor.Tell(new Poison(7));
            actor.Tell(new Poison(i + 100)); // Equal to none before it.
        }

        await system.DrainAsync();
        system.System.DeadLetterBox.List().Select(letter => letter.Message).ShouldBe([new Poison(7), new Poison(7), one]);
        received.Count.ShouldBe(5 + 7);
    }

    [Theory, OnEachDispatcher]
    public async Task Messages_that_cannot_be_compared_are_not_the_same(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, received) = Fragile(system);
        var odd = new Odd();
        foreach (var message in (object[])[odd, new Odd(), odd, odd, odd, new Fine()])
        {
            actor.Tell(message);
        }

        await system.DrainAsync();
        received.Count.ShouldBe(5);
        system.System.DeadLetterBox.Count.ShouldBe(2);
        system.System.DeadLetterBox.List().ShouldAllBe(letter => ReferenceEquals(letter.Message, odd));
    }

    [Theory, OnEachDispatcher]
    public async Task A_success_of_the_message_forgets_its_failures(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, received) = Fragile(system, failsOn: (_, count) => count % 3 != 0); // Two failures, a success, and so on.
        for (var i = 0; i < 30; i++)
        {
            actor.Tell(new Poison(1));
        }

        await system.DrainAsync();
        received.Count.ShouldBe(30);
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_success_of_another_message_does_not(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, received) = Fragile(system);
        for (var i = 0; i < 5; i++)
        {
            actor.Tell(new Poison(1));
            actor.Tell(new Fine());
        }

        await system.DrainAsync();
        received.Count.ShouldBe(3 + 5);
    }

    [Theory, OnEachDispatcher]
    public async Task A_long_run_without_a_failure_forgets_them_as_it_forgives_restarts(TestDispatcher dispatcher, int seed)
    {
        var backoff = new BackoffOptions { Min = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(1), Jitter = 0, ResetAfter = TimeSpan.FromSeconds(30) };
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(new RestartOptions { Backoff = backoff }));
        var (actor, received) = Fragile(system);
        for (var i = 0; i < 6; i++)
        {
            actor.Tell(new Poison(1));
            await system.AdvanceAsync(TimeSpan.FromSeconds(1)); // The delay.
            await system.AdvanceAsync(i % 2 == 1 ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(29));
        }

        received.Count.ShouldBe(6);
        system.System.DeadLetterBox.Total.ShouldBe(0);
        for (var i = 0; i < 4; i++)
        {
            actor.Tell(new Poison(1));
            await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        }

        received.Count.ShouldBe(9);
        system.System.DeadLetterBox.Total.ShouldBe(1 + 1);
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        actor.Tell(new Poison(1)); // What is in quarantine stays there.
        await system.DrainAsync();
        received.Count.ShouldBe(9);
    }

    [Theory, OnEachDispatcher]
    public async Task A_message_that_comes_from_the_stash_again_and_again_is_quarantined_too(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var received = 0;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<Poison>(_ =>
            {
                received++;
                puppet.Context.Stash(); // To try again after the restart.
                throw new BoomException();
            }),
        }));
        var asking = actor.AskAsync(new Poison(1), Timeout.InfiniteTimeSpan);
        (await system.ThrowsNowAsync<MessageQuarantinedException>(asking)).Count.ShouldBe(3);
        received.ShouldBe(3);
        system.System.DeadLetterBox.List().ShouldHaveSingleItem().Message.ShouldBe(new Poison(1));
        (await actor.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task To_stash_a_message_is_no_success_of_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var received = 0;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet =>
            {
                var isReady = false;
                puppet.On<Poison>(_ =>
                {
                    received++;
                    if (isReady)
                    {
                        throw new BoomException();
                    }

                    puppet.Context.Stash();
                });
                puppet.On<Fine>(_ =>
                {
                    isReady = true;
                    puppet.Context.UnstashAll();
                });
            },
        }));
        for (var i = 0; i < 10; i++)
        {
            actor.Tell(new Poison(1));
            actor.Tell(new Fine());
        }

        await system.DrainAsync();
        received.ShouldBe(6);
        system.System.DeadLetterBox.Total.ShouldBe(8);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_ask_in_quarantine_fails_at_once_and_says_so(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, received) = Fragile(system);
        await system.ThrowsNowAsync<AskFailedException>(actor.AskAsync(new Poison(1)));
        await system.ThrowsNowAsync<AskFailedException>(actor.AskAsync(new Poison(1)));
        await system.ThrowsNowAsync<MessageQuarantinedException>(actor.AskAsync(new Poison(1)));
        var refused = await system.ThrowsNowAsync<MessageQuarantinedException>(actor.AskAsync(new Poison(1)));
        (refused.Count, refused.Actor, refused.MessageType).ShouldBe((3, actor.Path, typeof(Poison)));
        received.Count.ShouldBe(3);
    }

    [Theory, OnEachDispatcher]
    public async Task An_awaiting_handler_that_fails_counts_as_any_other(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var received = 0;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.OnAsync<Poison>(async _ =>
            {
                received++;
                await Task.Yield();
                throw new BoomException();
            }),
        }));
        for (var i = 0; i < 5; i++)
        {
            actor.Tell(new Poison(1));
        }

        await system.DrainAsync();
        received.ShouldBe(3);
    }

    [Theory, OnEachDispatcher]
    public async Task To_replay_a_message_ends_its_quarantine(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var isMended = false;
        var (actor, received) = Fragile(system, failsOn: (_, _) => !isMended);
        for (var i = 0; i < 3; i++)
        {
            actor.Tell(new Poison(1));
        }

        await system.DrainAsync();
        var box = system.System.DeadLetterBox;
        box.Replay(1).ShouldBe(ReplayOutcome.Sent); // In vain: three more failures are allowed.
        actor.Tell(new Poison(1));
        actor.Tell(new Poison(1));
        actor.Tell(new Poison(1));
        await system.DrainAsync();
        received.Count.ShouldBe(6);
        box.List().Select(letter => letter.Reason).ShouldBe([DeadLetterReason.Quarantined, DeadLetterReason.Quarantined]);

        isMended = true;
        box.ReplayAll(new DeadLetterFilter { Reason = DeadLetterReason.Quarantined }).ShouldBe(2);
        actor.Tell(new Poison(1));
        await system.DrainAsync();
        received.Count.ShouldBe(9);
        box.Count.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_replayed_message_that_finds_the_actor_gone_comes_back_as_what_it_was(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, _) = Fragile(system);
        for (var i = 0; i < 3; i++)
        {
            actor.Tell(new Poison(1));
        }

        await system.DrainAsync();
        var gate = new TaskCompletionSource();
        actor.DoAsync(_ => gate.Task);
        await system.DrainAsync();
        system.System.DeadLetterBox.Replay(1).ShouldBe(ReplayOutcome.Sent);
        system.System.Stop(actor);
        gate.SetResult();
        await system.DrainAsync();
        var letter = system.System.DeadLetterBox.List().ShouldHaveSingleItem();
        (letter.Message, letter.Reason).ShouldBe((new Poison(1), DeadLetterReason.RecipientEnded));
        system.System.DeadLetterBox.Replay(letter.Id, actor).ShouldBe(ReplayOutcome.Sent);
        system.System.DeadLetterBox.List().ShouldHaveSingleItem().Message.ShouldBe(new Poison(1));
    }

    [Theory, OnEachDispatcher]
    public async Task The_limit_is_a_setting_of_the_actor(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (once, receivedOnce) = Fragile(system, quarantineAfter: 1, name: "once");
        var (never, receivedAlways) = Fragile(system, quarantineAfter: 0, name: "never");
        for (var i = 0; i < 20; i++)
        {
            once.Tell(new Poison(1));
            never.Tell(new Poison(1));
        }

        await system.DrainAsync();
        receivedOnce.Count.ShouldBe(1);
        receivedAlways.Count.ShouldBe(20);
        Should.Throw<ArgumentOutOfRangeException>(() => Puppet.Props() with { QuarantineAfter = -1 }).ParamName.ShouldBe("QuarantineAfter");
    }

    [Theory, OnEachDispatcher]
    public async Task Quarantine_holds_for_the_actor_that_failed_and_for_no_other(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (one, receivedByOne) = Fragile(system, name: "one");
        var (two, receivedByTwo) = Fragile(system, failsOn: (_, _) => false, name: "two");
        for (var i = 0; i < 5; i++)
        {
            one.Tell(new Poison(1));
            two.Tell(new Poison(1));
        }

        await system.DrainAsync();
        (receivedByOne.Count, receivedByTwo.Count).ShouldBe((3, 5));
    }

    [Theory, OnEachDispatcher]
    public async Task The_actors_own_ticks_and_requests_to_end_are_never_quarantined(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        var ticks = 0;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<Poison>(_ =>
            {
                ticks++;
                throw new BoomException();
            }),
        }));
        actor.Do(puppet => puppet.Context.Timers.StartPeriodic("tick", new Poison(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        for (var i = 0; i < 5; i++)
        {
            actor.Tell(Kill.Instance);
        }

        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        ticks.ShouldBe(10);
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_handler_that_is_cut_short_by_a_restart_of_its_group_has_not_failed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy()));
        var received = 0;
        var bystander = await parent.SpawnAsync(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.OnAsync<Poison>(async _ =>
            {
                received++;
                try
                {
                    await Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken);
                }
                catch (OperationCanceledException)
                {
                    throw new BoomException(); // Many libraries make something else of a cancellation.
                }
            }),
        }));
        var sibling = await parent.SpawnAsync(Puppet.Props());
        for (var i = 0; i < 5; i++)
        {
            bystander.Tell(new Poison(1));
            await system.DrainAsync();
            sibling.Fail($"boom {i}");
            await system.DrainAsync();
        }

        received.ShouldBe(5);
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task Many_different_failures_are_forgotten_in_the_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (actor, received) = Fragile(system);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 40; i++)
            {
                actor.Tell(new Poison(i)); // More than an actor remembers: each is forgotten before it comes again.
            }
        }

        await system.DrainAsync();
        received.Count.ShouldBe(120);
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    private static (IActorRef Actor, List<object> Received) Fragile(
        TestSystem system,
        int quarantineAfter = 3,
        Func<object, int, bool>? failsOn = null,
        string name = "fragile",
        MailboxOptions? mailbox = null)
    {
        var received = new List<object>();
        failsOn ??= (_, _) => true;
        var actor = system.ActorOf(
            Puppet.Props(script: new Puppet.Script
            {
                Construct = puppet =>
                {
                    puppet.On<Fine>(received.Add);
                    puppet.On<IMayFail>(message =>
                    {
                        received.Add(message);
                        if (failsOn(message, received.Count))
                        {
                            throw new BoomException($"boom {received.Count}");
                        }
                    });
                },
            }) with { QuarantineAfter = quarantineAfter, Mailbox = mailbox ?? MailboxOptions.Unbounded },
            name);
        return (actor, received);
    }

    private interface IMayFail;

    private sealed record Poison(int Number) : IRequest<int>, IMayFail;

    private sealed record Fine;

    private sealed class Plain : IMayFail;

    private sealed class Odd : IMayFail
    {
        public override bool Equals(object? obj) => throw new InvalidOperationException("no comparison");

        public override int GetHashCode() => throw new InvalidOperationException("no hash");
    }
}
