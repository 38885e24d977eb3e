using Actors.Mailboxes;

namespace Actors.Cells;

internal partial class ActorCell
{
    private Envelope? _stashFirst;
    private Envelope? _stashLast;
    private int _stashed;
    private bool _isCurrentStashed;

    public void Stash()
    {
        var envelope = _current ?? throw new InvalidOperationException($"'{Path}' has no current message to stash.");
        if (_isCurrentStashed)
        {
            throw new InvalidOperationException($"'{Path}' has stashed its current message already.");
        }

        if (_stashed >= _props.StashCapacity)
        {
            throw new StashOverflowException(Path, _props.StashCapacity);
        }

        _isCurrentStashed = true;
        AddToStash(envelope);
    }

    public void UnstashAll()
    {
        if (_stashFirst is { } first)
        {
            _mailbox.Prepend(first, _stashLast!); // Both are set together.
            TakeStash();
        }
    }

    public void Unstash()
    {
        if (_stashFirst is not { } first)
        {
            return;
        }

        _stashFirst = first.Next;
        _stashLast = _stashFirst is null ? null : _stashLast;
        _stashed--;
        _mailbox.Prepend(first, first);
    }

    public void UnstashAll(Predicate<object> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var wanted = new HashSet<Envelope>();
        for (var envelope = _stashFirst; envelope is not null; envelope = envelope.Next)
        {
            if (predicate(envelope.Message!)) // Only the pool clears it.
            {
                wanted.Add(envelope);
            }
        }

        Envelope? first = null;
        Envelope? last = null;
        var rest = TakeStash();
        while (rest is not null)
        {
            var next = rest.Next;
            rest.Next = null;
            if (!wanted.Contains(rest))
            {
                AddToStash(rest);
            }
            else if (last is null)
            {
                first = last = rest;
            }
            else
            {
                last.Next = rest;
                last = rest;
            }

            rest = next;
        }

        if (first is not null)
        {
            _mailbox.Prepend(first, last!); // Both are set together.
        }
    }

    private void AddToStash(Envelope envelope)
    {
        _stashed++;
        envelope.Next = null;
        if (_stashLast is null)
        {
            _stashFirst = envelope;
        }
        else
        {
            _stashLast.Next = envelope;
        }

        _stashLast = envelope;
    }

    private Envelope? TakeStash()
    {
        var first = _stashFirst;
        _stashFirst = null;
        _stashLast = null;
        _stashed = 0;
        return first;
    }
}
