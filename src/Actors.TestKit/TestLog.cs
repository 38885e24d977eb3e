using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Actors.TestKit;

/// <summary>Records the log of a system, so that a test can expect entries. Each entry fulfils one expectation, also when it was written before.</summary>
public sealed class TestLog : ILoggerFactory
{
    private const int ShownInFailures = 20;

    private readonly TestSystem _system;
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];
    private readonly HashSet<LogEntry> _expected = new(ReferenceEqualityComparer.Instance);
    private readonly List<LogFilter> _muted = [];

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

    /// <summary>Waits for an entry.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="contains">What its message contains; null for any.</param>
    /// <param name="within">How far the clock may move; null means 3 s.</param>
    /// <exception cref="ExpectationException">There was none. The message lists the last entries.</exception>
    public Task<LogEntry> ExpectAsync(LogLevel level, string? contains = null, TimeSpan? within = null) =>
        ExpectAsync(new LogFilter { Level = level, Contains = contains }, within);

    /// <summary>Waits for an entry by its event id.</summary>
    /// <inheritdoc cref="ExpectAsync(LogLevel, string?, TimeSpan?)"/>
    public Task<LogEntry> ExpectAsync(int eventId, TimeSpan? within = null) => ExpectAsync(new LogFilter { EventId = eventId }, within);

    /// <summary>Waits for an entry that a filter lets pass.</summary>
    /// <inheritdoc cref="ExpectAsync(LogLevel, string?, TimeSpan?)"/>
    public async Task<LogEntry> ExpectAsync(LogFilter filter, TimeSpan? within = null) => (await TakeAsync(filter, 1, within))[0];

    /// <summary>Waits for an entry with an exception.</summary>
    /// <inheritdoc cref="ExpectAsync(LogLevel, string?, TimeSpan?)"/>
    public Task<LogEntry> ExpectAsync<TException>(string? contains = null, TimeSpan? within = null)
        where TException : Exception => ExpectAsync(new LogFilter { Exception = typeof(TException), Contains = contains }, within);

    /// <summary>Waits for a number of entries, and then lets all work run out: there must not be more.</summary>
    /// <inheritdoc cref="ExpectAsync(LogLevel, string?, TimeSpan?)"/>
    public async Task<IReadOnlyList<LogEntry>> ExpectExactlyAsync(int count, LogFilter filter, TimeSpan? within = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var entries = await TakeAsync(filter, count, within);
        await ExpectNoneAsync(filter, TimeSpan.Zero);
        return entries;
    }

    /// <summary>Expects that nothing is written that a filter lets pass, but for what was expected.</summary>
    /// <param name="filter">What must not be written.</param>
    /// <param name="within">How far the clock moves; null lets all work run out and does not move it.</param>
    /// <exception cref="ExpectationException">There is such an entry.</exception>
    public async Task ExpectNoneAsync(LogFilter filter, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await _system.AdvanceAsync(within ?? TimeSpan.Zero);
        lock (_lock)
        {
            if (_entries.FirstOrDefault(entry => filter.Matches(entry) && !IsExpected(entry)) is { } unexpected)
            {
                throw _system.Failure($"Expected no log entry ({filter}), but there is: {unexpected}");
            }
        }
    }

    /// <summary>Lets all work run out and then expects that nothing was written at a level or above it, but for what was expected.</summary>
    public Task ExpectNoneAsync(LogLevel level) => ExpectNoneAsync(new LogFilter { Where = entry => entry.Level >= level });

    /// <summary>Has entries not count as unexpected, those that were written and those to come.</summary>
    public void Mute(LogFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        lock (_lock)
        {
            _muted.Add(filter);
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

    private async Task<IReadOnlyList<LogEntry>> TakeAsync(LogFilter filter, int count, TimeSpan? within)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var found = new List<LogEntry>();
        var seen = 0;
        var limit = within ?? Probe.DefaultWithin;
        if (await _system.Time.WaitAsync(AreThere, limit))
        {
            return found;
        }

        var entries = Entries;
        var last = string.Join("\n  ", entries.Skip(entries.Count - ShownInFailures));
        var wanted = count == 1 ? "a log entry" : string.Create(CultureInfo.InvariantCulture, $"{count} log entries, of which {found.Count} came");
        throw _system.Failure(
            $"Expected within {TestSystem.Describe(limit)} {wanted}: {filter}. The last of {entries.Count} entries:\n  {last}\n");

        bool AreThere()
        {
            lock (_lock)
            {
                for (; found.Count < count && seen < _entries.Count; seen++)
                {
                    if (filter.Matches(_entries[seen]) && _expected.Add(_entries[seen]))
                    {
                        found.Add(_entries[seen]);
                    }
                }
            }

            return found.Count == count;
        }
    }

    private bool IsExpected(LogEntry entry) => _expected.Contains(entry) || _muted.Exists(filter => filter.Matches(entry));

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
