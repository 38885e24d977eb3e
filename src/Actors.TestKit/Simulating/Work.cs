namespace Actors.TestKit.Simulating;

/// <summary>Something that a simulation has to run: a mailbox, or a callback.</summary>
/// <param name="Process">The process that it belongs to; null is the test itself.</param>
/// <param name="Mailbox">The mailbox, or null.</param>
/// <param name="Callback">The callback, or null.</param>
/// <param name="State">The argument of the callback.</param>
internal readonly record struct Work(SimulatedProcess? Process, IMailbox? Mailbox, SendOrPostCallback? Callback, object? State)
{
    public string Describe() => Mailbox?.ToString() ?? DescribeCallback();

    /// <summary>The continuation of an async method is an Action whose target carries the type of its state machine.</summary>
    private string DescribeCallback()
    {
        var machine = (State as Action)?.Target?.GetType().GenericTypeArguments.LastOrDefault(type => type.Name.StartsWith('<'));
        return machine is not null
            ? $"{machine.DeclaringType?.Name}.{machine.Name[1..machine.Name.IndexOf('>')]}"
            : $"{Callback?.Method.DeclaringType?.Name}.{Callback?.Method.Name}";
    }
}
