namespace Actors.Jobs.Queues;

/// <summary>The parent of the queues. A queue that fails is recovered from its journal after a delay; the others never notice.</summary>
internal sealed class QueuesActor : ReceiveActor
{
    public QueuesActor() => Receive<Start>(start => Sender.Tell(new Started(Context.ActorOf(start.Props, start.Name)), Self));

    protected override SupervisorStrategy SupervisorStrategy { get; } =
        new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions() }) { StopOrder = StopOrder.Parallel }; // No queue needs another.

    public sealed record Start(string Name, Props Props) : IRequest<Started>;

    public sealed record Started(IActorRef Actor);
}
