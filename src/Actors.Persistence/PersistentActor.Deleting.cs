using Actors.Persistence.Persisting;

namespace Actors.Persistence;

public abstract partial class PersistentActor
{
    /// <summary>Events up to this one may have been deleted; 0 when none were.</summary>
    private long _trimmedNr;

    /// <summary>Deletes events that a snapshot contains. The actor gets <see cref="DeleteMessagesSuccess"/> or <see cref="DeleteMessagesFailure"/>.</summary>
    /// <remarks>
    /// Refused when no durable snapshot of this actor contains all of them: the state could not be recovered. To forget an actor that has
    /// ended, save a snapshot of its end state and delete the events up to it.
    /// </remarks>
    /// <param name="toSequenceNr">The last event to delete. Events are deleted with the commit that they are in, so some of the last may stay for a while; the newest commit always stays.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    protected void DeleteMessages(long toSequenceNr)
    {
        ThrowIfRecovering();
        if (toSequenceNr > LastSequenceNr)
        {
            Refuse($"The last event of '{PersistenceId}' is {LastSequenceNr}, so none can be deleted up to {toSequenceNr}.");
        }
        else if (toSequenceNr > _snapshotNr)
        {
            Refuse(
                $"No durable snapshot of '{PersistenceId}' contains the events up to {toSequenceNr}" +
                $"{(_snapshotNr == 0 ? "" : $"; the newest contains those up to {_snapshotNr}")}. Delete events when SaveSnapshotSuccess has come.");
        }
        else if (toSequenceNr <= 0)
        {
            Self.Tell(new DeleteMessagesSuccess(toSequenceNr), Self);
        }
        else
        {
            _trimmedNr = Math.Max(_trimmedNr, toSequenceNr);
            var end = Owner.DurableSequenceNumber + 1; // The commit that deletes is a newer one, and stays.
            var term = Owner.Term;
            Ask(
                async cancellationToken => new JournalMessage.Deletable(toSequenceNr, await FindFirstKeptAsync(toSequenceNr, end, cancellationToken), term),
                cause => new DeleteMessagesFailure(toSequenceNr, cause));
        }

        void Refuse(string reason) => Self.Tell(new DeleteMessagesFailure(toSequenceNr, new InvalidOperationException(reason)), Self);
    }

    /// <summary>Looks by halves for the first commit that must stay.</summary>
    private async Task<long> FindFirstKeptAsync(long toSequenceNr, long end, CancellationToken cancellationToken)
    {
        var first = 1L;
        while (first < end)
        {
            var middle = first + ((end - first) / 2);
            var row = await ReadFromAsync(middle, cancellationToken);
            if (row is null)
            {
                // Behind here is nothing but what a repair has given up, which may stay.
                end = middle;
            }
            else if (ReadRange(row).Last <= toSequenceNr)
            {
                first = row.SequenceNumber + 1;
            }
            else
            {
                end = middle;
            }
        }

        return Math.Min(first, end);
    }

    /// <summary>The first commit from a place on that no repair has given up; where a part is deleted already, the oldest that is kept.</summary>
    private async Task<CommitRow?> ReadFromAsync(long commit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var rows = await _store.Journal.ReadAsync(Owner.PersistenceId, commit, 1, cancellationToken);
            if (rows.Count == 0)
            {
                return null;
            }

            if (!IsGivenUp(rows[0]))
            {
                return rows[0];
            }

            commit = rows[0].SequenceNumber + 1;
        }
    }

    /// <summary>The deletion goes with the next commit; if nothing is being stored, with an empty one.</summary>
    private void OnDeletable(JournalMessage.Deletable deletable)
    {
        if (deletable.Term != Owner.Term)
        {
            // What vouched for it then, a snapshot that may not be deleted, was the promise of an instance that is no more.
            Self.Tell(
                new DeleteMessagesFailure(deletable.ToSequenceNr, new InvalidOperationException(
                    $"'{PersistenceId}' was recovered again before its events up to {deletable.ToSequenceNr} were deleted. Ask for it again.")),
                Self);
            return;
        }

        var writing = StartWriting();
        (writing.Deletions ??= []).Add(deletable);
        Flush(writing);
    }

    private void AnswerDeletions(Writing writing)
    {
        foreach (var deletion in writing.InFlightDeletions ?? [])
        {
            Self.Tell(new DeleteMessagesSuccess(deletion.ToSequenceNr), Self);
        }

        writing.InFlightDeletions = null;
    }
}
