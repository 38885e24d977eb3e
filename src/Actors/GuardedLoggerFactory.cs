using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors;

/// <summary>
/// The log of a system, which may throw (its disk is full, its container was disposed of) and must not bring down who only wanted to say something.
/// What it throws is told once, to the standard error stream. Thread-safe.
/// </summary>
internal sealed class GuardedLoggerFactory(ILoggerFactory inner, string system) : ILoggerFactory
{
    private int _isTold;

    public static ILoggerFactory Of(ILoggerFactory inner, string system) =>
        inner is NullLoggerFactory or GuardedLoggerFactory ? inner : new GuardedLoggerFactory(inner, system);

    public ILogger CreateLogger(string categoryName)
    {
        try
        {
            return new GuardedLogger(this, inner.CreateLogger(categoryName));
        }
        catch (Exception thrown)
        {
            Tell(thrown);
            return NullLogger.Instance;
        }
    }

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>It belongs to whoever made it.</summary>
    public void Dispose()
    {
    }

    private void Tell(Exception thrown)
    {
        // A log that its container has disposed of is the usual end of a stop that was cut short, and no news.
        if (thrown is ObjectDisposedException || Interlocked.Exchange(ref _isTold, 1) != 0)
        {
            return;
        }

        try
        {
            Console.Error.WriteLine(
                $"The log of the actor system '{system}' throws, and what it was told is lost. The actors go on; mend the log. This is said once: {thrown}");
        }
        catch (IOException)
        {
            // Nobody is left to be told.
        }
    }

    private sealed class GuardedLogger(GuardedLoggerFactory owner, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            try
            {
                return inner.BeginScope(state);
            }
            catch (Exception thrown)
            {
                owner.Tell(thrown);
                return null;
            }
        }

        public bool IsEnabled(LogLevel logLevel)
        {
            try
            {
                return inner.IsEnabled(logLevel);
            }
            catch (Exception thrown)
            {
                owner.Tell(thrown);
                return false;
            }
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
            catch (Exception thrown)
            {
                owner.Tell(thrown);
            }
        }
    }
}
