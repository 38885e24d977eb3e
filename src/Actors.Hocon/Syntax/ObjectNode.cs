namespace Actors.Hocon.Syntax;

/// <summary>Something with fields: an object as written, or several merged.</summary>
internal abstract class FieldsNode(SourceText source, int offset) : ContainerNode(source, offset)
{
    /// <summary>All definitions of a key, strongest first; empty when there is none.</summary>
    public abstract SlotStack Find(string key);
}

/// <summary>An object as written, together with the literals that were merged into it.</summary>
internal sealed class ObjectNode(SourceText source, int offset) : FieldsNode(source, offset)
{
    public OrderedMap<Slot> Fields { get; } = new();

    public override SlotStack Find(string key) =>
        Fields.TryGetValue(key, out var slot) ? new SlotStack(slot) : default;

    /// <summary>The object at a key, to add fields to: the topmost definition if it is an object, else a new one.</summary>
    public ObjectNode Open(string key, SourceText source, int offset)
    {
        var slot = GetSlot(key);
        if (slot.Top is ObjectNode existing)
        {
            return existing;
        }

        var opened = new ObjectNode(source, offset);
        slot.Push(opened);
        return opened;
    }

    /// <summary>Defines a key, over whatever was defined before.</summary>
    public void Add(string key, Node value)
    {
        var slot = GetSlot(key);
        if (value is ObjectNode added && slot.Top is ObjectNode existing)
        {
            existing.Absorb(added);
        }
        else
        {
            slot.Push(value);
        }
    }

    /// <summary>Merges a later literal into this one. The other must not be used afterwards.</summary>
    public void Absorb(ObjectNode later)
    {
        foreach (var (key, slot) in later.Fields)
        {
            if (!Fields.TryGetValue(key, out _))
            {
                Fields.Add(key, slot);
                continue;
            }

            foreach (var definition in slot.BottomUp())
            {
                definition.Below = null;
                Add(key, definition);
            }
        }
    }

    private Slot GetSlot(string key)
    {
        if (!Fields.TryGetValue(key, out var slot))
        {
            slot = new Slot();
            Fields.Add(key, slot);
        }

        return slot;
    }
}
