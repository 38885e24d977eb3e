namespace Actors.Services;

/// <summary>Work that is done on an interval when there is some: first the question, then the work.</summary>
/// <remarks>Supervised like <see cref="ITick"/>: the question and the work together are one tick.</remarks>
public interface IPolledService
{
    /// <summary>Whether there is work.</summary>
    /// <param name="context">What a service may use of its surroundings.</param>
    /// <param name="cancellationToken">As in <see cref="ITick.TickAsync"/>.</param>
    Task<bool> CanRunAsync(ServiceContext context, CancellationToken cancellationToken);

    /// <summary>Does the work. Called only after <see cref="CanRunAsync"/> has answered true.</summary>
    /// <param name="context">What a service may use of its surroundings.</param>
    /// <param name="cancellationToken">As in <see cref="ITick.TickAsync"/>.</param>
    Task RunAsync(ServiceContext context, CancellationToken cancellationToken);
}
