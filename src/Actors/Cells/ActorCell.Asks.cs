using System.Runtime.CompilerServices;
using Actors.Asking;
using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>The questions that this actor holds: who asked learns at once when no answer will come from it.</summary>
internal partial class ActorCell
{
    private OpenAsks? _openAsks;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeOverAsk(Envelope envelope, IActorRef sender)
    {
        if (sender is AskRef { IsOver: false } ask)
        {
            ask.HandTo(this);
            envelope.IsAsk = true;
        }
    }

    /// <summary>The turn is over. If there is no answer yet, somebody must remember the question.</summary>
    private void KeepAsk(AskRef ask)
    {
        if (!ask.IsToBeKeptBy(this))
        {
            return;
        }

        var open = _openAsks ??= new OpenAsks(this);
        if (ask.TryKeep(this, open))
        {
            open.Add(ask);
        }
    }

    private void TrimAsks()
    {
        if (_openAsks is { HasManyGone: true } open && !open.Trim())
        {
            _openAsks = null;
        }
    }

    /// <summary>What the old instance had promised to answer, the new one knows nothing of.</summary>
    private void FailAsks(Exception cause)
    {
        if (_openAsks is { } open)
        {
            _openAsks = null;
            foreach (var ask in open.TakeAll())
            {
                ask.OnRestarted(this, cause);
            }
        }
    }

    private void EndAsks()
    {
        if (_current is { IsAsk: true } current)
        {
            (current.Sender as AskRef)?.OnEnded(this); // The handler of an abandoned actor, which still awaits.
        }

        if (_openAsks is { } open)
        {
            _openAsks = null;
            foreach (var ask in open.TakeAll())
            {
                ask.OnEnded(this);
            }
        }
    }
}
