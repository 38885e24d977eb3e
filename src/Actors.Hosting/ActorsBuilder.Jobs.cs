using Actors.Jobs;

namespace Actors.Hosting;

/// <summary>What all queues have in common.</summary>
public sealed partial class ActorsBuilder
{
    private readonly List<Type> _jobMiddleware = [];

    internal IReadOnlyList<Type> JobMiddleware => _jobMiddleware;

    /// <summary>Puts middleware around the handlers of all queues, outside that of each queue (<see cref="QueueBuilder.Use{TMiddleware}"/>). The first that is added is outermost.</summary>
    /// <typeparam name="TMiddleware">Taken from the service scope of each attempt if it is registered there, else made from its constructor.</typeparam>
    public ActorsBuilder UseJobMiddleware<TMiddleware>()
        where TMiddleware : class, IJobMiddleware
    {
        _jobMiddleware.Add(typeof(TMiddleware));
        return this;
    }
}
