using Actors.Services.Running;

namespace Actors.Services;

/// <summary>A service was asked for what cannot be done.</summary>
public abstract class ServiceException(string message) : Exception(message);

/// <summary>No service has the name that a command gave.</summary>
public sealed class UnknownServiceException(string name, string message) : ServiceException(message)
{
    /// <summary>The name or pattern.</summary>
    public string Name { get; } = name;
}

/// <summary>The name of a new service is taken.</summary>
public sealed class DuplicateServiceException(string name, string message) : ServiceException(message)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}

/// <summary>A pattern was given where one service is meant, and it fits several.</summary>
public sealed class AmbiguousServiceException(string pattern, int count)
    : ServiceException(
        $"'{pattern}' fits {count} services, but GetStatus answers for one. Name it in full, or ask GetServices(\"{pattern}\").")
{
    /// <summary>The pattern.</summary>
    public string Pattern { get; } = pattern;

    /// <summary>How many services it fits.</summary>
    public int Count { get; } = count;
}

/// <summary>A service is defined in a way that makes no sense: an illegal name, no body, or options that contradict each other.</summary>
public sealed class ServiceDefinitionException(string name, IReadOnlyList<string> faults)
    : ServiceException(
        faults.Count == 1
            ? $"Service '{name}': {faults[0]}"
            : $"Service '{name}' has {faults.Count} faults: {string.Join(" ", faults.Select((fault, i) => $"({i + 1}) {fault}"))}")
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Everything that is wrong, each in a sentence.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>A service that is <see cref="RestartType.Permanent"/> returned; the cause of the restart that follows.</summary>
public sealed class ServiceReturnedException(string name)
    : ServiceException($"Service '{name}' returned, but its restart-type is permanent.")
{
    /// <summary>The service.</summary>
    public string Name { get; } = name;
}

/// <summary>The program of a service could not be started.</summary>
public sealed class ProcessStartException(string name, string message) : ServiceException(message)
{
    /// <summary>The service.</summary>
    public string Name { get; } = name;
}

/// <summary>The program of a service has ended with an exit code that means failure.</summary>
public sealed class ProcessExitedException(string name, int exitCode, string message) : ServiceException(message)
{
    /// <summary>The service.</summary>
    public string Name { get; } = name;

    /// <summary>The exit code; 128 and the number of the signal when a signal ended it.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>The program of a service has exited and left others running. They were ended.</summary>
public sealed class ProcessForkedException(string name, string message) : ServiceException(message)
{
    /// <summary>The service.</summary>
    public string Name { get; } = name;
}

/// <summary>A URL is not healthy.</summary>
public sealed class UrlCheckException(string name, int? status, string message) : ServiceException(message)
{
    /// <summary>The service.</summary>
    public string Name { get; } = name;

    /// <summary>The status code of the answer; null when there was none.</summary>
    public int? Status { get; } = status;
}

/// <summary>A service did not say in time that it is alive; the cause of the restart that follows.</summary>
public sealed class ServiceHungException(string name, TimeSpan silent, TimeSpan watchdog)
    : ServiceException($"Service '{name}' has not called Heartbeat() for {TimeText.Of(silent)} (watchdog = {TimeText.Of(watchdog)}).")
{
    /// <summary>The service.</summary>
    public string Name { get; } = name;
}

/// <summary>A group of services makes no sense: it names services that are not there, or one that is in another group.</summary>
public sealed class ServiceGroupException(IReadOnlyList<string> faults) : ServiceException(string.Join(" ", faults))
{
    /// <summary>Everything that is wrong, each in a sentence.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>Services cannot be started as they depend on each other, or one cannot be taken away from another.</summary>
public sealed class ServiceDependencyException(IReadOnlyList<string> faults) : ServiceException(string.Join(" ", faults))
{
    /// <summary>Everything that is wrong, each in a sentence.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
