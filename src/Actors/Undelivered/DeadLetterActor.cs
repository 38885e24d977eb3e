namespace Actors.Undelivered;

/// <summary>The actor <c>/system/dead-letters</c>: answers what is asked about the dead letters.</summary>
internal sealed class DeadLetterActor : ReceiveActor
{
    public DeadLetterActor(DeadLetterBox box)
    {
        Receive<DeadLetterMessage.List>(list => Sender.Tell(box.List(list.Filter, list.Limit), Self));
        Receive<DeadLetterMessage.Replay>(replay => Sender.Tell(box.Replay(replay.Id, replay.Recipient), Self));
        Receive<DeadLetterMessage.ReplayAll>(replay => Sender.Tell(box.ReplayAll(replay.Filter, replay.Recipient), Self));
        Receive<DeadLetterMessage.Discard>(discard => Sender.Tell(box.Discard(discard.Filter), Self));
    }
}
