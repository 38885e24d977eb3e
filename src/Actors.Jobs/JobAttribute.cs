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

    /// <summary>How long jobs of this type wait before they may start, unless the enqueue says otherwise: a duration such as <c>30 seconds</c> or <c>1.5 h</c>.</summary>
    /// <value>Default null: they may start at once.</value>
    public string? Delay { get; set; }

    /// <summary>Whether jobs of this type start before others that wait, or after them, unless the enqueue says otherwise.</summary>
    /// <value>Default <see cref="JobPriority.Normal"/>.</value>
    public JobPriority Priority { get; set; }

    /// <summary>How many attempts are made in all, instead of what the queue says (<c>retry.max-attempts</c>).</summary>
    /// <value>Default 0: as the queue says. 1 makes no retries.</value>
    public int MaxAttempts { get; set; }

    /// <summary>The property of the arguments that the job is counted by in limits and takes turns with: <c>nameof(SendEmail.Tenant)</c>, or a path such as <c>customer.id</c>.</summary>
    /// <value>Default null: jobs have no key unless the enqueue gives one. A job in which the property is missing, null, an object or a list has none.</value>
    public string? Key { get; set; }

    /// <summary>Words to find jobs of this type by. At most 20, each of 1 to 100 characters.</summary>
    public string[] Tags { get; set; } = [];

    /// <summary>How long one attempt may take, instead of what the queue says (<see cref="QueueOptions.Timeout"/>): a duration such as <c>30 seconds</c>, or <c>infinite</c>.</summary>
    /// <value>Default null: as the queue says.</value>
    public string? Timeout { get; set; }
}
