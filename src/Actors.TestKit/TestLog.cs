using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Actors.TestKit;

/// <summary>Records the log of a system, so that a test can expect entries.</summary>
public sealed class TestLog : ILoggerFactory
{
    private const int ShownInFailures = 20;

    private readonly TestSystem _system;
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];
    private readonly HashSet<LogEntry> _expected = new(ReferenceEqualityComparer.Instance);

    internal TestLog(TestSystem system) => _system = system;

    /// <summary>All entries so far, oldest first.</summary>
    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Waits for an entry. Each entry fulfils one expectation, also when it was written before.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="contains">What its message contains; null for any.</param>
    /// <param name="within">How far the clock may move; null means 3 s.</param>
    /// <exception cref="ExpectationException">There was none. The message lists the last entries.</exception>
    public Task<LogEntry> ExpectAsync(LogLevel level, string? contains = null, TimeSpan? within = null) => ExpectAsync(
        entry => entry.Level == level && (contains is null || entry.Message.Contains(contains, StringComparison.Ordinal)),
        $"{level}{(contains is null ? "" : $" with '{contains}'")}",
        within);

    /// <summary>Waits for an entry by its event id.</summary>
    /// <inheritdoc cref="ExpectAsync(LogLevel, string?, TimeSpan?)"/>
    public Task<LogEntry> ExpectAsync(int eventId, TimeSpan? within = null) => ExpectAsync(
        entry => entry.EventId.Id == eventId, string.Create(CultureInfo.InvariantCulture, $"event {eventId}"), within);

    /// <summary>Lets all work run out and then expects that nothing was written at a level or above it, but for what was expected.</summary>
    public async Task ExpectNoneAsync(LogLevel level)
    {
        await _system.DrainAsync();
        lock (_lock)
        {
            if (_entries.FirstOrDefault(entry => entry.Level >= level && !_expected.Contains(entry)) is { } unexpected)
            {
                throw _system.Failure($"Expected no log entry at {level} or above, but there is: {unexpected}");
            }
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Not supported: this is the only place where the log goes.</summary>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("The log of a test system has no providers. Set ActorSystemOptions.LoggerFactory to log elsewhere.");

    /// <summary>Does nothing.</summary>
    public void Dispose()
    {
    }

    private async Task<LogEntry> ExpectAsync(Func<LogEntry, bool> predicate, string expected, TimeSpan? within)
    {
        LogEntry? found = null;
        var seen = 0;
        var limit = within ?? Probe.DefaultWithin;
        if (await _system.Time.WaitAsync(IsThere, limit) && found is not null)
        {
            return found;
        }

        var entries = Entries;
        var last = string.Join("\n  ", entries.Skip(entries.Count - ShownInFailures));
        throw _system.Failure(
            $"Expected within {TestSystem.Describe(limit)} a log entry: {expected}. The last of {entries.Count} entries:\n  {last}\n");

        bool IsThere()
        {
            lock (_lock)
            {
                for (; found is null && seen < _entries.Count; seen++)
                {
                    if (predicate(_entries[seen]) && _expected.Add(_entries[seen]))
                    {
                        found = _entries[seen];
                    }
                }
            }

            return found is not null;
        }
    }

    private sealed class Logger(TestLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            var entry = new LogEntry(
                logLevel, eventId, category, formatter(state, exception), exception, values.ToDictionary(pair => pair.Key, pair => pair.Value));
            lock (log._lock)
            {
                log._entries.Add(entry);
            }

            if (logLevel == LogLevel.Critical)
            {
                log._system.OnCritical(entry);
            }
        }
    }
}

/// <summary>One entry of the log.</summary>
/// <param name="Level">Its level.</param>
/// <param name="EventId">The id of its kind.</param>
/// <param name="Category">The category of the logger; for actors their path, written Actors.system.user.actor.</param>
/// <param name="Message">The formatted message.</param>
/// <param name="Exception">The exception, if any.</param>
/// <param name="Values">The values of the placeholders, by name.</param>
public sealed record LogEntry(
    LogLevel Level, EventId EventId, string Category, string Message, Exception? Exception, IReadOnlyDictionary<string, object?> Values)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Level} {EventId.Id} {Message}{(Exception is null ? "" : $" ({Exception.GetType().Name}: {Exception.Message})")}";
}
