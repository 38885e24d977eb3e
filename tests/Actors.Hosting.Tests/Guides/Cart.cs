using Actors.Persistence;

namespace Actors.Hosting.Tests.Guides;

// What follows is the example of docs/persistence.md, word for word; a test compares them.
[Event("item-added")]
public sealed record ItemAdded(string Sku, int Quantity);

[Event("checked-out")]
public sealed record CheckedOut(string Address);

[Snapshot("cart")]
public sealed record CartState(Dictionary<string, int> Items, string? Address);

public sealed record AddItem(string Sku, int Quantity) : IRequest<CartReply>;

public sealed record CheckOut(string Address) : IRequest<CartReply>;

public sealed record GetCart : IRequest<CartState>;

public sealed record CartReply(bool IsAccepted, string Text = "");

public sealed class Cart : ReceivePersistentActor
{
    private CartState _state = new([], null);

    public Cart()
    {
        // What was stored becomes the state: at each start, and in the handlers below.
        RecoverSnapshot<CartState>(state => _state = state);
        Recover<ItemAdded>(Apply);
        Recover<CheckedOut>(Apply);

        // A command is checked against the state, and what follows from it is stored.
        Command<AddItem>(when: _ => _state.Address is not null, _ => Sender.Tell(new CartReply(false, "It is checked out."), Self));
        Command<AddItem>(add => Persist(new ItemAdded(add.Sku, add.Quantity), added =>
        {
            Apply(added);
            Sender.Tell(new CartReply(true), Self); // It is on the disk.
            if (LastSequenceNr % 100 == 0)
            {
                SaveSnapshot(_state);
            }
        }));
        Command<CheckOut>(when: _ => _state.Items.Count == 0, _ => Sender.Tell(new CartReply(false, "It is empty."), Self));
        Command<CheckOut>(checkOut => Persist(new CheckedOut(checkOut.Address), checkedOut =>
        {
            Apply(checkedOut);
            Sender.Tell(new CartReply(true), Self);
        }));
        Command<GetCart>(_ => Sender.Tell(_state with { Items = new(_state.Items) }, Self));

        // The events in a snapshot that is durable are not needed any more.
        Command<SaveSnapshotSuccess>(saved =>
        {
            DeleteMessages(saved.Metadata.SequenceNr);
            DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
        });
    }

    public override string PersistenceId => "cart-" + Self.Path.Name;

    private void Apply(ItemAdded added) => _state.Items[added.Sku] = _state.Items.GetValueOrDefault(added.Sku) + added.Quantity;

    private void Apply(CheckedOut checkedOut) => _state = _state with { Address = checkedOut.Address };
}
