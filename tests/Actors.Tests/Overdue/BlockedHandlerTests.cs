using System.Collections.Concurrent;
using Actors.TestKit;
using Microsoft.Extensions.Logging;

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

    [Fact]
    public async Task Many_short_handlers_are_no_long_one()
    {
        using var log = new WarningLog();
        var time = new SteppedTime();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = log, TimeProvider = time });
        using var done = new CountdownEvent(Environment.ProcessorCount * 2);
        for (var i = 0; i < done.InitialCount; i++)
        {
            var left = 60;
            var actor = system.ActorOf(Puppet.Props() with { HandlerLimit = TimeSpan.FromSeconds(10) });
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

    /// <summary>The warnings of a system in real time.</summary>
    private sealed class WarningLog : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _entries = new();
        private readonly SemaphoreSlim _written = new(0);

        public int Count => _entries.Count;

        public async Task<string> NextAsync()
        {
            (await _written.WaitAsync(Patience)).ShouldBeTrue("no warning came");
            return _entries.TryDequeue(out var entry) ? entry : throw new InvalidOperationException("Two readers.");
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                _entries.Enqueue(formatter(state, exception));
                _written.Release();
            }
        }

        public void Dispose() => _written.Dispose();
    }
}
