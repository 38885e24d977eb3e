namespace Actors.Hosting.Starting;

/// <inheritdoc/>
internal sealed class RequiredActor<TActor>(ActorsRuntime runtime) : IRequiredActor<TActor>
    where TActor : ActorBase
{
    public IActorRef ActorRef => runtime.Actor(typeof(TActor));
}
