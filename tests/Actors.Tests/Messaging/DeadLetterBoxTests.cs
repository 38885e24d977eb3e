using System.Runtime.CompilerServices;
using Actors.TestKit;

namespace Actors.Tests.Messaging;

/// <summary>Dead letters are kept, a bounded number of them, and can be listed, replayed and discarded: by code and by message.</summary>
public sealed class DeadLetterBoxTests
{
    [Theory, OnEachDispatcher]
    public async Task The_newest_are_kept_and_listed_newest_first(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.DeadLetters.Capacity = 3);
        var box = system.System.DeadLetterBox;
        box.List().ShouldBeEmpty();
        var actor = await DeadLetterTests.DeadActorAsync(system, "actor");
        Lose(actor, 1, 2);
        Numbers(box.List()).ShouldBe([2, 1]);
        Lose(actor, 3, 4, 5, 6, 7);
        Numbers(box.List()).ShouldBe([7, 6, 5]);
        box.List().Select(letter => letter.Id).ShouldBe([7, 6, 5]);
        Numbers(box.List(limit: 2)).ShouldBe([7, 6]);
        Numbers(box.List(limit: 0)).ShouldBeEmpty();
        Numbers(box.List(limit: 10)).ShouldBe([7, 6, 5]);
        (box.Capacity, box.Count, box.Total).ShouldBe((3, 3, 7));
        Should.Throw<ArgumentOutOfRangeException>(() => box.List(limit: -1)).ParamName.ShouldBe("limit");
    }

    [Theory, OnEachDispatcher]
    public async Task They_are_found_by_recipient_type_and_reason(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var box = system.System.DeadLetterBox;
        var parent = system.ActorOf(Puppet.Props(), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        var other = await DeadLetterTests.DeadActorAsync(system, "parent2");
        child.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        parent.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        child.Tell(new Note(1));
        parent.Tell(new Note(2));
        other.Tell(new Urgent(3));
        system.System.DeadLetters.Tell("text");

        Find(new DeadLetterFilter { Recipient = "/user/parent" }).ShouldBe([2]);
        Find(new DeadLetterFilter { Recipient = "/user/parent/*" }).ShouldBe([1]);
        Find(new DeadLetterFilter { Recipient = "/user/*" }).ShouldBe([3, 2, 1]);
        Find(new DeadLetterFilter { Recipient = "/user" }).ShouldBeEmpty();
        Find(new DeadLetterFilter { MessageType = typeof(Note) }).ShouldBe([3, 2, 1]);
        Find(new DeadLetterFilter { MessageType = typeof(Urgent) }).ShouldBe([3]);
        Find(new DeadLetterFilter { MessageType = typeof(IConvertible) }).ShouldBe([4]);
        Find(new DeadLetterFilter { Reason = DeadLetterReason.NoRecipient }).ShouldBe([4]);
        Find(new DeadLetterFilter { Recipient = "/user/*", MessageType = typeof(Urgent), Reason = DeadLetterReason.RecipientEnded }).ShouldBe([3]);
        Find(new DeadLetterFilter { Recipient = "/user/parent", MessageType = typeof(Urgent) }).ShouldBeEmpty();
        Find(new DeadLetterFilter()).ShouldBe([4, 3, 2, 1]);
        box.List(new DeadLetterFilter { MessageType = typeof(Note) }, 1).Single().Id.ShouldBe(3);

        long[] Find(DeadLetterFilter filter) => [.. box.List(filter).Select(letter => letter.Id)];
    }

    [Theory, OnEachDispatcher]
    public async Task One_is_replayed_to_the_actor_that_is_now_at_the_path(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var box = system.System.DeadLetterBox;
        var actor = await DeadLetterTests.DeadActorAsync(system, "actor");
        var sender = system.CreateProbe();
        actor.Tell(new Note(1), sender.Ref);
        actor.Tell(new Note(2), sender.Ref);
        box.Replay(1).ShouldBe(ReplayOutcome.NoRecipient);
        Numbers(box.List()).ShouldBe([2, 1]);

        var next = system.CreateProbe("actor");
        box.Replay(1).ShouldBe(ReplayOutcome.Sent);
        await next.ExpectAsync(new Note(1));
        next.LastSender.ShouldBe(sender.Ref);
        box.Replay(1).ShouldBe(ReplayOutcome.NotFound);
        box.Replay(0).ShouldBe(ReplayOutcome.NotFound);
        box.Replay(99).ShouldBe(ReplayOutcome.NotFound);
        Numbers(box.List()).ShouldBe([2]);
        (box.Count, box.Total).ShouldBe((1, 2));
        await next.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task A_path_below_others_is_found_and_another_recipient_can_be_named(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var box = system.System.DeadLetterBox;
        var reports = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props(), "parent");
        var child = await parent.SpawnAsync(Puppet.Props(), "child");
        child.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        child.Tell("one");
        child.Tell("two");
        system.System.DeadLetters.Tell("three");
        await parent.SpawnAsync(Puppet.Props(reports), "child");
        await reports.ExpectAsync("child: PreStart");
        box.Replay(1).ShouldBe(ReplayOutcome.Sent);
        await reports.ExpectAsync("child: one");
        box.Replay(2, reports.Ref).ShouldBe(ReplayOutcome.Sent);
        await reports.ExpectAsync("two");
        box.Replay(3).ShouldBe(ReplayOutcome.NoRecipient);
        box.Replay(3, reports.Ref).ShouldBe(ReplayOutcome.Sent);
        await reports.ExpectAsync("three");
        box.Count.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task The_room_of_what_was_replayed_is_used_before_the_oldest_goes(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.DeadLetters.Capacity = 5);
        var box = system.System.DeadLetterBox;
        var dead = await DeadLetterTests.DeadActorAsync(system, "dead");
        var probe = system.CreateProbe();
        Lose(dead, 1, 2, 3, 4, 5, 6, 7);
        box.Replay(4, probe.Ref).ShouldBe(ReplayOutcome.Sent);
        box.Replay(6, probe.Ref).ShouldBe(ReplayOutcome.Sent);
        Lose(dead, 8);
        Numbers(box.List()).ShouldBe([8, 7, 5, 3]);
        Lose(dead, 9);
        Numbers(box.List()).ShouldBe([9, 8, 7, 5, 3]);
        Lose(dead, 10, 11);
        Numbers(box.List()).ShouldBe([11, 10, 9, 8, 7]);
        box.Count.ShouldBe(5);
        box.Replay(3).ShouldBe(ReplayOutcome.NotFound);
        box.Replay(9, probe.Ref).ShouldBe(ReplayOutcome.Sent);
        await probe.ExpectInOrderAsync(new Note(4), new Note(6), new Note(9));
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_replayed_in_vain_comes_back(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var box = system.System.DeadLetterBox;
        var dead = await DeadLetterTests.DeadActorAsync(system, "dead");
        Lose(dead, 1);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        box.Replay(1, dead).ShouldBe(ReplayOutcome.Sent);
        var letter = box.List().ShouldHaveSingleItem();
        (letter.Id, letter.Message, letter.Recipient).ShouldBe((2, new Note(1), dead));
        letter.Time.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(1));
    }

    [Theory, OnEachDispatcher]
    public async Task All_that_match_are_replayed_oldest_first(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var box = system.System.DeadLetterBox;
        var actor = await DeadLetterTests.DeadActorAsync(system, "actor");
        var other = await DeadLetterTests.DeadActorAsync(system, "other");
        Lose(actor, 1, 2);
        Lose(other, 3);
        actor.Tell(new Urgent(4));
        var next = system.CreateProbe("actor");
        box.ReplayAll(new DeadLetterFilter { MessageType = typeof(Note) }).ShouldBe(3);
        await next.ExpectInOrderAsync(new Note(1), new Note(2), new Urgent(4));
        Numbers(box.List()).ShouldBe([3]);
        box.ReplayAll(recipient: next.Ref).ShouldBe(1);
        await next.ExpectAsync(new Note(3));
        box.ReplayAll().ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task Those_that_match_can_be_discarded(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var box = system.System.DeadLetterBox;
        var actor = await DeadLetterTests.DeadActorAsync(system, "actor");
        Lose(actor, 1);
        actor.Tell(new Urgent(2));
        box.Discard(new DeadLetterFilter { MessageType = typeof(Urgent) }).ShouldBe(1);
        Numbers(box.List()).ShouldBe([1]);
        box.Discard().ShouldBe(1);
        (box.Count, box.Total).ShouldBe((0, 2));
    }

    [Theory, OnEachDispatcher]
    public async Task A_capacity_of_zero_keeps_none_and_publishes_all(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.DeadLetters.Capacity = 0);
        var letters = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        Lose(await DeadLetterTests.DeadActorAsync(system, "actor"), 1, 2);
        (await letters.ExpectAsync<DeadLetter>()).Id.ShouldBe(1);
        (await letters.ExpectAsync<DeadLetter>()).Id.ShouldBe(2);
        var box = system.System.DeadLetterBox;
        (box.Count, box.Total).ShouldBe((0, 2));
        box.List().ShouldBeEmpty();
        box.Replay(1).ShouldBe(ReplayOutcome.NotFound);
        box.Discard().ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task The_actor_of_the_dead_letters_answers_the_same_questions(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var deadLetters = system.System.DeadLetters;
        var actor = await DeadLetterTests.DeadActorAsync(system, "actor");
        Lose(actor, 1, 2, 3, 4);
        actor.Tell("text");
        var next = system.CreateProbe("actor");
        var notes = new DeadLetterFilter { MessageType = typeof(Note) };
        Numbers(await deadLetters.AskAsync(new DeadLetterMessage.List(notes, 3))).ShouldBe([4, 3, 2]);
        (await deadLetters.AskAsync(new DeadLetterMessage.List())).Count.ShouldBe(5);
        (await deadLetters.AskAsync(new DeadLetterMessage.Replay(2))).ShouldBe(ReplayOutcome.Sent);
        await next.ExpectAsync(new Note(2));
        (await deadLetters.AskAsync(new DeadLetterMessage.Replay(2))).ShouldBe(ReplayOutcome.NotFound);
        (await deadLetters.AskAsync(new DeadLetterMessage.ReplayAll(notes))).ShouldBe(3);
        await next.ExpectInOrderAsync(new Note(1), new Note(3), new Note(4));
        (await deadLetters.AskAsync(new DeadLetterMessage.Discard())).ShouldBe(1);

        var probe = system.CreateProbe();
        probe.Send(deadLetters, new DeadLetterMessage.List()); // By Tell, too.
        (await probe.ExpectAsync<IReadOnlyList<DeadLetter>>()).ShouldBeEmpty();
        probe.LastSender.Path.ShouldBe(deadLetters.Path);
    }

    [Theory, OnEachDispatcher]
    public async Task What_the_actor_of_the_dead_letters_cannot_do_it_says_at_once_and_goes_on(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var deadLetters = system.System.DeadLetters;
        var failed = await system.ThrowsNowAsync<AskFailedException>(deadLetters.AskAsync(new DeadLetterMessage.List(Limit: -1)));
        failed.InnerException.ShouldBeOfType<ArgumentOutOfRangeException>();
        (await deadLetters.AskAsync(new DeadLetterMessage.List())).ShouldBeEmpty();
        await system.DisposeAsync();
        await Expect.ThrowsAsync<ActorNotFoundException>(deadLetters.AskAsync(new DeadLetterMessage.List()));
    }

    [Fact]
    public async Task A_storm_of_dead_letters_holds_on_to_no_more_of_them_than_the_box_does()
    {
        await using var system = ActorSystem.Create("storm");
        var actor = system.ActorOf(Puppet.Props());
        actor.Tell(PoisonPill.Instance);
        while (await IsAliveAsync(actor))
        {
        }

        var lost = Storm(actor, 20_000);
        GC.Collect();
        lost.Count(letter => letter.IsAlive).ShouldBe(1000);
        (system.DeadLetterBox.Count, ((Note)system.DeadLetterBox.List()[0].Message).Number).ShouldBe((1000, 20_000));

        [MethodImpl(MethodImplOptions.NoInlining)] // No message lives on in a local.
        static List<WeakReference> Storm(IActorRef actor, int messages)
        {
            var lost = new List<WeakReference>();
            for (var i = 1; i <= messages; i++)
            {
                var note = new Note(i);
                lost.Add(new WeakReference(note));
                actor.Tell(note);
            }

            return lost;
        }

        static async Task<bool> IsAliveAsync(IActorRef actor)
        {
            try
            {
                await actor.CountAsync();
                return true;
            }
            catch (ActorNotFoundException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Many_threads_may_lose_list_and_replay_at_a_time()
    {
        await using var system = ActorSystem.Create("threads", new ActorSystemOptions { DeadLetters = { Capacity = 50 } });
        var box = system.DeadLetterBox;
        var replayed = 0;
        var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                system.DeadLetters.Tell(i);
                var letters = box.List(limit: 5);
                letters.Select(letter => letter.Id).ShouldBeInOrder(SortDirection.Descending);
                if (number == 0 && letters.Count > 0 && box.Replay(letters[0].Id, system.DeadLetters) == ReplayOutcome.Sent)
                {
                    replayed++;
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        (box.Count, box.Total).ShouldBe((50, 20_000 + replayed));
        replayed.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Many_threads_that_replay_the_same_send_each_once()
    {
        await using var system = ActorSystem.Create("threads");
        var received = 0;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<Note>(_ => received++) }));
        for (var i = 1; i <= 1000; i++)
        {
            system.DeadLetters.Tell(new Note(i));
        }

        var sent = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var id = 1; id <= 1000; id++)
            {
                if (system.DeadLetterBox.Replay(id, actor) == ReplayOutcome.Sent)
                {
                    Interlocked.Increment(ref sent);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        await actor.CountAsync();
        (sent, received, system.DeadLetterBox.Count).ShouldBe((1000, 1000, 0));
    }

    private static void Lose(IActorRef dead, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            dead.Tell(new Note(number));
        }
    }

    private static IEnumerable<int> Numbers(IEnumerable<DeadLetter> letters) => letters.Select(letter => ((Note)letter.Message).Number);

    private record Note(int Number);

    private sealed record Urgent(int Number) : Note(Number);
}
