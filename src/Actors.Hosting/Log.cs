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

    [LoggerMessage(5011, LogLevel.Error, "Service {Service}, which was registered and kept, cannot be registered again: {Reason} It stays kept; unregister it if it is not wanted any more")]
    public static partial void KeptServiceRefused(ILogger logger, string service, string reason);

    [LoggerMessage(5101, LogLevel.Critical, "Actor system {System} did not stop within the time limit of the host, which waits no longer. What still runs ends with the process")]
    public static partial void StopCutShort(ILogger logger, string system);

    [LoggerMessage(5102, LogLevel.Error, "Actor system {System} stops although some services ignored it and still run: {Services}. They end with the process")]
    public static partial void StoppedBesideAbandoned(ILogger logger, string system, string services);

    [LoggerMessage(5201, LogLevel.Warning, "systemd is told READY after {ReadyTimeoutS:0.#} s (actors.systemd.ready-timeout), although these services are not ready yet: {Services}")]
    public static partial void ReadyWithout(ILogger logger, double readyTimeoutS, string services);

    [LoggerMessage(5202, LogLevel.Critical, "{Reason} systemd's watchdog is not told that we live, and will end the process within {WatchdogS:0.#} s")]
    public static partial void WatchdogNotFed(ILogger logger, string reason, double watchdogS);

    [LoggerMessage(5203, LogLevel.Warning, "systemd cannot be told how we are, NOTIFY_SOCKET = {Socket}: {Reason}")]
    public static partial void NotifyFailed(ILogger logger, string? socket, string reason);

    [LoggerMessage(5204, LogLevel.Error, "systemd is told no more how we are")]
    public static partial void NotifierFailed(ILogger logger, Exception cause);

    [LoggerMessage(5301, LogLevel.Information, "Commands are taken over {Socket}, from this user and root: actors status --socket {Socket}")]
    public static partial void ManagementOpen(ILogger logger, string socket);

    [LoggerMessage(5302, LogLevel.Information, "Command over the management socket: {Command}")]
    public static partial void Managed(ILogger logger, string command);

    [LoggerMessage(5303, LogLevel.Warning, "The management socket takes no connection for a second: {Reason}")]
    public static partial void ManagementFailed(ILogger logger, string reason);

    [LoggerMessage(5304, LogLevel.Error, "A command over the management socket failed by a defect of ours")]
    public static partial void ManagementDefect(ILogger logger, Exception cause);
}
