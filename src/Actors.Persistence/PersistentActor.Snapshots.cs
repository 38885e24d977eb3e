using Actors.Persistence.Formats;
using Actors.Persistence.Owning;

namespace Actors.Persistence;

public abstract partial class PersistentActor
{
    private const int MaxSnapshotBytes = 64 * 1024 * 1024;

    /// <summary>The newest snapshot that is known to be durable, and to be readable or just written; 0 when there is none.</summary>
    private long _snapshotNr;

    /// <summary>Snapshots that are being saved, and that nobody has asked to delete since.</summary>
    private List<SnapshotMetadata>? _saving;

    /// <summary>Saves a state. It is encoded before this returns and stored beside the commands; the actor gets <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/>.</summary>
    /// <param name="snapshot">The state after the event <see cref="LastSequenceNr"/>. Its class has a <see cref="SnapshotAttribute"/>.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    protected void SaveSnapshot(object snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ThrowIfRecovering();
        var metadata = new SnapshotMetadata(PersistenceId, LastSequenceNr, Context.System.TimeProvider.GetUtcNow());
        SnapshotRow row;
        try
        {
            row = new SnapshotRow
            {
                PersistenceId = Owner.PersistenceId,
                SequenceNr = LastSequenceNr,
                CommitNumber = _lastCommit,
                Term = Owner.Term,
                Timestamp = metadata.Timestamp,
                Bytes = EncodeSnapshot(snapshot),
            };
        }
        catch (Exception cause) when (cause is not OutOfMemoryException)
        {
            Self.Tell(new SaveSnapshotFailure(metadata, cause), Self);
            return;
        }

        (_saving ??= []).Add(metadata);
        Ask(
            async cancellationToken =>
            {
                await _store.Snapshots.SaveAsync(row, cancellationToken);
                return new SaveSnapshotSuccess(metadata);
            },
            cause => new SaveSnapshotFailure(metadata, cause));
    }

    /// <summary>Deletes snapshots. The actor gets <see cref="DeleteSnapshotsSuccess"/> or <see cref="DeleteSnapshotsFailure"/>.</summary>
    /// <param name="criteria">Which. Once events have been deleted, the newest snapshot is all that is left of them, and cannot be deleted.</param>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    protected void DeleteSnapshots(SnapshotSelectionCriteria criteria)
    {
        ArgumentNullException.ThrowIfNull(criteria);
        ThrowIfRecovering();
        if (criteria.MaxSequenceNr >= _snapshotNr && criteria.MinSequenceNr <= _snapshotNr && _snapshotNr > 0)
        {
            if (_trimmedNr > 0)
            {
                Self.Tell(
                    new DeleteSnapshotsFailure(criteria, new InvalidOperationException(
                        $"The events up to {_trimmedNr} of '{PersistenceId}' have been deleted, so the snapshot of event {_snapshotNr} must stay. Delete snapshots up to {_snapshotNr - 1}.")),
                    Self);
                return;
            }

            _snapshotNr = 0; // From now on it covers no deletion of events.
        }

        _saving?.RemoveAll(saving => saving.SequenceNr <= criteria.MaxSequenceNr && saving.SequenceNr >= criteria.MinSequenceNr); // It may be saved before it is deleted.
        var (persistenceId, term) = (Owner.PersistenceId, Owner.Term);
        Ask(
            async cancellationToken =>
            {
                await _store.Snapshots.DeleteAsync(persistenceId, term, criteria, cancellationToken);
                return new DeleteSnapshotsSuccess(criteria);
            },
            cause => new DeleteSnapshotsFailure(criteria, cause));
    }

    /// <summary>Deletes the snapshot of one event; see <see cref="DeleteSnapshots"/>.</summary>
    protected void DeleteSnapshot(long sequenceNr) => DeleteSnapshots(new SnapshotSelectionCriteria(sequenceNr, MinSequenceNr: sequenceNr));

    /// <summary>Only what this instance has saved, and not asked to delete, vouches for events: the news may be older than a deletion, or than a restart.</summary>
    private void OnSaved(SnapshotMetadata metadata)
    {
        if (_saving?.RemoveAll(saving => ReferenceEquals(saving, metadata)) > 0)
        {
            _snapshotNr = Math.Max(_snapshotNr, metadata.SequenceNr);
        }
    }

    private ReadOnlyMemory<byte> EncodeSnapshot(object snapshot)
    {
        var bytes = SnapshotFormat.Encode(_store.SnapshotTypes.Of(snapshot.GetType()), snapshot);
        return bytes.Length <= MaxSnapshotBytes
            ? bytes
            : throw new StoredTypeException($"The snapshot has {bytes.Length:N0} bytes, and {MaxSnapshotBytes:N0} is the limit.");
    }

    /// <summary>Offers the newest snapshot that can be read. One that cannot is passed over with a warning: an older one does as well, as long as the events after it are there.</summary>
    private async Task OfferSnapshotAsync(JournalOpening opening)
    {
        (long LastSequenceNr, bool IsCut)? newest = null;
        var criteria = Recovery.FromSnapshot with { MaxSequenceNr = long.Min(Recovery.FromSnapshot.MaxSequenceNr, Recovery.ToSequenceNr) };
        while (criteria.MaxSequenceNr >= 0)
        {
            long passedOver;
            try
            {
                var row = await Owner.AnswerOfAsync(
                    cancellationToken => _store.Snapshots.LoadAsync(Owner.PersistenceId, opening.Term, criteria, cancellationToken));
                if (row is null)
                {
                    return;
                }

                // A snapshot of events that the journal does not have would be a state that never was; unless it had them, and a repair has given them up.
                newest ??= await ReadNewestAsync(opening);
                var (last, isCut) = newest.Value;
                if (row.SequenceNr > last && !(isCut && row.CommitNumber <= opening.LastSequenceNumber))
                {
                    Log.SnapshotPassedOver(Logger, PersistenceId, row.SequenceNr, $"the journal ends at event {last}");
                }
                else if (Decode(row) is { } state)
                {
                    Offer(row, state);
                    return;
                }

                passedOver = row.SequenceNr;
            }
            catch (SnapshotCorruptException cause)
            {
                Log.SnapshotPassedOver(Logger, PersistenceId, cause.SequenceNr, cause.Message);
                passedOver = cause.SequenceNr;
            }

            // Always fewer, whatever a store answers.
            criteria = criteria with { MaxSequenceNr = long.Min(criteria.MaxSequenceNr, passedOver) - 1 };
        }
    }

    /// <returns>Null when it cannot be read, or is to be ignored.</returns>
    private object? Decode(SnapshotRow row)
    {
        try
        {
            return SnapshotFormat.Decode(row.Bytes.Span, _store.SnapshotTypes);
        }
        catch (Exception cause) when (cause is not OutOfMemoryException)
        {
            Log.SnapshotPassedOver(Logger, PersistenceId, row.SequenceNr, cause.Message); // Whatever a constructor, a converter or an upgrade throws.
            return null;
        }
    }

    private void Offer(SnapshotRow row, object state)
    {
        LastSequenceNr = row.SequenceNr;
        _snapshotNr = row.SequenceNr;
        _nextCommit = _lastCommit = long.Max(1, row.CommitNumber);
        Recover(
            new SnapshotOffer(new SnapshotMetadata(PersistenceId, row.SequenceNr, row.Timestamp), state),
            $"the snapshot of event {row.SequenceNr}",
            row.SequenceNr);
    }

    /// <summary>Asks the store for something beside the commands; the answer becomes a message.</summary>
    private void Ask(Func<CancellationToken, Task<object>> ask, Func<Exception, object> failed)
    {
        _ = AskAsync(Self, Context.System); // Whatever it throws is the answer, so nothing is lost by not keeping this task.

        // Not the actor's token: what was asked for is done also when the actor stops.
        async Task AskAsync(IActorRef self, ActorSystem system)
        {
            system.Dispatcher.BeginOperation();
            object answer;
            try
            {
                answer = await TimeLimit.AnswerOfAsync(ask, _store.AnswerTimeout, system.TimeProvider, CancellationToken.None);
            }
            catch (Exception cause)
            {
                answer = failed(cause);
            }

            self.Tell(answer, self);
            system.Dispatcher.EndOperation();
        }
    }
}
