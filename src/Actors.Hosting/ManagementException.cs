namespace Actors.Hosting;

/// <summary>The management socket cannot be opened, or nobody answers on it.</summary>
public sealed class ManagementException(string message, Exception? cause = null) : Exception(message, cause);
