using Actors.TestKit;

namespace Actors.Tests.Supervision;

/// <summary>An exception of user code whose message cannot be read is a failure like any other.</summary>
public sealed class MuteExceptionTests
{
    [Theory, OnEachDispatcher]
    public async Task A_failure_whose_message_throws_is_supervised_and_told_to_who_asked(TestDispatcher dispatcher, int seed)
    {
        foreach (var directive in (Directive[])[Directive.Resume, Directive.Restart, Directive.Stop])
        {
            await using var system = await TestSystem.StartAsync(seed, dispatcher);
            var parent = system.ActorOf(Puppet.Supervisor(new OneForOneStrategy(decider: _ => directive)));
            var actor = await parent.SpawnAsync(Props.Create(() => new Mute(false)));
            (await FailureAsync(actor)).ShouldContain("it failed on the request: MuteException");
            if (directive != Directive.Stop)
            {
                (await actor.CountAsync()).ShouldBe(0);
            }
            else
            {
                await system.DrainAsync(); // The asker is told before the supervisor.
                (await parent.ChildrenAsync()).ShouldBeEmpty();
            }
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Such_failures_are_counted_and_their_message_is_quarantined(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Props.Create(() => new Mute(false)));
        for (var i = 0; i < 3; i++)
        {
            actor.Tell(new FailNow());
        }

        await system.Log.ExpectAsync(1206);
        (await actor.CountAsync()).ShouldBe(0);
        system.System.DeadLetterBox.List().ShouldHaveSingleItem().Cause!.Message.ShouldEndWith("The last failure: MuteException");
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_cannot_be_made_for_such_a_reason_is_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var actor = system.ActorOf(Props.Create(() => new Mute(true)));
        probe.Watch(actor);
        await probe.ExpectTerminatedAsync(actor);
        await system.Log.ExpectAsync(1102);
    }

    private static async Task<string> FailureAsync(IActorRef actor)
    {
        try
        {
            await actor.AskAsync(new FailNow());
            return "no failure";
        }
        catch (AskFailedException failure)
        {
            return failure.Message;
        }
    }

    private sealed record FailNow : IRequest<int>;

    private sealed class MuteException : Exception
    {
        public override string Message => throw new InvalidOperationException("This exception has no message.");
    }

    private sealed class Mute : ReceiveActor
    {
        public Mute(bool failsAtOnce)
        {
            if (failsAtOnce)
            {
                throw new MuteException();
            }

            Receive<FailNow>(_ => throw new MuteException());
            Receive<Puppet.Count>(_ => Sender.Tell(0, Self));
        }
    }
}
