using Microsoft.Extensions.Logging;

namespace Actors.Tests;

/// <summary>Remembers every line that is logged, by category. Thread-safe.</summary>
internal sealed class LinesLog : ILoggerFactory
{
    private readonly List<(string Category, LogLevel Level, string Line)> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines.Select(line => line.Line)];
            }
        }
    }

    public IReadOnlyList<string> Of(string category)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.Category == category).Select(line => $"{line.Level} {line.Line}")];
        }
    }

    /// <summary>Everything, for the text of a test that fails.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Lines);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger(LinesLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (log._lines)
            {
                log._lines.Add((category, logLevel, $"{formatter(state, exception)} {exception}".TrimEnd()));
            }
        }
    }
}
