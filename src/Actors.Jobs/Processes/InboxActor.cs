using Actors.Jobs.Protos;

namespace Actors.Jobs.Processes;

/// <summary>The post office of one recipient: hands its messages to the queues that they are about, and stores what those say to others.</summary>
/// <remarks>
/// A message is deleted when the queue has said <see cref="Taken"/>, which it does when what follows from it is durable; until then it is read
/// again by the next owner. One write is under way at a time and takes all that came during the one before.
/// </remarks>
internal sealed partial class InboxActor : ReceiveActor
{
    private readonly IInbox _inbox;
    private readonly long _recipient;
    private readonly long _node;

    public InboxActor(IInbox inbox, long recipient, long node)
    {
        _inbox = inbox;
        _recipient = recipient;
        _node = node;
        Receive<Attach>(OnAttach);
        Receive<Taken>(OnTaken);
        Receive<Post>(OnPost);
        Receive<ReadToEnd>(_ => OnReadToEnd());
        Receive<Read>(_ => Next());
        Receive<RowsRead>(OnRowsRead);
        Receive<Woken>(_ => OnWoken());
        Receive<Sync>(_ => OnSync());
        Receive<Flush>(_ => FlushPostings());
        Receive<Written>(OnWritten);
    }

    protected override ValueTask PreStartAsync()
    {
        Next();
        return default;
    }

    /// <summary>From a queue that is ready: hand me my messages. What was handed out before and not taken is handed out again.</summary>
    /// <param name="Queue">Its name.</param>
    /// <param name="Actor">Who takes them.</param>
    /// <param name="Attachment">Comes back with each: what was meant for an earlier instance of the actor may be in its mailbox still, and must not be taken twice or out of order.</param>
    public sealed record Attach(string Queue, IActorRef Actor, object Attachment);

    /// <summary>To a queue.</summary>
    public sealed record FromNode(long Row, long Node, InboxBody Body, object Attachment);

    /// <summary>From a queue: what follows from these messages is durable.</summary>
    public sealed record Taken(IReadOnlyList<long> Ids);

    /// <summary>Stores a message. The caller of an enqueue is told how it went; anything else is tried until it is stored.</summary>
    public sealed record Post(long Recipient, InboxBody Body, IActorRef? Caller = null, JobId CallerId = default);

    /// <summary>Answered when everything that was posted before has been handed out.</summary>
    public sealed record ReadToEnd : IRequest<EndReached>
    {
        public static ReadToEnd Instance { get; } = new();
    }

    public sealed record EndReached
    {
        public static EndReached Instance { get; } = new();
    }

    /// <summary>Answered when everything that was posted before is durable.</summary>
    public sealed record Sync
    {
        public static Sync Instance { get; } = new();
    }

    public sealed record Synced
    {
        public static Synced Instance { get; } = new();
    }

    private sealed record Read
    {
        public static Read Instance { get; } = new();
    }

    private sealed record RowsRead(long After, IReadOnlyList<InboxRow> Rows, Exception? Cause);

    private sealed record Woken
    {
        public static Woken Instance { get; } = new();
    }

    private sealed record Flush
    {
        public static Flush Instance { get; } = new();
    }

    private sealed record Written(Exception? NotPosted, Exception? NotDeleted);
}
