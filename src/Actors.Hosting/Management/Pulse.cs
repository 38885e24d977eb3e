using Actors.Hosting.Starting;
using Actors.Services;

namespace Actors.Hosting.Management;

/// <summary>Whether the actor system is alive: the guardian of the services answers. A service that is down does not matter here.</summary>
internal static class Pulse
{
    /// <summary>Asks the guardian for nothing, which it answers at once.</summary>
    /// <returns>Null when it answers, or has not been started yet; otherwise what is wrong, in a sentence.</returns>
    public static async Task<string?> FindFaultAsync(ActorsRuntime runtime, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (runtime.Services is not { } services)
        {
            return null;
        }

        try
        {
            await services.GetServicesAsync("none", cancellationToken).WaitAsync(limit, runtime.System.TimeProvider, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ActorException) when (runtime.System.WhenTerminated.IsCompleted)
        {
            return $"The actor system '{runtime.Name}' has ended{(runtime.IsStopping ? " because the host stops" : " by itself")}.";
        }
        catch (Exception fault) when (fault is TimeoutException or ActorException)
        {
            return $"The guardian of the services of '{runtime.Name}' does not answer: {fault.Message}";
        }
    }
}
