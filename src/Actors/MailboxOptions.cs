namespace Actors;

/// <summary>What kind of mailbox an actor has: how much waits in it, what happens beyond that, and in which order it is handled. Immutable; share it freely.</summary>
/// <remarks>
/// Of a full mailbox, messages are dropped and nothing else: timer messages, <see cref="Terminated"/>, <see cref="PoisonPill"/>,
/// <see cref="Kill"/>, the ends of tasks given to <see cref="IActorContext.RunTask"/> and what is marked <see cref="INeverDropped"/> are
/// always taken and do not count. Neither do messages that are stashed: they have left the mailbox, and come back whatever it holds.
/// </remarks>
public sealed class MailboxOptions
{
    /// <summary>No limit to the messages that wait.</summary>
    public const int Unlimited = int.MaxValue;

    private MailboxOptions(Func<object, int>? priority, int capacity, MailboxOverflow overflow)
    {
        PriorityOf = priority;
        Capacity = capacity;
        Overflow = overflow;
    }

    /// <summary>Takes everything, in the order in which it comes. The default, and the fastest.</summary>
    public static MailboxOptions Unbounded { get; } = new(null, Unlimited, MailboxOverflow.DropNewest);

    /// <summary>How many messages may wait.</summary>
    /// <value><see cref="Unlimited"/>, unless the mailbox is bounded. The message that is being handled does not count.</value>
    public int Capacity { get; }

    /// <summary>What happens to messages beyond <see cref="Capacity"/>.</summary>
    public MailboxOverflow Overflow { get; }

    /// <summary>How urgent a message is; null when they are handled as they come.</summary>
    internal Func<object, int>? PriorityOf { get; }

    /// <summary>Holds so many messages, in the order in which they come.</summary>
    /// <param name="capacity">How many; at least 1.</param>
    /// <param name="overflow">What happens to the next one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, or there is no such overflow.</exception>
    public static MailboxOptions Bounded(int capacity, MailboxOverflow overflow = MailboxOverflow.DropNewest)
    {
        CheckBound(capacity, overflow);
        return new MailboxOptions(null, capacity, overflow);
    }

    /// <summary>Hands over the most urgent message first, and messages of the same priority in the order in which they come.</summary>
    /// <param name="priority">
    /// The priority of a message: 0 comes before 1. It is asked once for each message, on the thread that sends it and on several at a
    /// time, so it must be quick, must not block and must depend on the message alone. If it throws, the actor fails with
    /// <see cref="MailboxPriorityException"/>. <see cref="PoisonPill"/> and <see cref="Kill"/> are not asked about: they come last.
    /// </param>
    public static MailboxOptions Priority(Func<object, int> priority)
    {
        ArgumentNullException.ThrowIfNull(priority);
        return new MailboxOptions(priority, Unlimited, MailboxOverflow.DropNewest);
    }

    /// <summary>As <see cref="Priority(Func{object, int})"/>, but holds only so many messages: beyond them the least urgent is dropped.</summary>
    /// <param name="priority">The priority of a message: 0 comes before 1.</param>
    /// <param name="capacity">How many messages; at least 1.</param>
    /// <param name="overflow">
    /// Which of the least urgent messages is dropped, the new one among them: their newest or their oldest. With
    /// <see cref="MailboxOverflow.WaitAsker"/> nothing that waits is dropped; a new message is, or waits.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, or there is no such overflow.</exception>
    public static MailboxOptions Priority(Func<object, int> priority, int capacity, MailboxOverflow overflow = MailboxOverflow.DropNewest)
    {
        ArgumentNullException.ThrowIfNull(priority);
        CheckBound(capacity, overflow);
        return new MailboxOptions(priority, capacity, overflow);
    }

    private static void CheckBound(int capacity, MailboxOverflow overflow)
    {
        if (capacity < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity, "A mailbox holds at least 1 message. Use MailboxOptions.Unbounded for one without a limit.");
        }

        if (!Enum.IsDefined(overflow))
        {
            throw new ArgumentOutOfRangeException(nameof(overflow), overflow, "This is no MailboxOverflow.");
        }
    }
}

/// <summary>What happens to messages for which a mailbox has no room. What is dropped becomes a <see cref="DeadLetter"/>, and an Ask that it belonged to fails at once with <see cref="MailboxFullException"/>.</summary>
public enum MailboxOverflow
{
    /// <summary>The message that comes is dropped.</summary>
    DropNewest,

    /// <summary>The message that has waited longest is dropped. For news that the next message replaces.</summary>
    DropOldest,

    /// <summary>
    /// A question waits outside until there is room, while its timeout runs; questions enter in the order in which they came. Anything
    /// else is dropped. A question that times out outside is never handled.
    /// </summary>
    WaitAsker,
}
