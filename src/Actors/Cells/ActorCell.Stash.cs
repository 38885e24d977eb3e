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

    public void UnstashAll()
    {
        if (_stashFirst is { } first)
        {
            _mailbox.Prepend(first, _stashLast!); // Both are set together.
            TakeStash();
        }
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
