using System.Runtime.CompilerServices;
using Actors.Asking;
using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>Messages on which the actor fails again and again are not given to it any more.</summary>
internal partial class ActorCell
{
    private FailedMessages? _failedMessages;

    /// <summary>A message in quarantine becomes a dead letter instead of a turn.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsRefused(Envelope envelope)
    {
        var message = envelope.Message!; // Only the pool clears it.
        if (_failedMessages!.FindQuarantined(message) is not { } failed) // Tested by the caller.
        {
            return false;
        }

        System.PublishDeadLetter(message, envelope.Sender, this, DeadLetterReason.Quarantined, failed.ToException(Path));
        return true;
    }

    private ValueTask OnReplayed(object message)
    {
        _failedMessages?.EndQuarantine(message);
        _current!.Message = message; // We are in its turn.
        return Deliver(message);
    }

    private void OnHandled(object message)
    {
        _failedMessages!.OnSuccess(message); // Tested by the caller.
        if (_failedMessages.IsEmpty)
        {
            _failedMessages = null;
        }
    }

    /// <summary>Counts the failure, and tells who sent the message what became of it. What is in the stash will come again, so its sender can wait.</summary>
    private void AnswerFailure(Envelope envelope, object message, Exception cause)
    {
        var quarantine = envelope.IsOwn ? null : CountFailure(message, cause);
        if (_isCurrentStashed)
        {
            return;
        }

        if (quarantine is not null)
        {
            System.PublishDeadLetter(message, envelope.Sender, this, DeadLetterReason.Quarantined, quarantine);
            return;
        }

        (envelope.Sender as AskRef)?.OnHandlerFailed(this, cause);
        if (cause is StashOverflowException overflow && overflow.Actor.Equals(Path))
        {
            System.PublishDeadLetter(message, envelope.Sender, this, DeadLetterReason.StashFull, cause);
        }
    }

    private MessageQuarantinedException? CountFailure(object message, Exception cause)
    {
        // A handler that fails because its actor is to end, and a stash without room, say nothing about the message.
        if (_props.QuarantineAfter == 0 || IsCancelled || cause is StashOverflowException)
        {
            return null;
        }

        _failedMessages ??= new FailedMessages(_props.QuarantineAfter);
        if (_failedMessages.OnFailure(message, cause, RanFor()) is not { } failed)
        {
            return null;
        }

        Log.MessageQuarantined(Logger, Path, failed.Count, message.GetType().Name, cause);
        return failed.ToException(Path);
    }
}
