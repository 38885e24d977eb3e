using System.Diagnostics.CodeAnalysis;

namespace Actors.Dispatch;

/// <summary>The mailboxes that one worker is to run: first in, first out, of fixed size. The owner adds; anybody takes.</summary>
/// <remarks>The ring of Go's scheduler: only the owner moves the tail, and whoever takes moves the head with a compare-and-swap.</remarks>
internal sealed class RunQueue
{
    private const int Capacity = 256;
    private const int Mask = Capacity - 1;

    private readonly IMailbox?[] _ring = new IMailbox?[Capacity];
    private int _head;
    private int _tail;

    public bool IsEmpty => Volatile.Read(ref _head) == Volatile.Read(ref _tail);

    /// <summary>For the owner only.</summary>
    /// <returns>False when the ring is full.</returns>
    public bool TryAdd(IMailbox mailbox)
    {
        var tail = _tail;
        if (tail - Volatile.Read(ref _head) >= Capacity)
        {
            return false;
        }

        _ring[tail & Mask] = mailbox;
        Volatile.Write(ref _tail, tail + 1);
        return true;
    }

    /// <summary>A look at what waits, which may have changed by the time it is seen; for messages only.</summary>
    public IEnumerable<IMailbox> Peek()
    {
        for (var i = Volatile.Read(ref _head); i != Volatile.Read(ref _tail); i++)
        {
            if (_ring[i & Mask] is { } mailbox)
            {
                yield return mailbox;
            }
        }
    }

    public bool TryTake([NotNullWhen(true)] out IMailbox? mailbox)
    {
        while (true)
        {
            var head = Volatile.Read(ref _head);
            if (head == Volatile.Read(ref _tail))
            {
                mailbox = null;
                return false;
            }

            mailbox = _ring[head & Mask];
            if (Interlocked.CompareExchange(ref _head, head + 1, head) == head)
            {
                return mailbox is not null;
            }
        }
    }
}
