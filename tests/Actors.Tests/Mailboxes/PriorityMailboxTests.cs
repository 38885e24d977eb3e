using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Mailboxes;

public sealed class PriorityMailboxTests
{
    private static readonly Func<object, int> Tens = static message => message is int number ? number / 10 : 0;

    [Theory, OnEachDispatcher, Trait("rule", "MB-2")]
    public async Task The_most_urgent_message_comes_first_and_equals_keep_their_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Priority(Tens));
        held.Tell(21, 11, 22, -5, 12, 23, 0, -17);
        held.Release();
        await held.Handled.ExpectInOrderAsync(-17, -5, 0, 11, 12, 21, 22, 23);
    }

    [Theory, OnEachDispatcher]
    public async Task An_urgent_message_that_comes_later_overtakes_what_waits(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props() with { Mailbox = MailboxOptions.Priority(Tens) });
        actor.Do(puppet =>
        {
            puppet.Become(() => puppet.On<int>(number =>
            {
                probe.Ref.Tell(number);
                if (number == 10)
                {
                    puppet.Self.Tell(1);
                }
            }));
            foreach (var number in (int[])[10, 11, 12])
            {
                puppet.Self.Tell(number);
            }
        });
        await probe.ExpectInOrderAsync(10, 1, 11, 12);
    }

    [Theory, OnEachDispatcher]
    public async Task Of_a_full_mailbox_the_least_urgent_message_is_dropped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe("letters");
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        (MailboxOverflow Overflow, object[] Dropped, object[] Handled)[] cases =
        [
            (MailboxOverflow.DropNewest, [23, 22, 31], [1, 11, 21]),
            (MailboxOverflow.DropOldest, [21, 22, 31], [1, 11, 23]),
            (MailboxOverflow.WaitAsker, [11, 1, 31], [21, 22, 23]),
        ];
        foreach (var (overflow, dropped, handled) in cases)
        {
            var held = await HeldActor.StartAsync(system, MailboxOptions.Priority(Tens, 3, overflow), $"held-{overflow}");
            held.Tell(21, 22, 23, 11, 1, 31);
            foreach (var message in dropped)
            {
                (await letters.ExpectAsync<DeadLetter>()).Message.ShouldBe(message, overflow.ToString());
            }

            held.Release();
            await held.Handled.ExpectInOrderAsync(handled);
            await held.Handled.ExpectNoneAsync();
            await letters.ExpectNoneAsync();
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Of_the_questions_that_wait_outside_the_most_urgent_enters_first(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var held = await HeldActor.StartAsync(
            system, MailboxOptions.Priority(static message => message is HeldActor.Question question ? question.Number / 10 : 0, 1, MailboxOverflow.WaitAsker));
        var asked = ((int[])[20, 21, 10, 11]).Select(number => held.Ref.AskAsync(new HeldActor.Question(number))).ToArray();
        held.Release();
        await Task.WhenAll(asked);
        await held.Handled.ExpectInOrderAsync(20, 10, 11, 21);
    }

    [Theory, OnEachDispatcher, Trait("rule", "STOP-1")]
    public async Task A_poison_pill_comes_after_everything_that_was_sent_before_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Priority(static message => message is PoisonPill ? throw new BoomException() : 5));
        held.Tell(1, 2, PoisonPill.Instance, 3);
        held.Release();
        await held.Handled.ExpectInOrderAsync(1, 2, 3);
        (await held.IsEndedAsync()).ShouldBeTrue();
        system.Log.Entries.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DW-4")]
    public async Task Notices_have_the_priority_of_what_the_actor_sees(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var mourned = system.ActorOf(Puppet.Props());
        var wanted = system.ActorOf(Puppet.Props());
        var held = await HeldActor.StartAsync(
            system,
            MailboxOptions.Priority(static message => message switch
            {
                "tick" => 1,
                "wanted" => 2,
                Terminated => 3,
                "task ended" => 4,
                _ => 5,
            }),
            onHold: puppet =>
            {
                puppet.Context.RunTask(() => Task.CompletedTask, _ => "task ended");
                puppet.Context.Watch(mourned);
                puppet.Context.WatchWith(wanted, "wanted");
                puppet.Context.Timers.StartSingle("timer", "tick", TimeSpan.FromSeconds(1));
            });
        held.Tell(1);
        system.System.Stop(mourned);
        system.System.Stop(wanted);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        held.Release();
        await held.Handled.ExpectInOrderAsync("tick", "wanted", "Terminated", "task ended", 1);
    }

    [Theory, OnEachDispatcher]
    public async Task A_priority_function_that_throws_fails_the_actor_in_place_of_the_message(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe("reports");
        var actor = system.ActorOf(
            Puppet.Props(reports) with { Mailbox = MailboxOptions.Priority(static message => message is "bad" ? throw new BoomException("no idea") : 0) },
            "actor");
        actor.Tell("good");
        actor.Tell("bad");
        actor.Tell("good");
        await reports.ExpectAsync("actor: PreStart");
        var seen = await reports.ReceiveAllAsync();
        seen.Count(report => report is "actor: good").ShouldBe(2);
        seen.ShouldNotContain("actor: bad");
        seen.ShouldContain(
            "actor: PreRestart(The priority function of the mailbox of 'actors://test/user/actor' threw for String: no idea, String)");
        var failure = (await system.Log.ExpectAsync(1101)).Exception.ShouldBeOfType<MailboxPriorityException>();
        failure.Actor.ShouldBe(actor.Path);
        failure.MessageType.ShouldBe(typeof(string));
        failure.InnerException.ShouldBeOfType<BoomException>();
    }

    [Theory, OnEachDispatcher]
    public async Task What_must_not_be_lost_comes_last_when_the_priority_function_throws_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var mourned = system.ActorOf(Puppet.Props());
        var held = await HeldActor.StartAsync(
            system,
            MailboxOptions.Priority(static message => message is string or Terminated ? throw new BoomException("unknown") : 0),
            onHold: puppet =>
            {
                puppet.Context.Watch(mourned);
                puppet.Context.Timers.StartPeriodic("timer", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            });
        system.System.Stop(mourned);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        held.Tell(1);
        held.Release();
        await held.Handled.ExpectInOrderAsync(1, "Terminated", "tick");
        await held.Handled.ExpectAsync("tick", TimeSpan.FromSeconds(1));
        (await system.Log.ExpectAsync(1122)).Message.ShouldBe(
            "The priority function of actors://test/user/held threw for Terminated, which comes last now");
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task What_is_unstashed_comes_first_whatever_its_priority(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props() with { Mailbox = MailboxOptions.Priority(static message => message is int number ? number : -1) });
        actor.Do(puppet =>
        {
            puppet.Become(() => puppet.On<int>(number =>
            {
                if (number == 5)
                {
                    puppet.Context.Stash();
                    puppet.Become(() => puppet.On<int>(Report));
                    puppet.Self.Tell(2);
                    puppet.Context.UnstashAll();
                }
            }));
            puppet.Self.Tell(5);

            void Report(int number) => probe.Ref.Tell(number);
        });
        await probe.ExpectInOrderAsync(5, 2);
    }
}
