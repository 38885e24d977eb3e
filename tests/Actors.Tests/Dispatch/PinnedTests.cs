using Actors.TestKit;

namespace Actors.Tests.Dispatch;

/// <summary>Actors with a thread of their own.</summary>
public sealed class PinnedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task All_code_of_a_pinned_actor_runs_on_one_thread_of_its_own()
    {
        await using var system = await TestSystem.StartAsync(dispatcher: TestDispatcher.Threads);
        var threads = new List<Thread>();
        var script = new Puppet.Script
        {
            Construct = _ => Note(),
            PreStart = async _ =>
            {
                Note();
                await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
                Note();
            },
            PostStop = _ =>
            {
                Note();
                return default;
            },
            PostRestart = _ =>
            {
                Note();
                return default;
            },
        };
        var actor = system.ActorOf(Puppet.Props(script: script) with { Dispatcher = ActorDispatcher.Pinned }, "pinned");
        var other = system.ActorOf(Puppet.Props() with { Dispatcher = ActorDispatcher.Pinned });
        var otherThread = new TaskCompletionSource<Thread>();
        other.Do(_ => otherThread.SetResult(Thread.CurrentThread));
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        actor.Do(_ => Note());
        actor.DoAsync(async _ =>
        {
            Note();
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time);
            Note();
        });
        actor.Fail();
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        threads[0].IsBackground.ShouldBeTrue();
        system.System.Stop(actor);
        await system.DrainAsync();
        threads.Count.ShouldBe(12);
        threads.Distinct().Count().ShouldBe(1);
        threads[0].Name.ShouldBe("actor /user/pinned");
        (await otherThread.Task).ShouldNotBe(threads[0]);

        void Note() => threads.Add(Thread.CurrentThread);
    }

    [Fact]
    public async Task In_a_simulation_it_runs_on_the_simulations_thread()
    {
        await using var system = await TestSystem.StartAsync(dispatcher: TestDispatcher.Simulation);
        Thread? thread = null;
        system.ActorOf(Puppet.Props() with { Dispatcher = ActorDispatcher.Pinned }).Do(_ => thread = Thread.CurrentThread);
        await system.DrainAsync();
        thread.ShouldBe(Thread.CurrentThread);
    }

    [Fact]
    public async Task Pinned_actors_that_block_delay_nobody()
    {
        const int Blocked = 200; // More than there are spare threads.
        await using var system = ActorSystem.Create("test");
        using var gate = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(Blocked);
        var actors = Enumerable.Range(0, Blocked).Select(_ => system.ActorOf(Puppet.Props() with { Dispatcher = ActorDispatcher.Pinned })).ToArray();
        foreach (var actor in actors)
        {
            actor.Do(_ =>
            {
                blocked.Signal();
                gate.Wait();
            });
            actor.Tell(new Puppet.Increment());
        }

        blocked.Wait(Patience).ShouldBeTrue();
        var free = system.ActorOf(Puppet.Props());
        for (var i = 0; i < 1000; i++)
        {
            free.Tell(new Puppet.Increment());
        }

        (await free.CountAsync().WaitAsync(Patience)).ShouldBe(1000);
        gate.Set();
        foreach (var actor in actors)
        {
            (await actor.CountAsync().WaitAsync(Patience)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task The_thread_ends_with_its_actor()
    {
        await using var system = await TestSystem.StartAsync(dispatcher: TestDispatcher.Threads);
        var actor = system.ActorOf(Puppet.Props() with { Dispatcher = ActorDispatcher.Pinned });
        var thread = await ThreadOfAsync(actor);
        actor.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        thread.Join(Patience).ShouldBeTrue();
        actor.Tell("to the dead");
        await system.DrainAsync();
    }

    [Fact]
    public async Task The_thread_of_an_abandoned_actor_ends_when_its_handler_does()
    {
        await using var system = ActorSystem.Create("test");
        using var gate = new ManualResetEventSlim();
        var parent = system.ActorOf(Puppet.Props());
        var blocks = await parent.SpawnAsync(Pinned());
        var blockedThread = await ThreadOfAsync(blocks);
        var isBlocked = new TaskCompletionSource();
        blocks.Do(_ =>
        {
            isBlocked.SetResult();
            gate.Wait();
        });
        var awaits = await parent.SpawnAsync(Pinned());
        var awaitingThread = await ThreadOfAsync(awaits);
        awaits.DoAsync(_ => new TaskCompletionSource().Task);
        await isBlocked.Task;
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new Mourner(parent, gone)));
        system.Stop(parent);
        await gone.Task.WaitAsync(Patience);
        awaitingThread.Join(Patience).ShouldBeTrue();
        blockedThread.IsAlive.ShouldBeTrue("no code can be taken off a thread");
        gate.Set();
        blockedThread.Join(Patience).ShouldBeTrue();

        static Props Pinned() => Puppet.Props() with { Dispatcher = ActorDispatcher.Pinned, StopTimeout = TimeSpan.FromMilliseconds(50) };
    }

    [Fact]
    public async Task A_system_is_not_idle_while_a_pinned_actor_is_busy()
    {
        await using var system = await TestSystem.StartAsync(dispatcher: TestDispatcher.Threads);
        var actor = system.ActorOf(Puppet.Props() with { Dispatcher = ActorDispatcher.Pinned }, "pinned");
        await system.DrainAsync();
        system.System.Dispatcher.IsIdle.ShouldBeTrue();
        using var gate = new ManualResetEventSlim();
        var isRunning = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        actor.Do(_ =>
        {
            isRunning.SetResult();
            gate.Wait();
        });
        await isRunning.Task;
        system.System.Dispatcher.IsIdle.ShouldBeFalse();
        system.Time.GiveUpAfter = TimeSpan.FromMilliseconds(50);
        (await Expect.ThrowsAsync<StillBusyException>(system.DrainAsync())).Message.ShouldContain("'actors://test/user/pinned' runs its handler of Do");
        gate.Set();
        system.Time.GiveUpAfter = Patience;
        await system.DrainAsync();
        system.System.Dispatcher.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public async Task No_wake_up_is_lost_between_pinned_actors_and_others()
    {
        const int Hops = 20_000;
        await using var system = await TestSystem.StartAsync(dispatcher: TestDispatcher.Threads);
        var last = 0;
        var left = Hopper(ActorDispatcher.Pinned);
        var right = Hopper(ActorDispatcher.Shared);
        var third = Hopper(ActorDispatcher.Pinned);
        left.Tell(0, right);
        third.Tell(0, left);
        await system.DrainAsync();
        last.ShouldBe(2);

        IActorRef Hopper(ActorDispatcher dispatcher) => system.ActorOf(
            Puppet.Props(script: new Puppet.Script
            {
                Construct = puppet => puppet.On<int>(number =>
                {
                    if (number == Hops)
                    {
                        Interlocked.Increment(ref last);
                    }
                    else
                    {
                        puppet.Sender.Tell(number + 1, puppet.Self);
                    }
                }),
            }) with { Dispatcher = dispatcher });
    }

    [Fact]
    public async Task An_async_local_does_not_outlive_its_message()
    {
        await using var system = await TestSystem.StartAsync(dispatcher: TestDispatcher.Threads);
        var local = new AsyncLocal<string?> { Value = "outside" };
        var seen = system.CreateProbe();
        var actor = system.ActorOf(Puppet.Props() with { Dispatcher = ActorDispatcher.Pinned });
        for (var i = 0; i < 2; i++)
        {
            actor.Do(_ =>
            {
                seen.Ref.Tell(local.Value ?? "nothing");
                local.Value = "inside";
            });
            await system.DrainAsync();
        }

        await seen.ExpectInOrderAsync("nothing", "nothing");
    }

    private static async Task<Thread> ThreadOfAsync(IActorRef actor)
    {
        var thread = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        actor.Do(_ => thread.SetResult(Thread.CurrentThread));
        return await thread.Task.WaitAsync(Patience);
    }

    private sealed class Mourner(IActorRef actor, TaskCompletionSource gone) : ActorBase
    {
        protected override ValueTask PreStartAsync()
        {
            Context.Watch(actor);
            return default;
        }

        protected override ValueTask OnReceiveAsync(object message)
        {
            gone.SetResult();
            Context.Stop(Self);
            return default;
        }
    }
}
