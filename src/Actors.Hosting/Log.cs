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

    [LoggerMessage(5005, LogLevel.Information, "The configuration of {System} has changed, and applies: {Keys}")]
    public static partial void SettingsApplied(ILogger logger, string system, string keys);

    [LoggerMessage(5006, LogLevel.Warning, "These settings have changed and apply at the next start: {Keys}")]
    public static partial void SettingsWait(ILogger logger, string keys);

    [LoggerMessage(5007, LogLevel.Error, "The changed configuration of {System} is refused, all of it; the settings before it stay. {Faults}")]
    public static partial void SettingsRefused(ILogger logger, string system, string faults);

    [LoggerMessage(5008, LogLevel.Error, "The changed file {File} is refused, all of it; the settings of {System} before it stay. {Faults}")]
    public static partial void FileRefused(ILogger logger, string? file, string system, string faults);

    [LoggerMessage(5009, LogLevel.Error, "A change of the configuration of {System} was not applied: {Reason}")]
    public static partial void ReloadFailed(ILogger logger, string system, string reason, Exception cause);

    [LoggerMessage(5010, LogLevel.Warning, "Hosted service {Type} was registered after AddActors and is not supervised: when it throws, it stops the host. Call AddActors after it, or add it with AddSupervised")]
    public static partial void NotAdopted(ILogger logger, string type);
}
