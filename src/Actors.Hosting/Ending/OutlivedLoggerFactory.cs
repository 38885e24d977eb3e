using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Hosting.Ending;

/// <summary>
/// The log of a system that may outlive its host: when a stop is cut short, the container disposes of the log while actors still run, and one that then
/// logged something would bring the process down before its exit code says why.
/// </summary>
internal sealed class OutlivedLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName)
    {
        try
        {
            return inner.CreateLogger(categoryName);
        }
        catch (ObjectDisposedException)
        {
            return NullLogger.Instance;
        }
    }

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>It is the container's.</summary>
    public void Dispose()
    {
    }
}
