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
        var failures = new Failures(count);
        var child = system.ActorOf(Props.Create(() => new Failing(failures)));
        var watch = Stopwatch.StartNew();
        child.Tell(Ball.Instance);
        await failures.Done.Task;
        return count / watch.Elapsed.TotalSeconds;
    }

    private static double ThrowCatch(int count)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            try
            {
                Throw();
            }
            catch (InvalidOperationException)
            {
            }
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>One frame between the throw and the catch, as the handler is for the actor.</summary>
    private static void Throw() => throw new InvalidOperationException("as asked");

    private sealed class Failures(int left)
    {
        public int Left { get; set; } = left;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Sends itself the next message before it fails.</summary>
    private sealed class Failing(Failures failures) : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            if (failures.Left-- == 0)
            {
                failures.Done.TrySetResult();
                return default;
            }

            Self.Tell(message);
            throw new InvalidOperationException("as asked");
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
