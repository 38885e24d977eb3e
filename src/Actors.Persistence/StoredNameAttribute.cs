namespace Actors.Persistence;

/// <summary>The name and version under which instances of a class are stored, so that the class can be renamed and moved freely.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public abstract class StoredNameAttribute : Attribute
{
    private protected StoredNameAttribute(string name) => Name = name;

    /// <summary>The stable name: 1 to 200 characters. It must never change while something is stored under it.</summary>
    public string Name { get; }

    /// <summary>The version of the shape. Raise it when a stored instance of before could no longer be read as it is, and add an upgrade.</summary>
    /// <value>Default 1.</value>
    public int Version { get; set; } = 1;
}

/// <summary>Gives an event of persistent actors its stored name, such as <c>item-added</c>. Write it in the past tense.</summary>
/// <param name="name">The stable name: 1 to 200 characters, unique among the events of a system.</param>
public sealed class EventAttribute(string name) : StoredNameAttribute(name);

/// <summary>Gives the state that a persistent actor saves as a snapshot its stored name, such as <c>cart</c>.</summary>
/// <param name="name">The stable name: 1 to 200 characters, unique among the snapshots of a system.</param>
public sealed class SnapshotAttribute(string name) : StoredNameAttribute(name);
