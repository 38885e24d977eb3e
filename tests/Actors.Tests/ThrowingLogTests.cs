using Actors.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Tests;

/// <summary>A log that throws disturbs nobody who wanted to say something.</summary>
public sealed class ThrowingLogTests
{
    [Fact]
    public async Task An_actor_whose_failure_cannot_be_logged_is_restarted_all_the_same()
    {
        var log = new ThrowingLog();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = log });
        var actor = system.ActorOf(Puppet.Props(), "actor");
        (await actor.CountAsync()).ShouldBe(0);
        actor.Fail();
        (await actor.CountAsync()).ShouldBe(0);
        system.DeadLetters.Tell("hello");
        (await actor.CountAsync()).ShouldBe(0);
        log.Calls.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_log_that_is_disposed_of_first_loses_what_it_is_told()
    {
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = new ClosedLog() });
        system.LoggerFactory.CreateLogger("any").ShouldBe(NullLogger.Instance);
        var actor = system.ActorOf(Puppet.Props(), "actor");
        actor.Fail();
        (await actor.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Scopes_and_levels_are_those_of_the_log_while_it_works()
    {
        var log = new ThrowingLog();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { LoggerFactory = log });
        var logger = system.LoggerFactory.CreateLogger("any");
        logger.IsEnabled(LogLevel.Information).ShouldBeTrue();
        logger.BeginScope("scope").ShouldBeNull("its scope throws");
        logger.Log(LogLevel.Information, "text");
        log.Calls.ShouldBe(2);
    }

    private sealed class ThrowingLog : ILoggerFactory, ILogger
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw Full();

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw Full();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        private IOException Full()
        {
            Interlocked.Increment(ref _calls);
            return new IOException("No space left on device.");
        }
    }

    private sealed class ClosedLog : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => throw new ObjectDisposedException(nameof(ILoggerFactory));

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}
