using Microsoft.Extensions.Logging;

namespace Actors.TestKit.Tests;

public sealed class ProbeTests
{
    [Theory, OnEachDispatcher, Trait("rule", "TK-1")]
    public async Task A_probe_gets_an_answer_and_waits_in_virtual_time(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var echo = system.ActorOf(Props.Create<Echo>(), "echo");
        var probe = system.CreateProbe();
        probe.Send(echo, "hello");
        (await probe.ExpectAsync<string>()).ShouldBe("hello");
        probe.LastSender.ShouldBe(echo);
        await probe.ExpectNoneAsync(TimeSpan.FromSeconds(1));
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Theory, OnEachDispatcher]
    public async Task An_ask_is_answered_while_the_test_awaits_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var echo = system.ActorOf(Props.Create<Echo>(), "echo");
        (await echo.AskAsync(new Question("x"))).ShouldBe("x!");
    }

    [Theory, OnEachDispatcher]
    public async Task A_failed_expectation_says_what_came_instead_and_the_seed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe("ear");
        var nothing = await Should.ThrowAsync<ExpectationException>(probe.ExpectAsync<int>(within: TimeSpan.FromSeconds(2)));
        nothing.Message.ShouldStartWith("Probe 'ear' expected Int32 within 2 s, but nothing came.");
        nothing.Message.ShouldContain($"seed {seed}");
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
        probe.Ref.Tell("one");
        probe.Ref.Tell("two");
        await system.DrainAsync();
        (await Should.ThrowAsync<ExpectationException>(probe.ExpectAsync<int>())).Message
            .ShouldStartWith("Probe 'ear' expected Int32, but got 'one' from nobody. Next in line: 'two' from nobody.");
        (await Should.ThrowAsync<ExpectationException>(probe.ExpectNoneAsync())).Message.ShouldContain("expected nothing, but got 'two'");
    }

    [Theory, OnEachDispatcher, Trait("rule", "TK-2")]
    public async Task An_expectation_that_names_no_limit_waits_three_seconds_of_virtual_time(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        await Should.ThrowAsync<ExpectationException>(probe.ExpectAsync<int>());
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
        await Should.ThrowAsync<ExpectationException>(system.Log.ExpectAsync(LogLevel.Error));
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(6));
        system.System.TimeProvider.CreateTimer(_ => probe.Ref.Tell(1), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        (await probe.ExpectAsync<int>()).ShouldBe(1);
    }

    [Theory, OnEachDispatcher, Trait("rule", "TK-1")]
    public async Task A_probe_fishes(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        for (var i = 0; i < 10; i++)
        {
            probe.Ref.Tell(i);
        }

        probe.Ref.Tell("fish");
        (await probe.FishAsync<int>(number => number > 5)).ShouldBe(6);
        (await probe.FishAsync<string>()).ShouldBe("fish");
        (await Should.ThrowAsync<ExpectationException>(probe.FishAsync<int>())).Message.ShouldContain("only 0 other messages came");
    }

    [Theory, OnEachDispatcher, Trait("rule", "TK-4")]
    public async Task An_auto_pilot_answers_by_itself(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        probe.SetAutoPilot((sender, message) => sender.Tell(((Question)message).Text + "?"));
        (await probe.Ref.AskAsync(new Question("x"))).ShouldBe("x?");
        await probe.ExpectAsync(new Question("x"));
        probe.SetAutoPilot(null);
        var asking = probe.Ref.AskAsync(new Question("y"));
        await probe.ExpectAsync<Question>();
        probe.Reply("y by hand");
        (await asking).ShouldBe("y by hand");
    }

    [Theory, OnEachDispatcher, Trait("rule", "TK-3")]
    public async Task The_log_can_be_expected(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.DoAsync(async puppet =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            puppet.Context.Logger.LogWarning("Careful with {Thing}", "that");
        });
        var entry = await system.Log.ExpectAsync(LogLevel.Warning, "Careful");
        entry.Category.ShouldBe("Actors.test.user.actor");
        entry.Values["Thing"].ShouldBe("that");
        await system.Log.ExpectNoneAsync(LogLevel.Warning);
        (await Should.ThrowAsync<ExpectationException>(system.Log.ExpectAsync(LogLevel.Warning, "Careful"))).Message.ShouldContain("Careful with that");
    }

    [Theory, OnEachDispatcher]
    public async Task A_test_can_wait_for_a_condition(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var isDone = false;
        system.ActorOf(Puppet.Props()).DoAsync(async _ =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), system.Time);
            isDone = true;
        });
        await system.EventuallyAsync(() => Volatile.Read(ref isDone));
        system.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
        (await Should.ThrowAsync<ExpectationException>(system.EventuallyAsync(() => false, because: "the impossible"))).Message
            .ShouldContain("within 3 s that the impossible holds");
    }

    private sealed record Question(string Text) : IRequest<string>;

    private sealed class Echo : ReceiveActor
    {
        public Echo()
        {
            Receive<Question>(question => Sender.Tell(question.Text + "!", Self));
            ReceiveAny(message => Sender.Tell(message, Self));
        }
    }
}
