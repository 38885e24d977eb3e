namespace Actors.Services;

/// <summary>Short work that is done again and again on an interval, and never twice at a time.</summary>
/// <remarks>One instance serves all ticks of an incarnation.</remarks>
public interface ITick
{
    /// <summary>Does the work once.</summary>
    /// <param name="context">What a service may use of its surroundings.</param>
    /// <param name="cancellationToken">Cancelled when a stop has waited for this tick as long as <see cref="ServiceOptions.StopTimeout"/> allows.</param>
    /// <returns>A task that ends with the tick. A tick that throws is a failure of the service, unless <see cref="ServiceOptions.OnTickError"/> says otherwise.</returns>
    Task TickAsync(ServiceContext context, CancellationToken cancellationToken);
}
