using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Actors.Tests;

/// <summary>The warnings and errors of a system in real time, one after the other.</summary>
internal sealed class WarningLog : ILoggerFactory, ILogger
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _entries = new();
    private readonly SemaphoreSlim _written = new(0);
    private volatile bool _isDisposed;

    public int Count => _entries.Count;

    public async Task<string> NextAsync()
    {
        (await _written.WaitAsync(Patience)).ShouldBeTrue("no warning came");
        return _entries.TryDequeue(out var entry) ? entry : throw new InvalidOperationException("Two readers.");
    }

    public async Task ExpectAsync(string part)
    {
        while (!(await NextAsync()).Contains(part, StringComparison.Ordinal))
        {
        }
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && !_isDisposed) // An abandoned actor may have something to say after the end of its system.
        {
            _entries.Enqueue(formatter(state, exception));
            _written.Release();
        }
    }

    public void Dispose() => _isDisposed = true;
}
