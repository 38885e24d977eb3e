using Actors.Cells;

namespace Actors.Mailboxes;

/// <summary>The two lanes of an actor and the one question of who runs it next. Many threads add; one at a time takes.</summary>
/// <remarks>
/// A lane is a stack that the taker empties with one exchange and reverses, so adding is one compare-and-swap. The head of the user
/// lane doubles as the state of the actor: <see cref="Idle"/> means that nobody runs it and the next to add must schedule it;
/// <see cref="Closed"/> means that it has ended. A suspended actor keeps collecting user messages without being scheduled for
/// them; only the system lane wakes it, by way of <see cref="_isParked"/>. Nodes come back from the pool to a head while another
/// thread still compares with it; that is harmless here, because adding needs only that the head is what it was read to be.
/// </remarks>
internal struct Mailbox
{
    private static readonly Envelope Idle = Envelope.NewMarker();
    private static readonly Envelope Closed = Envelope.NewMarker();
    private static readonly SystemMessage SystemClosed = new SystemMessage.Start();

    private Envelope? _userHead;
    private Envelope? _taken;
    private SystemMessage? _systemHead;
    private int _isParked;

    /// <summary>A new mailbox is idle: the first message schedules it.</summary>
    public static Mailbox Create() => new() { _userHead = Idle };

    public readonly bool IsClosed => ReferenceEquals(Volatile.Read(in _userHead), Closed);

    public readonly bool HasSystem => Volatile.Read(in _systemHead) is not null;

    /// <summary>Adds a user message.</summary>
    /// <param name="envelope">The message.</param>
    /// <param name="isClosed">Whether the mailbox is closed, so that the message was not taken.</param>
    /// <returns>Whether the caller must schedule the mailbox.</returns>
    public bool Add(Envelope envelope, out bool isClosed)
    {
        while (true)
        {
            var head = Volatile.Read(ref _userHead);
            if (ReferenceEquals(head, Closed))
            {
                isClosed = true;
                return false;
            }

            var wasIdle = ReferenceEquals(head, Idle);
            envelope.Next = wasIdle ? null : head;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _userHead, envelope, head), head))
            {
                isClosed = false;
                return wasIdle;
            }
        }
    }

    /// <summary>Adds a system message.</summary>
    /// <returns>Whether the caller must schedule the mailbox.</returns>
    public bool AddSystem(SystemMessage message, out bool isClosed)
    {
        while (true)
        {
            var head = Volatile.Read(ref _systemHead);
            if (ReferenceEquals(head, SystemClosed))
            {
                isClosed = true;
                return false;
            }

            message.Next = head;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _systemHead, message, head), head))
            {
                isClosed = false;
                return TryWakeForSystem();
            }
        }
    }

    /// <summary>Takes the next user message, or null. For the runner only.</summary>
    public Envelope? Take()
    {
        var envelope = _taken;
        if (envelope is null)
        {
            if (Volatile.Read(ref _userHead) is null)
            {
                return null;
            }

            envelope = Reverse(Interlocked.Exchange(ref _userHead, null));
            if (envelope is null)
            {
                return null;
            }
        }

        _taken = envelope.Next;
        envelope.Next = null;
        return envelope;
    }

    /// <summary>Takes everything in the system lane, oldest first, linked by Next; or null. For the runner only.</summary>
    public SystemMessage? TakeSystem()
    {
        var message = Interlocked.Exchange(ref _systemHead, null);
        SystemMessage? first = null;
        while (message is not null)
        {
            var next = message.Next;
            message.Next = first;
            first = message;
            message = next;
        }

        return first;
    }

    /// <summary>Puts messages, linked by Next and ending with <paramref name="last"/>, in front of the user lane. For the runner only.</summary>
    public void Prepend(Envelope first, Envelope last)
    {
        last.Next = _taken;
        _taken = first;
    }

    /// <summary>Gives the mailbox up after a run.</summary>
    /// <param name="isSuspended">Whether user messages must wait for a system message.</param>
    /// <returns>Whether something has come meanwhile, so that the runner still owns the mailbox and must schedule it.</returns>
    public bool TryRelease(bool isSuspended)
    {
        if (isSuspended)
        {
            // A full fence, so that whoever adds after our check of the lane sees the flag.
            Interlocked.Exchange(ref _isParked, 1);
            return HasSystem && Interlocked.Exchange(ref _isParked, 0) == 1;
        }

        if (_taken is not null || Interlocked.CompareExchange(ref _userHead, Idle, null) is not null)
        {
            return true;
        }

        return HasSystem && ReferenceEquals(Interlocked.CompareExchange(ref _userHead, null, Idle), Idle);
    }

    /// <summary>Ends the mailbox; everything added from now on is refused.</summary>
    /// <returns>The messages that were never handled, oldest first, linked by Next.</returns>
    public Envelope? Close(out SystemMessage? system)
    {
        var rest = Reverse(Interlocked.Exchange(ref _userHead, Closed));
        var message = Interlocked.Exchange(ref _systemHead, SystemClosed);
        system = null;
        while (message is not null)
        {
            var next = message.Next;
            message.Next = system;
            system = message;
            message = next;
        }

        if (_taken is null)
        {
            return rest;
        }

        var first = _taken;
        var last = first;
        while (last.Next is { } next)
        {
            last = next;
        }

        last.Next = rest;
        _taken = null;
        return first;
    }

    private bool TryWakeForSystem() =>
        ReferenceEquals(Interlocked.CompareExchange(ref _userHead, null, Idle), Idle) ||
        (Volatile.Read(ref _isParked) == 1 && Interlocked.Exchange(ref _isParked, 0) == 1);

    private static Envelope? Reverse(Envelope? head)
    {
        Envelope? first = null;
        while (head is not null)
        {
            var next = head.Next;
            head.Next = first;
            first = head;
            head = next;
        }

        return first;
    }
}
