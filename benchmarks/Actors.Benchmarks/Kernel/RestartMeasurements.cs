using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Benchmarks.Kernel;

/// <summary>Restarts of a child that fails on every message, beside what the exception alone costs.</summary>
internal static class RestartMeasurements
{
    private const string Unit = "restarts/s";

    public static IEnumerable<Measurement> Measurements { get; } =
    [
        new("restart", Unit, "a child throws on every message and is restarted at once; the log goes nowhere", size => RestartAsync((int)(500_000 * size), NullLoggerFactory.Instance)),
        new("restart-logged", Unit, "the same, and every line of the log is made, with the text of the exception, and then dropped", size => RestartAsync((int)(100_000 * size), new CountingLoggerFactory())),
        new("throw-catch", "exceptions/s", "the same exception thrown and caught by a plain loop: the limit of any restart", size => Task.FromResult(ThrowCatch((int)(500_000 * size)))),
    ];

    private static async Task<double> RestartAsync(int count, ILoggerFactory log)
    {
        await using var system = ActorSystem.Create("benchmark", new ActorSystemOptions { LoggerFactory = log });
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = system.ActorOf(Props.Create<Failing>());
        for (var i = 0; i < count; i++)
        {
            child.Tell(Ball.Instance);
        }

        child.Tell(done);
        var watch = Stopwatch.StartNew();
        await done.Task;
        return count / watch.Elapsed.TotalSeconds;
    }

    private static double ThrowCatch(int count)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            try
            {
                Failing.Throw();
            }
            catch (InvalidOperationException)
            {
            }
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private sealed class Failing : ActorBase
    {
        public static void Throw() => throw new InvalidOperationException("as asked");

        protected override ValueTask OnReceiveAsync(object message)
        {
            if (message is TaskCompletionSource done)
            {
                done.TrySetResult();
            }
            else
            {
                Throw();
            }

            return default;
        }
    }

    /// <summary>Makes the text of each entry, as a sink does, and keeps nothing.</summary>
    private sealed class CountingLoggerFactory : ILoggerFactory, ILogger
    {
        private long _characters;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Add(ref _characters, formatter(state, exception).Length + (exception?.ToString().Length ?? 0));
    }
}
