namespace Actors.Persistence.Persisting;

/// <summary>A handler that waits for its event to be stored, or for those before it.</summary>
/// <param name="sender">Whom the command came from that asked for it.</param>
/// <param name="sequenceNr">It may run when the events up to this one are durable.</param>
/// <param name="isStashing">Whether commands wait until it has run.</param>
internal abstract class Invocation(IActorRef sender, long sequenceNr, bool isStashing)
{
    public IActorRef Sender => sender;

    /// <summary>The command that asked for it.</summary>
    public long Turn { get; set; }

    public long SequenceNr => sequenceNr;

    public bool IsStashing => isStashing;

    /// <summary>The event that is stored with it; null when none is.</summary>
    public virtual object? Event => null;

    /// <returns>A task when the handler awaits.</returns>
    public abstract Task? Run();
}

/// <summary>The handler of a stored event.</summary>
internal sealed class PersistInvocation<T>(T stored, Delegate handler, IActorRef sender, long sequenceNr, bool isStashing)
    : Invocation(sender, sequenceNr, isStashing)
    where T : notnull
{
    public override object Event => stored;

    public override Task? Run() => Handler.Run(handler, stored);
}

/// <summary>A handler without an event, which only waits for its turn.</summary>
internal sealed class DeferInvocation<T>(T argument, Delegate handler, IActorRef sender, long sequenceNr, bool isStashing)
    : Invocation(sender, sequenceNr, isStashing)
{
    public override Task? Run() => Handler.Run(handler, argument);
}

/// <summary>In the place of a handler whose event could not be stored.</summary>
internal sealed class RejectInvocation(Action reject, IActorRef sender, long sequenceNr, bool isStashing)
    : Invocation(sender, sequenceNr, isStashing)
{
    public override Task? Run()
    {
        reject();
        return null;
    }
}

/// <summary>The two shapes of a handler.</summary>
internal static class Handler
{
    public static Task? Run<T>(Delegate handler, T argument)
    {
        if (handler is Func<T, Task> awaiting)
        {
            return awaiting(argument);
        }

        ((Action<T>)handler)(argument);
        return null;
    }
}
