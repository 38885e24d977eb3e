using Actors.Mailboxes;

namespace Actors.Cells;

internal partial class ActorCell
{
    private MessageStash? _stash;
    private bool _isCurrentStashed;

    public void Stash()
    {
        var envelope = _current ?? throw new InvalidOperationException($"'{Path}' has no current message to stash.");
        if (_isCurrentStashed)
        {
            throw new InvalidOperationException($"'{Path}' has stashed its current message already.");
        }

        _stash ??= new MessageStash();
        if (_stash.Count >= _props.StashCapacity)
        {
            throw new StashOverflowException(Path, _props.StashCapacity);
        }

        _isCurrentStashed = true;
        _stash.Add(envelope);
    }

    public void UnstashAll()
    {
        if (TakeStash(out var last) is { } first)
        {
            _mailbox.Prepend(first, last!); // There is a last where there is a first.
        }
    }

    public void Unstash()
    {
        if (_stash?.Take() is { } first)
        {
            _mailbox.Prepend(first, first);
        }
    }

    public void UnstashAll(Predicate<object> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        if (_stash is not { First: not null } stash)
        {
            return;
        }

        var wanted = new HashSet<Envelope>();
        for (var envelope = stash.First; envelope is not null; envelope = envelope.Next)
        {
            if (predicate(envelope.Message!)) // Only the pool clears it.
            {
                wanted.Add(envelope);
            }
        }

        Envelope? first = null;
        Envelope? last = null;
        var rest = stash.TakeAll(out _);
        while (rest is not null)
        {
            var next = rest.Next;
            rest.Next = null;
            if (!wanted.Contains(rest))
            {
                stash.Add(rest);
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

    private Envelope? TakeStash(out Envelope? last)
    {
        last = null;
        return _stash?.TakeAll(out last);
    }
}
