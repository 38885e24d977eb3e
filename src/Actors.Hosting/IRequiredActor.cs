namespace Actors.Hosting;

/// <summary>Injects an actor that was added with <see cref="ActorsBuilder.AddActor"/>.</summary>
/// <typeparam name="TActor">The class of the actor.</typeparam>
public interface IRequiredActor<TActor>
    where TActor : ActorBase
{
    /// <summary>The actor.</summary>
    /// <exception cref="InvalidOperationException">It was not added, or the host has not started yet.</exception>
    IActorRef ActorRef { get; }
}
