namespace Actors.Mailboxes;

/// <summary>A message on its way: the node of the user lane. Reused by the thread that took it out, so that telling allocates nothing.</summary>
internal sealed class Envelope
{
    private const int PoolCapacity = 4096;

    [ThreadStatic]
    private static Envelope? _pool;

    [ThreadStatic]
    private static int _pooled;

    private Envelope()
    {
    }

    public object? Message { get; set; }

    public IActorRef? Sender { get; set; }

    public Envelope? Next { get; set; }

    /// <summary>Whether the sender is a question that waits for its answer, and the turn must see what becomes of it.</summary>
    public bool IsAsk { get; set; }

    /// <summary>Whether the message comes from the actor's own cell: a tick, a notice, or its end. Nobody sends it again.</summary>
    public bool IsOwn { get; private set; }

    public static Envelope Take(object message, IActorRef? sender)
    {
        var envelope = _pool;
        if (envelope is null)
        {
            envelope = new Envelope();
        }
        else
        {
            _pool = envelope.Next;
            _pooled--;
            envelope.Next = null;
        }

        envelope.Message = message;
        envelope.Sender = sender;
        return envelope;
    }

    /// <summary>What the cell had told itself becomes what the actor sees.</summary>
    public void BecomeOwn(object message)
    {
        Message = message;
        IsOwn = true;
    }

    /// <summary>Gives the node to the calling thread's pool. Nobody may hold it any more.</summary>
    public void Release()
    {
        Message = null;
        Sender = null;
        IsAsk = false;
        IsOwn = false;
        if (_pooled < PoolCapacity)
        {
            Next = _pool;
            _pool = this;
            _pooled++;
        }
    }

    /// <summary>A node that is never a message: it marks the states of a lane.</summary>
    public static Envelope NewMarker() => new();
}
