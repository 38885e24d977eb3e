using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>The messages that an actor keeps aside, in their order. Made for its first one, because most actors never stash. The actor's turn's own.</summary>
internal sealed class MessageStash
{
    private Envelope? _last;

    public Envelope? First { get; private set; }

    public int Count { get; private set; }

    public void Add(Envelope envelope)
    {
        Count++;
        envelope.Next = null;
        if (_last is null)
        {
            First = envelope;
        }
        else
        {
            _last.Next = envelope;
        }

        _last = envelope;
    }

    /// <summary>Takes the oldest, or null.</summary>
    public Envelope? Take()
    {
        if (First is not { } first)
        {
            return null;
        }

        First = first.Next;
        _last = First is null ? null : _last;
        Count--;
        return first;
    }

    /// <summary>Takes all, linked by Next, or null.</summary>
    public Envelope? TakeAll(out Envelope? last)
    {
        var first = First;
        last = _last;
        First = null;
        _last = null;
        Count = 0;
        return first;
    }
}
