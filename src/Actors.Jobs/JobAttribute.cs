namespace Actors.Jobs;

/// <summary>Gives a job type its stored name, so that the class can be renamed and moved freely.</summary>
/// <param name="name">The stable name, such as <c>send-email</c>: 1 to 200 characters. It must never change while jobs of the type exist.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class JobAttribute(string name) : Attribute
{
    /// <summary>The stable name.</summary>
    public string Name { get; } = name;

    /// <summary>The version of the arguments' shape. Default 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The queue that owns jobs of this type. Default <c>default</c>.</summary>
    public string Queue { get; set; } = "default";
}
