using Actors.TestKit;

namespace Actors.Tests.Mailboxes;

public sealed class BoundedMailboxTests
{
    [Theory, OnEachDispatcher]
    public async Task Of_a_full_mailbox_the_message_that_comes_is_dropped_and_its_dead_letter_says_why(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe("letters");
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(2));
        held.Tell(1, 2, 3);
        var letter = await letters.ExpectAsync<DeadLetter>();
        (letter.Message, letter.Sender, letter.Recipient, letter.Reason).ShouldBe((3, null, held.Ref, DeadLetterReason.MailboxFull));
        var full = letter.Cause.ShouldBeOfType<MailboxFullException>();
        full.Capacity.ShouldBe(2);
        full.Actor.ShouldBe(held.Ref.Path);
        full.Message.ShouldStartWith("The mailbox of 'actors://test/user/held' is full (2 messages).");
        held.Release();
        await held.Handled.ExpectInOrderAsync(1, 2);
        held.Tell(4);
        await held.Handled.ExpectAsync(4);
        await held.Handled.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task With_drop_oldest_the_newest_messages_are_kept(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe("letters");
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(2, MailboxOverflow.DropOldest));
        held.Tell(1, 2, 3, 4);
        (await letters.ExpectAsync<DeadLetter>()).Message.ShouldBe(1);
        (await letters.ExpectAsync<DeadLetter>()).Message.ShouldBe(2);
        held.Release();
        await held.Handled.ExpectInOrderAsync(3, 4);
        await held.Handled.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task An_ask_that_finds_a_mailbox_full_or_is_dropped_from_it_fails_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var newest = await HeldActor.StartAsync(system, MailboxOptions.Bounded(1), "newest");
        newest.Tell(1);
        var refused = newest.Ref.AskAsync(new Puppet.Count());
        (await Expect.ThrowsAsync<MailboxFullException>(refused)).Actor.ShouldBe(newest.Ref.Path);

        var oldest = await HeldActor.StartAsync(system, MailboxOptions.Bounded(1, MailboxOverflow.DropOldest), "oldest");
        var displaced = oldest.Ref.AskAsync(new Puppet.Count());
        await system.DrainAsync();
        displaced.IsCompleted.ShouldBeFalse();
        oldest.Tell(1);
        (await Expect.ThrowsAsync<MailboxFullException>(displaced)).Capacity.ShouldBe(1);
        system.Time.Elapsed.ShouldBe(TimeSpan.Zero, "nobody waits for a timeout");
    }

    [Theory, OnEachDispatcher]
    public async Task With_wait_asker_questions_wait_for_room_and_enter_in_their_order(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe("letters");
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(2, MailboxOverflow.WaitAsker));
        held.Tell(1);
        var asked = Enumerable.Range(2, 5).Select(number => held.Ref.AskAsync(new HeldActor.Question(number))).ToArray();
        held.Tell(7);
        (await letters.ExpectAsync<DeadLetter>()).Message.ShouldBe(7);
        asked.ShouldAllBe(task => !task.IsCompleted);
        held.Release();
        (await Task.WhenAll(asked)).ShouldBe([2, 3, 4, 5, 6]);
        await held.Handled.ExpectInOrderAsync(1, 2, 3, 4, 5, 6);
        await letters.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task A_question_that_times_out_or_is_cancelled_outside_is_never_handled(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(1, MailboxOverflow.WaitAsker));
        held.Tell(1);
        using var source = new CancellationTokenSource();
        var impatient = held.Ref.AskAsync(new HeldActor.Question(2), TimeSpan.FromSeconds(1));
        var cancelled = held.Ref.AskAsync(new HeldActor.Question(3), TimeSpan.FromMinutes(1), source.Token);
        var patient = held.Ref.AskAsync(new HeldActor.Question(4), TimeSpan.FromMinutes(1));
        await source.CancelAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await Expect.ThrowsAsync<AskTimeoutException>(impatient);
        await Expect.ThrowsAsync<OperationCanceledException>(cancelled);
        held.Release();
        (await patient).ShouldBe(4);
        await held.Handled.ExpectInOrderAsync(1, 4);
        await held.Handled.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task Questions_that_gave_up_outside_are_forgotten(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(1, MailboxOverflow.WaitAsker));
        held.Tell(1);
        var first = AskAndForget();
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                AskAndForget();
            }

            await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        GC.Collect();
        first.IsAlive.ShouldBeFalse();
        held.Release();
        await held.Handled.ExpectAsync(1);
        await held.Handled.ExpectNoneAsync();

        WeakReference AskAndForget()
        {
            var question = new HeldActor.Question(2);
            held.Ref.AskAsync(question, TimeSpan.FromSeconds(1)).ContinueWith(
                static timedOut => timedOut.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return new WeakReference(question);
        }
    }

    [Theory, OnEachDispatcher]
    public async Task The_end_of_the_actor_fails_the_questions_that_wait_outside(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe("letters");
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(1, MailboxOverflow.WaitAsker));
        held.Tell(1);
        var outside = held.Ref.AskAsync(new HeldActor.Question(2));
        system.System.Stop(held.Ref);
        await system.DrainAsync();
        held.Release();
        await Expect.ThrowsAsync<ActorNotFoundException>(outside);
        var left = await letters.ExpectAsync<DeadLetter>();
        (left.Message, left.Recipient, left.Reason).ShouldBe((1, held.Ref, DeadLetterReason.RecipientEnded));
        (await letters.ExpectAsync<DeadLetter>()).Message.ShouldBe(new HeldActor.Question(2));
        held.Tell(3);
        var late = await letters.ExpectAsync<DeadLetter>();
        (late.Message, late.Recipient, late.Reason).ShouldBe((3, held.Ref, DeadLetterReason.RecipientEnded));
        await held.Handled.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task The_kernels_own_notices_find_room_in_a_full_mailbox(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        foreach (var overflow in Enum.GetValues<MailboxOverflow>())
        {
            var mourned = system.ActorOf(Puppet.Props());
            var wanted = system.ActorOf(Puppet.Props());
            var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(1, overflow), $"held-{overflow}", puppet =>
            {
                puppet.Context.Watch(mourned);
                puppet.Context.WatchWith(wanted, "wanted");
                puppet.Context.Timers.StartSingle("timer", "tick", TimeSpan.FromSeconds(1));
                puppet.Context.RunTask(() => Task.CompletedTask, _ => "task ended");
            });
            held.Tell(1);
            system.System.Stop(mourned);
            await system.DrainAsync();
            system.System.Stop(wanted);
            await system.AdvanceAsync(TimeSpan.FromSeconds(2));
            held.Ref.Tell(new Vital());
            held.Tell(2); // Drops itself or the 1, but nothing else.
            held.Ref.Tell(PoisonPill.Instance);
            held.Release();
            var seen = await held.Handled.ReceiveAllAsync();
            seen.Where(message => message is not int).ShouldBe(["task ended", "Terminated", "wanted", "tick", new Vital()], ignoreOrder: true);
            seen.Last(message => message is int).ShouldBe(overflow == MailboxOverflow.DropOldest ? 2 : 1);
            system.Log.Entries.ShouldNotContain(entry => entry.Message.Contains("Abandoning"));
            (await held.IsEndedAsync()).ShouldBeTrue("the pill came last");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_periodic_timer_goes_on_after_its_actor_was_full(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var held = await HeldActor.StartAsync(
            system,
            MailboxOptions.Bounded(1),
            onHold: puppet => puppet.Context.Timers.StartPeriodic("timer", "tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        held.Tell(1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        held.Release();
        await held.Handled.ExpectInOrderAsync(1, "tick");
        await held.Handled.ExpectNoneAsync(TimeSpan.FromSeconds(0.999));
        await held.Handled.ExpectAsync("tick", TimeSpan.FromSeconds(0.001));
    }

    [Theory, OnEachDispatcher, Trait("rule", "MB-4")]
    public async Task Stashed_messages_leave_room_and_come_back_into_a_full_mailbox(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet =>
            {
                puppet.On<int>(_ => puppet.Context.Stash());
                puppet.On<bool>(_ =>
                {
                    puppet.Become(() => puppet.On<int>(number => probe.Ref.Tell(number)));
                    puppet.Context.UnstashAll();
                });
            },
        }) with { Mailbox = MailboxOptions.Bounded(3) });
        for (var i = 1; i <= 5; i++)
        {
            actor.Tell(i);
            await system.DrainAsync();
        }

        actor.DoAsync(_ => gate.Task);
        await system.DrainAsync();
        actor.Tell(true);
        actor.Tell(6);
        actor.Tell(7);
        gate.SetResult();
        await probe.ExpectInOrderAsync(1, 2, 3, 4, 5, 6, 7);
    }

    [Theory, OnEachDispatcher, Trait("rule", "RST-5")]
    public async Task A_restart_keeps_what_is_in_the_mailbox(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var held = await HeldActor.StartAsync(system, MailboxOptions.Bounded(3));
        held.Ref.Fail();
        held.Tell(1, 2);
        held.Release();
        await held.Handled.ExpectInOrderAsync(1, 2);
    }

    [Theory, OnEachDispatcher(Seeds = 20)]
    public async Task A_full_mailbox_loses_no_more_than_it_must(TestDispatcher dispatcher, int seed)
    {
        const int Capacity = 8;
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var received = 0;
        var lost = 0;
        var listener = system.ActorOf(Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<DeadLetter>(_ => lost++) }));
        system.System.EventStream.Subscribe<DeadLetter>(listener);
        var receiver = system.ActorOf(
            Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<int>(_ => received++) })
                with { Mailbox = MailboxOptions.Bounded(Capacity, (MailboxOverflow)(seed % 3)) });
        var senders = Enumerable.Range(0, 4).Select(_ => system.ActorOf(Puppet.Props())).ToArray();
        foreach (var sender in senders)
        {
            sender.Do(puppet => puppet.Become(() => puppet.On<int>(number =>
            {
                receiver.Tell(number);
                if (number < 200)
                {
                    puppet.Self.Tell(number + 1);
                }
            })));
            sender.Tell(1);
        }

        await system.DrainAsync();
        (received + lost).ShouldBe(4 * 200);
        received.ShouldBeGreaterThanOrEqualTo(Capacity);
    }

    private sealed record Vital : INeverDropped;
}
