using Actors.Jobs.Queues;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Queues;

/// <summary>Who may run when a job must run alone. The queues are probes: the test says for them what runs.</summary>
public sealed class QueuesActorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, OnEachDispatcher]
    public async Task What_does_not_end_is_waited_for_thirty_seconds_and_then_the_queues_go_on_for_five_minutes(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (parent, poisoned, busy) = await StartAsync(system);
        poisoned.Ask(new QueuesActor.AloneWanted(1));
        var hold = (await poisoned.Ear.ExpectAsync<QueueMessage.Hold>()).Number;
        await busy.Ear.ExpectAsync<QueueMessage.Hold>();
        poisoned.Ask(new QueuesActor.Held(hold));
        await system.AdvanceAsync(29.9 * Second);
        (poisoned.Ear.Count, busy.Ear.Count).ShouldBe((0, 0), "What runs may end yet.");
        await system.AdvanceAsync(0.2 * Second);
        await busy.Ear.ExpectAsync<QueueMessage.Go>();
        await poisoned.Ear.ExpectAsync<QueueMessage.Go>();
        await system.Log.ExpectAsync(3112);

        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        busy.Ask(QueuesActor.AloneDone.Instance); // Whatever happens in between.
        await system.AdvanceAsync(TimeSpan.FromMinutes(3.9));
        (poisoned.Ear.Count, busy.Ear.Count).ShouldBe((0, 0), "They are left alone.");
        await system.AdvanceAsync(TimeSpan.FromMinutes(0.2));
        hold = (await busy.Ear.ExpectAsync<QueueMessage.Hold>()).Number;
        await poisoned.Ear.ExpectAsync<QueueMessage.Hold>();
        poisoned.Ask(new QueuesActor.Held(hold));
        busy.Ask(new QueuesActor.Held(hold));
        (await poisoned.Ear.ExpectAsync<QueueMessage.RunAlone>()).Request.ShouldBe(1);
        GC.KeepAlive(parent);
    }

    [Theory, OnEachDispatcher]
    public async Task While_a_job_runs_alone_the_others_wait_for_as_long_as_it_takes(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (_, poisoned, busy) = await StartAsync(system);
        poisoned.Ask(new QueuesActor.AloneWanted(1));
        var hold = (await busy.Ear.ExpectAsync<QueueMessage.Hold>()).Number;
        await poisoned.Ear.ExpectAsync<QueueMessage.Hold>();
        poisoned.Ask(new QueuesActor.Held(hold));
        await system.AdvanceAsync(20 * Second);
        busy.Ask(new QueuesActor.Held(hold));
        await poisoned.Ear.ExpectAsync<QueueMessage.RunAlone>();
        await system.AdvanceAsync(TimeSpan.FromHours(1));
        busy.Ear.Count.ShouldBe(0);
        poisoned.Ask(QueuesActor.AloneDone.Instance);
        await busy.Ear.ExpectAsync<QueueMessage.Go>();
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_is_recovered_again_is_not_waited_for_and_is_held_when_it_is_back(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (_, poisoned, busy) = await StartAsync(system);
        poisoned.Ask(new QueuesActor.AloneWanted(1));
        var hold = (await busy.Ear.ExpectAsync<QueueMessage.Hold>()).Number;
        await poisoned.Ear.ExpectAsync<QueueMessage.Hold>();
        poisoned.Ask(new QueuesActor.Held(hold));

        // It was running something, and failed: nothing of it runs any more.
        busy.Ask(QueuesActor.Recovering.Instance);
        await poisoned.Ear.ExpectAsync<QueueMessage.RunAlone>();
        busy.Ask(new QueuesActor.Joined(HasSuspects: false));
        await busy.Ear.ExpectAsync<QueueMessage.Hold>();
        poisoned.Ask(QueuesActor.AloneDone.Instance);
        await busy.Ear.ExpectAsync<QueueMessage.Go>();
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_fails_while_it_runs_a_job_alone_does_not_keep_the_others_waiting(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var (_, poisoned, busy) = await StartAsync(system);
        poisoned.Ask(new QueuesActor.AloneWanted(1));
        var hold = (await busy.Ear.ExpectAsync<QueueMessage.Hold>()).Number;
        await poisoned.Ear.ExpectAsync<QueueMessage.Hold>();
        poisoned.Ask(new QueuesActor.Held(hold));
        busy.Ask(new QueuesActor.Held(hold));
        await poisoned.Ear.ExpectAsync<QueueMessage.RunAlone>();
        poisoned.Ask(QueuesActor.Recovering.Instance);
        await busy.Ear.ExpectAsync<QueueMessage.Go>();
    }

    private static async Task<(IActorRef Parent, Queue Poisoned, Queue Busy)> StartAsync(TestSystem system)
    {
        var parent = system.ActorOf(Props.Create(() => new QueuesActor(Array.Empty<string>())), "queues");
        return (parent, await QueueAsync("poisoned"), await QueueAsync("busy"));

        async Task<Queue> QueueAsync(string name)
        {
            var ear = system.CreateProbe(name);
            var actor = (await parent.AskAsync(new QueuesActor.Start(name, Props.Create(() => new Stand(ear.Ref))))).Actor;
            var queue = new Queue(actor, ear);
            queue.Ask(new QueuesActor.Joined(HasSuspects: false));
            await ear.FishAsync<QueueMessage.Go>();
            return queue;
        }
    }

    /// <summary>A queue, and what it is told.</summary>
    private sealed record Queue(IActorRef Actor, Probe Ear)
    {
        /// <summary>Lets it say something to its parent.</summary>
        public void Ask(object message) => Actor.Tell(new Say(message));
    }

    private sealed record Say(object Message);

    private sealed class Stand(IActorRef ear) : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            if (message is Say say)
            {
                Context.Parent.Tell(say.Message, Self);
            }
            else
            {
                ear.Tell(message, Self);
            }

            return default;
        }
    }
}
