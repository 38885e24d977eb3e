using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Messaging;

/// <summary>What becomes of a message that nobody gets: published, with its reason, and logged as long as there are few.</summary>
public sealed class DeadLetterTests
{
    [Theory, OnEachDispatcher, Trait("rule", "DL-1")]
    public async Task A_dead_letter_says_what_was_lost_when_and_why(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var actor = await DeadActorAsync(system, "actor");
        await system.AdvanceAsync(TimeSpan.FromSeconds(7));
        actor.Tell("lost", letters.Ref);
        var letter = await letters.ExpectAsync<DeadLetter>();
        (letter.Id, letter.Message, letter.Sender, letter.Recipient).ShouldBe((1, "lost", letters.Ref, actor));
        letter.Time.ShouldBe(VirtualTime.DefaultStart + TimeSpan.FromSeconds(7));
        letter.Reason.ShouldBe(DeadLetterReason.RecipientEnded);
        letter.Cause.ShouldBeNull();
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-1")]
    public async Task What_is_told_to_nobody_is_a_dead_letter(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        system.ActorOf(Puppet.Props()).Do(puppet => puppet.Sender.Tell("answer", puppet.Self)); // Nobody has sent this.
        var letter = await letters.ExpectAsync<DeadLetter>();
        (letter.Message, letter.Recipient, letter.Reason).ShouldBe(("answer", system.System.DeadLetters, DeadLetterReason.NoRecipient));
        letter.Recipient.Path.Local.ShouldBe("/system/dead-letters");
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-1")]
    public async Task A_message_whose_loss_is_normal_is_news_for_those_who_ask_for_it_only(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var letters = system.CreateProbe();
        var suppressed = system.CreateProbe();
        system.System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var actor = await DeadActorAsync(system, "actor");
        actor.Tell(new Expendable()); // Before anybody wants to know.
        await system.DrainAsync();
        system.System.EventStream.Subscribe<SuppressedDeadLetter>(suppressed.Ref);
        actor.Tell(new Expendable(), letters.Ref);
        (await suppressed.ExpectAsync<SuppressedDeadLetter>()).ShouldBe(
            new SuppressedDeadLetter(new Expendable(), letters.Ref, actor, DeadLetterReason.RecipientEnded));
        await suppressed.ExpectNoneAsync();
        await letters.ExpectNoneAsync();
        system.System.DeadLetterBox.Total.ShouldBe(0);
        system.Log.Entries.ShouldNotContain(entry => entry.EventId.Id == 1201);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-1")]
    public async Task The_news_of_a_dead_letter_makes_no_further_dead_letters(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = await DeadActorAsync(system, "actor");
        actor.Tell(new DeadLetter("old", null, actor));
        actor.Tell(new SuppressedDeadLetter("old", null, actor, DeadLetterReason.NoRecipient));
        await system.DrainAsync();
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_message_that_overflows_the_stash_becomes_a_dead_letter(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(
            Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<Note>(_ => puppet.Context.Stash()) }) with { StashCapacity = 1 },
            "actor");
        actor.Tell(new Note(1));
        actor.Tell(new Note(2));
        await system.DrainAsync();
        var letter = system.System.DeadLetterBox.List().ShouldHaveSingleItem();
        (letter.Message, letter.Recipient, letter.Reason).ShouldBe((new Note(2), actor, DeadLetterReason.StashFull));
        letter.Cause.ShouldBeOfType<StashOverflowException>().Capacity.ShouldBe(1);
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_left_when_the_system_ends_says_so(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props());
        actor.DoAsync(puppet => Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken));
        actor.Tell("waits behind it");
        await system.DrainAsync();
        await system.DisposeAsync();
        var letter = system.System.DeadLetterBox.List().ShouldHaveSingleItem();
        (letter.Message, letter.Reason).ShouldBe(("waits behind it", DeadLetterReason.SystemEnding));
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-2")]
    public async Task The_log_of_dead_letters_pauses_after_ten_and_then_says_how_many_it_left_out(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = await DeadActorAsync(system, "actor");
        Lose(actor, 9);
        system.System.EventStream.Publish("news"); // No subscriber: not a dead letter.
        Logged(system, 1201).ShouldBe(9);
        Logged(system, 1203).ShouldBe(0);
        Lose(actor, 1);
        Logged(system, 1201).ShouldBe(10);
        Logged(system, 1203).ShouldBe(1);
        Lose(actor, 30);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Lose(actor, 5);
        Logged(system, 1201).ShouldBe(10);
        Logged(system, 1205).ShouldBe(0);

        await system.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        var leftOut = await system.Log.ExpectAsync(1205);
        (leftOut.Level, leftOut.Values["Count"]).ShouldBe((LogLevel.Information, 35L));
        Lose(actor, 11);
        Logged(system, 1201).ShouldBe(20);
        Logged(system, 1203).ShouldBe(2);
        system.System.DeadLetterBox.Total.ShouldBe(56);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-2")]
    public async Task A_pause_in_which_nothing_was_left_out_ends_in_silence(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = await DeadActorAsync(system, "actor");
        Lose(actor, 10);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        Logged(system, 1205).ShouldBe(0);
        Lose(actor, 1);
        Logged(system, 1201).ShouldBe(11);
        system.Time.TimerCount.ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-2"), Trait("rule", "MB-8")]
    public async Task Unhandled_messages_count_with_the_dead_letters(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.DeadLetters.LogLimit = 3);
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.Tell(1.5);
        await system.DrainAsync();
        var entry = await system.Log.ExpectAsync(1202);
        (entry.Level, entry.Message).ShouldBe((LogLevel.Information, "Unhandled message: Double to actors://test/user/actor"));
        Lose(await DeadActorAsync(system, "dead"), 2);
        actor.Tell(1.5);
        await system.DrainAsync();
        (Logged(system, 1201), Logged(system, 1202), Logged(system, 1203)).ShouldBe((2, 1, 1));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(DeadLetterOptions.Unlimited, 500)]
    [Trait("rule", "DL-2")]
    public async Task The_limit_of_the_log_can_be_set(int limit, int logged)
    {
        await using var system = await TestSystem.StartAsync(configure: options => options.DeadLetters.LogLimit = limit);
        Lose(await DeadActorAsync(system, "actor"), 500);
        Logged(system, 1201).ShouldBe(logged);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-2")]
    public async Task An_infinite_pause_logs_no_more(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options => options.DeadLetters.LogPause = Timeout.InfiniteTimeSpan);
        var actor = await DeadActorAsync(system, "actor");
        Lose(actor, 11);
        await system.AdvanceAsync(TimeSpan.FromDays(10));
        Lose(actor, 1);
        (Logged(system, 1201), Logged(system, 1203), Logged(system, 1204), Logged(system, 1205)).ShouldBe((10, 0, 1, 0));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    [Trait("rule", "DL-2")]
    public async Task Dead_letters_of_a_system_that_ends_are_logged_if_the_options_say_so(bool isLogged, int logged)
    {
        var system = await TestSystem.StartAsync(configure: options => options.DeadLetters.LogDuringShutdown = isLogged);
        var actor = system.ActorOf(Puppet.Props());
        actor.DoAsync(puppet => Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken));
        actor.Tell("waits behind it");
        await system.DrainAsync();
        await system.DisposeAsync();
        Logged(system, 1201).ShouldBe(logged);
    }

    [Theory, OnEachDispatcher, Trait("rule", "DL-2")]
    public async Task A_system_that_ends_in_the_pause_still_says_how_many_were_left_out(TestDispatcher dispatcher, int seed)
    {
        var system = await TestSystem.StartAsync(seed, dispatcher);
        Lose(await DeadActorAsync(system, "actor"), 12);
        await system.DisposeAsync();
        (await system.Log.ExpectAsync(1205)).Values["Count"].ShouldBe(2L);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Refuse(options => options.DeadLetters.Capacity = -1).ShouldBe("Capacity");
        Refuse(options => options.DeadLetters.LogLimit = -1).ShouldBe("LogLimit");
        Refuse(options => options.DeadLetters.LogPause = TimeSpan.Zero).ShouldBe("LogPause");

        static string? Refuse(Action<ActorSystemOptions> configure)
        {
            var options = new ActorSystemOptions();
            configure(options);
            return Should.Throw<ArgumentOutOfRangeException>(() => ActorSystem.Create("test", options)).ParamName;
        }
    }

    internal static async Task<IActorRef> DeadActorAsync(TestSystem system, string name)
    {
        var actor = system.ActorOf(Puppet.Props(), name);
        actor.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        return actor;
    }

    private static void Lose(IActorRef dead, int messages)
    {
        for (var i = 1; i <= messages; i++)
        {
            dead.Tell(new Note(i));
        }
    }

    private static int Logged(TestSystem system, int eventId) => system.Log.Entries.Count(entry => entry.EventId.Id == eventId);

    private sealed record Note(int Number);

    private sealed record Expendable : IDeadLetterSuppression;
}
