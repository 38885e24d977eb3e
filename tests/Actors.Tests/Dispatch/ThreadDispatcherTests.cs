using Actors.TestKit;

namespace Actors.Tests.Dispatch;

/// <summary>What only real threads can show: blocked workers, lost wake-ups, races of memory. In real time.</summary>
public sealed class ThreadDispatcherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Handlers_that_block_all_workers_do_not_stop_other_actors()
    {
        await using var system = ActorSystem.Create("test");
        using var gate = new ManualResetEventSlim();
        var blocked = new CountdownEvent(Environment.ProcessorCount * 4);
        for (var i = 0; i < blocked.InitialCount; i++)
        {
            system.ActorOf(Puppet.Props()).Do(_ =>
            {
                blocked.Signal();
                gate.Wait();
            });
        }

        blocked.Wait(Patience).ShouldBeTrue();
        var free = system.ActorOf(Puppet.Props());
        free.Tell(new Puppet.Increment());
        (await free.CountAsync()).ShouldBe(1);
        gate.Set();
    }

    [Fact]
    public async Task When_all_threads_that_there_may_be_are_kept_the_log_says_what_to_do()
    {
        using var log = new WarningLog();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = log });
        using var gate = new ManualResetEventSlim();
        for (var i = 0; i < Environment.ProcessorCount + 70; i++)
        {
            system.ActorOf(Puppet.Props()).Do(_ => gate.Wait());
        }

        (await log.NextAsync()).ShouldMatch(
            "^All [0-9]+ threads of 'test' are kept by handlers that block. Give such actors ActorDispatcher.Pinned, or let them block in RunTask$");
        gate.Set();
        (await system.ActorOf(Puppet.Props()).CountAsync().WaitAsync(Patience)).ShouldBe(0);
        log.Count.ShouldBe(0, "it is said once a minute");
    }

    [Fact]
    public async Task Tasks_that_block_all_threads_of_the_pool_do_not_stop_other_tasks()
    {
        const int Blockers = 60; // The pool by itself would need half a minute for so many.
        await using var system = ActorSystem.Create("test");
        using var gate = new ManualResetEventSlim();
        var owner = system.ActorOf(Puppet.Props());
        owner.Do(puppet =>
        {
            for (var i = 0; i < Blockers; i++)
            {
                puppet.Context.RunTask(
                    () =>
                    {
                        gate.Wait();
                        return Task.CompletedTask;
                    },
                    static _ => 0);
            }
        });
        using var timer = new ManualResetEventSlim();
        owner.Do(puppet => puppet.Context.RunTask(
            async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
                timer.Set();
            },
            static _ => 0));
        var isInTime = timer.Wait(TimeSpan.FromSeconds(15)); // Not awaited: what goes on after an await needs a thread of the pool, too.
        gate.Set();
        isInTime.ShouldBeTrue();
    }

    [Fact]
    public async Task A_message_that_a_blocked_handler_sent_before_it_blocked_is_handled()
    {
        await using var system = ActorSystem.Create("test");
        using var gate = new ManualResetEventSlim();
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = system.ActorOf(Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<int>(_ => received.SetResult()) }));
        await receiver.CountAsync();
        system.ActorOf(Puppet.Props()).Do(_ =>
        {
            receiver.Tell(1); // It is next on this thread, which blocks now.
            gate.Wait();
        });
        await received.Task.WaitAsync(Patience);
        gate.Set();
    }

    [Fact, Trait("rule", "MB-2")]
    public async Task No_message_is_lost_or_overtaken_by_its_senders_others()
    {
        const int Senders = 8;
        const int Messages = 250_000;
        await using var system = ActorSystem.Create("test");
        var done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var receiver = system.ActorOf(Props.Create(() => new OrderChecker(Senders, Messages, done)));
        var threads = Enumerable.Range(0, Senders / 2).Select(number => new Thread(() =>
        {
            for (var i = 0; i < Messages; i++)
            {
                receiver.Tell(new Numbered(number, i));
            }
        })).ToArray();
        foreach (var number in Enumerable.Range(Senders / 2, Senders / 2))
        {
            system.ActorOf(Props.Create(() => new Flooder(receiver, number, Messages))).Tell(1);
        }

        Array.ForEach(threads, thread => thread.Start());
        (await done.Task.WaitAsync(Patience)).ShouldBeNull();
        Array.ForEach(threads, thread => thread.Join());
    }

    [Fact]
    public async Task No_wake_up_is_lost_between_actors_that_are_idle_after_every_message()
    {
        // Each ball is alone, so that every message finds an idle mailbox, and often a parked thread.
        const int Pairs = 50;
        const int Hops = 20_000;
        await using var system = ActorSystem.Create("test");
        using var done = new CountdownEvent(Pairs);
        for (var i = 0; i < Pairs; i++)
        {
            var left = system.ActorOf(Props.Create(() => new Hopper(Hops, done)));
            var right = system.ActorOf(Props.Create(() => new Hopper(Hops, done)));
            left.Tell(0, right);
        }

        done.Wait(Patience).ShouldBeTrue($"{done.CurrentCount} pairs hang");
    }

    [Fact]
    public async Task No_wake_up_is_lost_between_a_thread_outside_and_an_idle_system()
    {
        await using var system = ActorSystem.Create("test");
        var actor = system.ActorOf(Puppet.Props());
        for (var i = 0; i < 20_000; i++)
        {
            await actor.CountAsync().WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task System_messages_reach_actors_that_are_flooded_failing_and_awaiting()
    {
        await using var system = ActorSystem.Create("test");
        var parent = system.ActorOf(Puppet.Props());
        for (var round = 0; round < 200; round++)
        {
            var child = await parent.SpawnAsync(Puppet.Props());
            var isOver = false;
            var flood = new Thread(() =>
            {
                for (var i = 0; !Volatile.Read(ref isOver); i++)
                {
                    switch (i % 4)
                    {
                        case 0:
                            child.Fail();
                            break;
                        case 1:
                            child.DoAsync(async puppet => await Task.Delay(1, puppet.Context.CancellationToken));
                            break;
                        default:
                            child.Tell(new Puppet.Increment());
                            break;
                    }

                    Thread.SpinWait(50);
                }
            });
            flood.Start();
            Thread.SpinWait(1000 * (round % 50));
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            system.ActorOf(Props.Create(() => new Mourner(child, gone)));
            system.Stop(child);
            await gone.Task.WaitAsync(Patience);
            Volatile.Write(ref isOver, true);
            flood.Join();
        }

        (await parent.ChildrenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hundred_thousand_actors_start_and_stop()
    {
        await using var system = ActorSystem.Create("test");
        var stopped = 0;
        var parent = system.ActorOf(Puppet.Props());
        var script = new Puppet.Script
        {
            PostStop = _ =>
            {
                Interlocked.Increment(ref stopped);
                return default;
            },
        };
        parent.Do(puppet =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                puppet.Context.ActorOf(Puppet.Props(script: script));
            }
        });
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new Mourner(parent, gone)));
        parent.Tell(PoisonPill.Instance);
        await gone.Task.WaitAsync(Patience);
        stopped.ShouldBe(100_000);
    }

    [Fact]
    public async Task One_actors_async_local_is_not_seen_by_the_next()
    {
        await using var system = ActorSystem.Create("test");
        var local = new AsyncLocal<string?> { Value = "outside" };
        var leaked = 0;
        for (var i = 0; i < 200; i++)
        {
            system.ActorOf(Puppet.Props()).Do(_ =>
            {
                if (local.Value is not null)
                {
                    Interlocked.Increment(ref leaked);
                }

                local.Value = "inside";
            });
        }

        await system.TerminateAsync();
        leaked.ShouldBe(0);
    }

    [Fact]
    public async Task A_system_at_rest_is_idle_and_one_at_work_is_not()
    {
        await using var system = await TestSystem.StartAsync(dispatcher: TestDispatcher.Threads);
        var actor = system.ActorOf(Puppet.Props(), "worker");
        await system.DrainAsync();
        system.System.Dispatcher.IsIdle.ShouldBeTrue();
        using var gate = new ManualResetEventSlim();
        var isRunning = new TaskCompletionSource();
        actor.Do(_ =>
        {
            isRunning.SetResult();
            gate.Wait();
        });
        await isRunning.Task;
        system.System.Dispatcher.IsIdle.ShouldBeFalse();
        system.Time.GiveUpAfter = TimeSpan.FromSeconds(0.1);
        (await Should.ThrowAsync<StillBusyException>(system.DrainAsync)).Message
            .ShouldContain("'actors://test/user/worker' runs its handler of Do");
        gate.Set();
        system.Time.GiveUpAfter = TimeSpan.FromSeconds(30);
        await system.DrainAsync();
        system.System.Dispatcher.BeginOperation();
        system.System.Dispatcher.IsIdle.ShouldBeFalse();
        system.System.Dispatcher.EndOperation();
        system.System.Dispatcher.IsIdle.ShouldBeTrue();
    }

    private sealed record Numbered(int Sender, int Number);

    private sealed class OrderChecker(int senders, int messages, TaskCompletionSource<string?> done) : ActorBase
    {
        private readonly int[] _next = new int[senders];
        private long _left = (long)senders * messages;

        protected override ValueTask OnReceiveAsync(object message)
        {
            var (sender, number) = (Numbered)message;
            if (_next[sender]++ != number)
            {
                done.TrySetResult($"sender {sender}: {number} instead of {_next[sender] - 1}");
            }

            if (--_left == 0)
            {
                done.TrySetResult(null);
            }

            return default;
        }
    }

    private sealed class Flooder(IActorRef receiver, int number, int messages) : ActorBase
    {
        private int _next;

        protected override ValueTask OnReceiveAsync(object message)
        {
            for (var i = 0; i < 100 && _next < messages; i++)
            {
                receiver.Tell(new Numbered(number, _next++));
            }

            if (_next < messages)
            {
                Self.Tell(message);
            }

            return default;
        }
    }

    private sealed class Hopper(int hops, CountdownEvent done) : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            if ((int)message == hops)
            {
                done.Signal();
            }
            else
            {
                Sender.Tell((int)message + 1, Self);
            }

            return default;
        }
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
