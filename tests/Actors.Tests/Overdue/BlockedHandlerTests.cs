using System.Collections.Concurrent;
using Actors.TestKit;

namespace Actors.Tests.Overdue;

/// <summary>Handlers that block a thread for too long: only real threads and real time can show them.</summary>
public sealed class BlockedHandlerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(ActorDispatcher.Shared)]
    [InlineData(ActorDispatcher.Pinned)]
    public async Task A_handler_that_blocks_its_thread_is_reported_while_it_does(ActorDispatcher dispatcher)
    {
        using var log = new WarningLog();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = log });
        using var gate = new ManualResetEventSlim();
        var actor = system.ActorOf(Puppet.Props() with { Dispatcher = dispatcher, HandlerLimit = Limit }, "blocked");
        var innocent = system.ActorOf(Puppet.Props() with { HandlerLimit = Limit }, "busy");
        var isOver = false;
        var keepsBusy = new Puppet.Do(_ => { });
        keepsBusy = new Puppet.Do(puppet =>
        {
            Thread.SpinWait(1000);
            if (!Volatile.Read(ref isOver))
            {
                puppet.Self.Tell(keepsBusy); // The same message again and again, so that only the turn tells them apart.
            }
        });
        innocent.Tell(keepsBusy);
        actor.Do(_ => gate.Wait());
        var first = await log.NextAsync();
        first.ShouldMatch(@"^actors://test/user/blocked runs its handler of Do since \d+ ms \(limit 100 ms\)$");
        var second = await log.NextAsync();
        second.ShouldStartWith("actors://test/user/blocked runs its handler of Do since ");
        Age(second).ShouldBeGreaterThanOrEqualTo(200);
        Age(first).ShouldBeGreaterThanOrEqualTo(100);
        gate.Set();
        (await actor.CountAsync().WaitAsync(Patience)).ShouldBe(0);
        Volatile.Write(ref isOver, true);
    }

    [Theory]
    [InlineData(ActorDispatcher.Shared)]
    [InlineData(ActorDispatcher.Pinned)]
    public async Task A_blocked_handler_is_cancelled_and_its_actor_restarted_when_it_returns(ActorDispatcher dispatcher)
    {
        var restarted = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var system = ActorSystem.Create("test", new ActorSystemOptions
        {
            UserStrategy = new OneForOneStrategy(decider: cause =>
            {
                restarted.TrySetResult(cause);
                return Directive.Restart;
            }),
        });
        var actor = system.ActorOf(
            Puppet.Props() with { Dispatcher = dispatcher, HandlerLimit = Limit, OnOverdue = OverdueAction.Restart }, "blocked");
        actor.Tell(new Puppet.Increment());
        var wasCancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        actor.Do(puppet =>
        {
            if (puppet.Context.CancellationToken.WaitHandle.WaitOne(Patience))
            {
                wasCancelled.SetResult();
            }
        });
        await wasCancelled.Task.WaitAsync(Patience);
        var overdue = (await restarted.Task.WaitAsync(Patience)).ShouldBeOfType<HandlerOverdueException>();
        overdue.Actor.ShouldBe(actor.Path);
        overdue.MessageType.ShouldBe(typeof(Puppet.Do));
        overdue.Age.ShouldBeGreaterThanOrEqualTo(Limit);
        (await actor.CountAsync().WaitAsync(Patience)).ShouldBe(0, "this is another instance");
    }

    [Theory]
    [InlineData(ActorDispatcher.Shared)]
    [InlineData(ActorDispatcher.Pinned)]
    public async Task A_blocked_handler_that_begins_to_await_is_given_up_like_any_other(ActorDispatcher dispatcher)
    {
        await using var system = ActorSystem.Create("test");
        var actor = system.ActorOf(
            Puppet.Props() with
            {
                Dispatcher = dispatcher,
                HandlerLimit = Limit,
                OnOverdue = OverdueAction.Restart,
                StopTimeout = TimeSpan.FromMilliseconds(50),
            });
        actor.Tell(new Puppet.Increment());
        actor.DoAsync(async puppet =>
        {
            puppet.Context.CancellationToken.WaitHandle.WaitOne(Patience);
            await new TaskCompletionSource().Task;
        });
        (await actor.AskAsync(new Puppet.Count(), Patience)).ShouldBe(0);
    }

    [Theory]
    [InlineData(ActorDispatcher.Shared, false)]
    [InlineData(ActorDispatcher.Shared, true)]
    [InlineData(ActorDispatcher.Pinned, false)]
    public async Task An_actor_that_blocks_past_its_stop_timeout_is_abandoned_and_another_takes_its_name(ActorDispatcher dispatcher, bool isDelayed)
    {
        using var log = new WarningLog();
        using var gate = new ManualResetEventSlim();
        var made = new Made();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions
        {
            LoggerFactory = log,
            UserStrategy = new OneForOneStrategy(new RestartOptions
            {
                Backoff = isDelayed ? new BackoffOptions { Min = TimeSpan.FromMilliseconds(20), Max = TimeSpan.FromMilliseconds(20) } : null,
            }),
        });
        var actor = system.ActorOf(
            Props.Create(() => new Blocking(made)) with
            {
                Dispatcher = dispatcher,
                HandlerLimit = Limit,
                OnOverdue = OverdueAction.Restart,
                StopTimeout = TimeSpan.FromMilliseconds(50),
            },
            "blocked");
        await made.NextAsync();
        actor.Tell(gate);
        var next = await made.NextAsync(); // While the first still blocks.
        next.Path.ShouldBe(actor.Path);
        gate.IsSet.ShouldBeFalse();
        (await next.AskAsync(new Blocking.Ping(), Patience)).ShouldBe("here");
        gate.Set();
        await log.ExpectAsync("did not stop within 50 ms");
    }

    [Theory]
    [InlineData(ActorDispatcher.Shared)]
    [InlineData(ActorDispatcher.Pinned)]
    public async Task A_restart_that_meets_a_blocked_thread_leaves_it_behind_and_cancels_what_it_awaits_later(ActorDispatcher dispatcher)
    {
        var made = new Made();
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var system = ActorSystem.Create("test");
        var parent = system.ActorOf(Puppet.Props());
        var actor = await parent.SpawnAsync(
            Props.Create(() => new Blocking(made)) with { Dispatcher = dispatcher, StopTimeout = TimeSpan.FromMilliseconds(50) }, "blocked");
        await made.NextAsync();
        actor.Tell(new Func<IActorContext, Task>(async context =>
        {
            var token = context.CancellationToken;
            entered.Set();
            gate.Wait();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                ended.SetResult();
            }
        }));
        entered.Wait(Patience).ShouldBeTrue();
        parent.Do(puppet => puppet.Context.Restart(actor));
        var next = await made.NextAsync(); // While the first still blocks.
        gate.IsSet.ShouldBeFalse();
        (await next.AskAsync(new Blocking.Ping(), Patience)).ShouldBe("here");
        gate.Set();
        await ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Who_watches_an_actor_while_it_blocks_is_told_when_it_is_abandoned_and_at_once_afterwards()
    {
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        await using var system = ActorSystem.Create("test");
        var actor = system.ActorOf(Puppet.Props() with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        actor.Do(_ =>
        {
            entered.Set();
            gate.Wait();
        });
        entered.Wait(Patience).ShouldBeTrue();
        var early = await WatchAsync();
        var unwatched = await WatchAsync(isUndone: true);
        system.Stop(actor);
        await early.WaitAsync(Patience);
        await (await WatchAsync()).WaitAsync(Patience);
        gate.IsSet.ShouldBeFalse();
        unwatched.IsCompleted.ShouldBeFalse();
        gate.Set();

        async Task<Task> WatchAsync(bool isUndone = false)
        {
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var watcher = system.ActorOf(Puppet.Props(null, new Puppet.Script
            {
                HandlesTerminated = false,
                Construct = puppet => puppet.On<Terminated>(_ => told.TrySetResult()),
            }));
            watcher.Do(puppet =>
            {
                puppet.Context.Watch(actor);
                if (isUndone)
                {
                    puppet.Context.Unwatch(actor);
                }
            });
            await watcher.CountAsync().WaitAsync(Patience);
            return told.Task;
        }
    }

    [Fact]
    public async Task A_limit_without_an_end_does_no_harm_to_the_watch_over_others()
    {
        using var log = new WarningLog();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = log });
        using var gate = new ManualResetEventSlim();
        system.ActorOf(Puppet.Props() with { HandlerLimit = TimeSpan.MaxValue }).Do(_ => gate.Wait());
        system.ActorOf(Puppet.Props() with { HandlerLimit = TimeSpan.MaxValue - TimeSpan.FromTicks(1), Dispatcher = ActorDispatcher.Pinned }).Do(_ => gate.Wait());
        system.ActorOf(Puppet.Props() with { HandlerLimit = Limit }, "blocked").Do(_ => gate.Wait());
        (await log.NextAsync()).ShouldStartWith("actors://test/user/blocked runs its handler of Do since ");
        (await log.NextAsync()).ShouldStartWith("actors://test/user/blocked runs its handler of Do since ");
        gate.Set();
    }

    [Fact]
    public async Task The_supervisor_of_an_actor_that_blocks_decides_at_once()
    {
        using var gate = new ManualResetEventSlim();
        var asked = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var system = ActorSystem.Create("test", new ActorSystemOptions
        {
            UserStrategy = new OneForOneStrategy(decider: cause =>
            {
                asked.TrySetResult(cause);
                return Directive.Resume;
            }),
        });
        var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = Limit, OnOverdue = OverdueAction.Restart });
        actor.Tell(new Puppet.Increment());
        var (former, later) = (CancellationToken.None, CancellationToken.None);
        actor.Do(puppet =>
        {
            former = puppet.Context.CancellationToken;
            gate.Wait();
        });
        (await asked.Task.WaitAsync(Patience)).ShouldBeOfType<HandlerOverdueException>().MessageType.ShouldBe(typeof(Puppet.Do));
        former.WaitHandle.WaitOne(Patience).ShouldBeTrue();
        gate.Set();
        actor.Do(puppet => later = puppet.Context.CancellationToken);
        (await actor.CountAsync().WaitAsync(Patience)).ShouldBe(1, "It goes on with the instance that it has.");
        later.IsCancellationRequested.ShouldBeFalse("Its token is another.");
    }

    [Fact]
    public async Task Many_short_handlers_are_no_long_one()
    {
        using var log = new WarningLog();
        var time = new SteppedTime();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = log, TimeProvider = time });
        using var done = new CountdownEvent(Environment.ProcessorCount * 2);

        // Less than they take all together, and more than the others can take while one of them is held up.
        var limit = TimeSpan.FromSeconds((30 * (done.InitialCount - 1)) + 10);
        for (var i = 0; i < done.InitialCount; i++)
        {
            var left = 60;
            var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = limit });
            var step = new Puppet.Do(_ => { });
            step = new Puppet.Do(puppet =>
            {
                time.Step(TimeSpan.FromSeconds(0.5));
                BlockFor(TimeSpan.FromMilliseconds(20)); // Longer than the monitor needs to take notice.
                if (--left > 0)
                {
                    puppet.Self.Tell(step);
                }
                else
                {
                    done.Signal();
                }
            });
            actor.Tell(step);
        }

        done.Wait(Patience).ShouldBeTrue();
        log.Count.ShouldBe(0);
    }

    private static void BlockFor(TimeSpan time)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    }

    private static int Age(string report) => int.Parse(report.Split("since ")[1].Split(' ')[0]);

    /// <summary>A clock that the handlers themselves move, so that a slow machine does not make them slow.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Step(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }

    /// <summary>The instances of an actor, as they come.</summary>
    private sealed class Made
    {
        private readonly ConcurrentQueue<IActorRef> _actors = new();
        private readonly SemaphoreSlim _added = new(0);

        public void Add(IActorRef actor)
        {
            _actors.Enqueue(actor);
            _added.Release();
        }

        public async Task<IActorRef> NextAsync()
        {
            (await _added.WaitAsync(Patience)).ShouldBeTrue("no instance was made");
            return _actors.TryDequeue(out var actor) ? actor : throw new InvalidOperationException("Two readers.");
        }
    }

    private sealed class Blocking : ReceiveActor
    {
        private readonly Made _made;

        public Blocking(Made made)
        {
            _made = made;
            Receive<ManualResetEventSlim>(gate => gate.Wait());
            ReceiveAsync<Func<IActorContext, Task>>(handler => handler(Context));
            Receive<Ping>(_ => Sender.Tell("here", Self));
        }

        protected override ValueTask PreStartAsync()
        {
            _made.Add(Self);
            return default;
        }

        public sealed record Ping : IRequest<string>;
    }
}
