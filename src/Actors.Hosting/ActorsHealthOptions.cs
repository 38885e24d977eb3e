namespace Actors.Hosting;

/// <summary>What the health checks of an actor system look at.</summary>
public sealed class ActorsHealthOptions
{
    /// <summary>The services on which <c>actors-ready</c> depends: names or patterns such as <c>worker-*</c>.</summary>
    /// <value>Default <c>*</c>: all, those registered later included. Empty makes it depend on the start of the system alone.</value>
    public IReadOnlyList<string> Ready { get; set; } = ["*"];

    /// <summary>Whether each service that is known when the host starts has a check of its own, <c>actors-service-NAME</c>.</summary>
    /// <value>Default true. Switch it off where there are thousands; <c>actors-ready</c> names those that are down in any case.</value>
    public bool PerService { get; set; } = true;

    /// <summary>How long the actor system may take to answer.</summary>
    /// <value>Default 5 s. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> leaves it to the timeout of the health check itself.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
