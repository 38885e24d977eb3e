using Actors.TestKit;

namespace Actors.Tests.Mailboxes;

/// <summary>What every mailbox promises, whatever its kind, and on a thread of its own too.</summary>
public sealed class EachMailboxTests
{
    [Theory, OnEachMailbox, Trait("rule", "MB-1"), Trait("rule", "STOP-1")]
    public async Task The_system_lane_wins(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe("letters");
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var reports = system.CreateProbe("reports");
        var actor = system.ActorOf(OnEachMailboxAttribute.With(Puppet.Props(reports), mailbox), "actor");
        actor.Do(puppet =>
        {
            for (var i = 0; i < 100; i++)
            {
                puppet.Self.Tell($"{i}");
            }

            system.System.Stop(puppet.Self); // From within, so that nothing can have been handled yet.
        });
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: PostStop");
        await reports.ExpectNoneAsync();
        for (var i = 0; i < 100; i++)
        {
            var letter = await letters.ExpectAsync<DeadLetter>();
            (letter.Message, letter.Sender, letter.Recipient, letter.Reason).ShouldBe(($"{i}", null, actor, DeadLetterReason.RecipientEnded));
        }
    }

    [Theory, OnEachMailbox, Trait("rule", "MB-2")]
    public async Task Messages_of_one_sender_keep_their_order(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var receiver = system.ActorOf(OnEachMailboxAttribute.With(
            Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<int>(number => probe.Ref.Tell(number, puppet.Sender)) }), mailbox));
        var senders = Enumerable.Range(0, 4).Select(_ => system.ActorOf(Puppet.Props())).ToArray();
        foreach (var sender in senders)
        {
            sender.Do(puppet => puppet.Become(() => puppet.On<int>(number =>
            {
                receiver.Tell(number, puppet.Self);
                if (number < 100)
                {
                    puppet.Self.Tell(number + 1);
                }
            })));
            sender.Tell(1);
        }

        var next = senders.ToDictionary(sender => sender, _ => 1);
        for (var i = 0; i < 4 * 100; i++)
        {
            var number = await probe.ExpectAsync<int>();
            number.ShouldBe(next[probe.LastSender]++);
        }
    }

    [Theory, OnEachMailbox, Trait("rule", "MB-3"), Trait("rule", "MB-4")]
    public async Task Stashed_messages_come_back_in_front_in_their_order_and_once(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(OnEachMailboxAttribute.With(Puppet.Props(), mailbox));
        actor.Do(puppet =>
        {
            puppet.Become(() =>
            {
                puppet.On<int>(number =>
                {
                    puppet.Context.Stash();
                    if (number == 1)
                    {
                        probe.Ref.Tell(Should.Throw<InvalidOperationException>(puppet.Context.Stash).Message.Contains("already"));
                    }
                });
                puppet.On<bool>(_ =>
                {
                    puppet.Become(() => puppet.On<int>(number => probe.Ref.Tell((number, puppet.Sender.Path.Name))));
                    puppet.Context.UnstashAll();
                });
            });
            foreach (object message in (object[])[1, 2, 3, true, 4])
            {
                puppet.Self.Tell(message, probe.Ref);
            }
        });
        var sender = probe.Ref.Path.Name;
        await probe.ExpectInOrderAsync(true, (1, sender), (2, sender), (3, sender), (4, sender));
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachMailbox, Trait("rule", "MB-5")]
    public async Task While_a_handler_awaits_no_other_message_is_handled(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(OnEachMailboxAttribute.With(Puppet.Props(reports), mailbox), "actor");
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            actor.DoAsync(async puppet =>
            {
                puppet.Report($"{number} begins");
                await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                puppet.Report($"{number} ends");
            });
        }

        await reports.ExpectAsync("actor: PreStart");
        for (var i = 0; i < 3; i++)
        {
            await reports.ExpectInOrderAsync($"actor: {i} begins", $"actor: {i} ends");
        }
    }

    [Theory, OnEachMailbox, Trait("rule", "MB-6")]
    public async Task A_stop_during_an_await_lets_finally_run(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(OnEachMailboxAttribute.With(Puppet.Props(reports), mailbox), "actor");
        actor.DoAsync(async puppet =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, system.Time, puppet.Context.CancellationToken);
            }
            finally
            {
                puppet.Report("finally");
            }
        });
        await system.DrainAsync();
        system.System.Stop(actor);
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: finally", "actor: PostStop");
    }

    [Theory, OnEachMailbox, Trait("rule", "MB-7")]
    public async Task The_receive_timeout_slides_with_each_message_that_counts(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(OnEachMailboxAttribute.With(
            Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<ReceiveTimeout>(_ => reports.Ref.Tell(system.Time.Elapsed)) }), mailbox));
        actor.Do(puppet => puppet.Context.SetReceiveTimeout(TimeSpan.FromSeconds(10)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(9));
        actor.Tell("counts");
        await reports.ExpectAsync(TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(15));
        await reports.ExpectAsync(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(10));
    }

    [Theory, OnEachMailbox, Trait("rule", "MB-8")]
    public async Task A_message_without_a_handler_is_news_and_no_failure(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var news = system.CreateProbe();
        system.System.EventStream.Subscribe<UnhandledMessage>(news.Ref);
        var actor = system.ActorOf(OnEachMailboxAttribute.With(Puppet.Props(), mailbox));
        news.Send(actor, 3.5);
        (await news.ExpectAsync<UnhandledMessage>()).ShouldBe(new UnhandledMessage(3.5, news.Ref, actor));
        (await actor.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachMailbox, Trait("rule", "RST-3"), Trait("rule", "RST-5")]
    public async Task A_restart_names_the_message_and_keeps_the_others(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(OnEachMailboxAttribute.With(Puppet.Props(reports), mailbox), "actor");
        actor.Do(puppet =>
        {
            puppet.Self.Fail();
            puppet.Self.Tell("after");
        });
        await reports.ExpectInOrderAsync(
            "actor: PreStart", "actor: PreRestart(boom, Throw)", "actor: PostStop", "actor: PostRestart(boom)", "actor: PreStart", "actor: after");
    }

    [Theory, OnEachMailbox, Trait("rule", "DW-1"), Trait("rule", "DW-3")]
    public async Task A_death_is_told_once_and_not_after_an_unwatch(TestDispatcher dispatcher, int seed, string mailbox)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var mourned = system.ActorOf(Puppet.Props(), "mourned");
        var unwatched = system.ActorOf(Puppet.Props(), "unwatched");
        var actor = system.ActorOf(OnEachMailboxAttribute.With(Puppet.Props(reports), mailbox), "actor");
        actor.Do(puppet =>
        {
            puppet.Context.Watch(mourned);
            puppet.Context.Watch(unwatched);
        });
        actor.DoAsync(async puppet =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time); // Both notices are in the mailbox by then.
            puppet.Context.Unwatch(unwatched);
        });
        await system.DrainAsync();
        system.System.Stop(mourned);
        system.System.Stop(unwatched);
        await reports.ExpectInOrderAsync("actor: PreStart", "actor: Terminated(mourned)");
        await reports.ExpectNoneAsync(TimeSpan.FromSeconds(5));
    }
}
