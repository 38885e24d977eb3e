namespace Actors.Cells;

/// <summary>A sender that wants to know at once when what it sent cannot be answered any more.</summary>
internal interface IUndeliverable
{
    void OnUndeliverable(object message, IActorRef recipient);
}
