using Microsoft.Extensions.Logging;

namespace Actors.Hosting;

/// <summary>All log messages of hosting, ids 5000 to 5999. The id of a message that is given up is not used again.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Information, "Actor system {System} has started: services {Services}; {Store}")]
    public static partial void Started(ILogger logger, string system, string services, string store);

    [LoggerMessage(5002, LogLevel.Information, "Actor system {System} is stopping: services in reverse order of their start, each within its own time limit")]
    public static partial void Stopping(ILogger logger, string system);

    [LoggerMessage(5003, LogLevel.Information, "Actor system {System} has stopped")]
    public static partial void Stopped(ILogger logger, string system);

    [LoggerMessage(5004, LogLevel.Critical, "Actor system {System} has ended by itself; the host is stopping")]
    public static partial void Terminated(ILogger logger, string system, Exception? cause);

    [LoggerMessage(5005, LogLevel.Warning, "Hosted service {Type} was registered after AddActors and is not supervised: when it throws, it stops the host. Call AddActors after it, or add it with AddSupervised")]
    public static partial void NotAdopted(ILogger logger, string type);
}
