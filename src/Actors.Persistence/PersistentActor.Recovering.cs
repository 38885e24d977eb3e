using System.Text.Json;
using Actors.Persistence.Formats;
using Actors.Persistence.Owning;

namespace Actors.Persistence;

/// <summary>
/// Recovery happens in the start hook, so commands wait in the mailbox meanwhile. A store that is away is tried again for as long as it takes; what
/// cannot be read stops the actor.
/// </summary>
public abstract partial class PersistentActor
{
    private const int MaxIdLength = 255;

    /// <summary>The commit to read next: a recovery that is interrupted goes on where it was, because the events so far are in the state.</summary>
    private long _nextCommit = 1;
    private bool _isSnapshotChosen;
    private bool _hasGivenUp;
    private long _recoverTo;

    /// <summary>Recovers the state. What you would do here belongs to the handler of <see cref="RecoveryCompleted"/>.</summary>
    protected sealed override async ValueTask PreStartAsync()
    {
        if (string.IsNullOrWhiteSpace(PersistenceId) || PersistenceId.Length > MaxIdLength)
        {
            throw new InvalidOperationException(
                $"{GetType().Name} must have a PersistenceId of 1 to {MaxIdLength} characters, but has '{PersistenceId}'. Return a stable name, such as \"cart-42\".");
        }

        object? recovering = null;
        try
        {
            await RecoverAsync();
            IsRecovering = false;
            recovering = RecoveryCompleted.Instance;
            OnRecover(recovering);
            if (_writing is { } writing)
            {
                Flush(writing); // Its handlers run before the first command.
            }
        }
        catch (Exception) when (Context.CancellationToken.IsCancellationRequested)
        {
            // It is to stop, or to restart: nobody waits for the state any more.
        }
        catch (RecoveryStop stop)
        {
            StopRecovery(stop.Reason, stop.Recovering);
        }
        catch (Exception cause) when (cause is not OutOfMemoryException)
        {
            StopRecovery(cause, recovering);
        }
    }

    private async Task RecoverAsync()
    {
        using var permit = await _store.Recoveries.EnterAsync(Context.CancellationToken);
        for (var failures = 0; ; failures++)
        {
            try
            {
                await RecoverOnceAsync();
                return;
            }
            catch (Exception cause) when (cause is JournalUnavailableException or JournalOutcomeUnknownException)
            {
                var delay = JournalOwner.RetryDelays.Delay(Math.Min(failures, 16), Context.System.Random);
                Log.RecoveryDelayed(Logger, Owner.PersistenceId, delay.TotalMilliseconds, cause.Message);
                await Task.Delay(delay, Context.System.TimeProvider, Context.CancellationToken);
            }
        }
    }

    private async Task RecoverOnceAsync()
    {
        await AwaitEarlierWritesAsync(Context.CancellationToken);
        var opening = await Owner.OpenAsync(CommitFormat.Version);
        if (!_isSnapshotChosen)
        {
            await OfferSnapshotAsync(opening);
            var (to, max) = (Recovery.ToSequenceNr, Recovery.ReplayMax);
            _recoverTo = Math.Min(to, max > long.MaxValue - LastSequenceNr ? long.MaxValue : LastSequenceNr + max);
            _isSnapshotChosen = true;
        }

        await ReplayAsync(opening);
        _trimmedNr = opening.FirstSequenceNumber > 1 ? Math.Max(_trimmedNr, _snapshotNr) : _trimmedNr;
        Owner.Begin(opening);
        Log.ActorRecovered(Logger, PersistenceId, opening.Term, LastSequenceNr, _snapshotNr);
    }

    /// <summary>What an earlier instance has handed over is stored first: opening the journal would fence it.</summary>
    private async Task AwaitEarlierWritesAsync(CancellationToken cancellationToken)
    {
        var answers = new JournalAnswers(Self);
        _store.JournalActor.Tell(new JournalMessage.AwaitWrites(Owner.PersistenceId, answers), Self);
        try
        {
            await answers.TakeAsync(cancellationToken).WaitAsync(_store.AnswerTimeout, Context.System.TimeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The store does not store. Whatever it does in the end, opening the journal decides it.
        }
    }

    private async Task ReplayAsync(JournalOpening opening)
    {
        var isCutShort = _recoverTo <= LastSequenceNr;
        if (!isCutShort)
        {
            await Owner.ReplayAsync(_nextCommit, opening, row =>
            {
                isCutShort = !Replay(row);
                return !isCutShort;
            });
        }

        if (isCutShort && opening.LastSequenceNumber > 0)
        {
            // The actor goes on where the journal ends, whatever it has chosen to know of it.
            var newest = await ReadNewestAsync(opening);
            LastSequenceNr = Math.Max(LastSequenceNr, newest.LastSequenceNr);
            _lastCommit = opening.LastSequenceNumber;
        }
    }

    /// <returns>False when the last event to recover has been recovered.</returns>
    private bool Replay(CommitRow row)
    {
        if (IsGivenUp(row))
        {
            // If events behind it follow, they are not recovered without those that were in it.
            _hasGivenUp = true;
            _nextCommit = row.SequenceNumber + 1;
            return true;
        }

        var (first, end) = ReadRange(row);
        if (first > LastSequenceNr + 1)
        {
            throw new RecoveryStop(Failure(
                LastSequenceNr + 1,
                $"the events {LastSequenceNr + 1} to {first - 1} are not there. " + (_hasGivenUp
                    ? "A repair of the journal has given them up, and no snapshot that can be read contains them. Restore a backup, or repair the journal in such a " +
                        "way that it ends before them."
                    : "They were deleted because a snapshot contained them, and no such snapshot can be read, or Recovery excludes it. Restore a backup, or " +
                        "recover from the newest snapshot.")));
        }

        if (end > LastSequenceNr && !ReplayEvents(row))
        {
            return false;
        }

        _nextCommit = row.SequenceNumber + 1;
        return LastSequenceNr < _recoverTo;
    }

    private bool ReplayEvents(CommitRow row)
    {
        try
        {
            return CommitFormat.Read(row.Events.Span, _store.EventTypes, LastSequenceNr, (sequenceNr, stored) =>
            {
                if (sequenceNr > _recoverTo)
                {
                    return false;
                }

                LastSequenceNr = sequenceNr;
                _lastCommit = row.SequenceNumber;
                if (stored is not null)
                {
                    Recover(stored, $"event {sequenceNr}", sequenceNr);
                }

                return true;
            });
        }
        catch (EventFormatException cause)
        {
            throw new RecoveryStop(Failure(
                cause.SequenceNr, $"event {cause.SequenceNr} in its journal cannot be read: {cause.Message.TrimEnd('.')}. Nothing was skipped.", cause.InnerException));
        }
        catch (JsonException cause)
        {
            throw Owner.Corrupt($"commit {row.SequenceNumber} cannot be read: {cause.Message}", row.SequenceNumber, cause);
        }
    }

    private void Recover(object recovered, string what, long sequenceNr)
    {
        bool isHandled;
        try
        {
            isHandled = OnRecover(recovered);
        }
        catch (Exception cause) when (cause is not OutOfMemoryException)
        {
            throw new RecoveryStop(
                Failure(sequenceNr, $"the handler of {what}, a {recovered.GetType().Name}, has thrown: {cause.Message}", cause), recovered);
        }

        if (!isHandled)
        {
            var (type, declare) = recovered is SnapshotOffer offer
                ? (offer.Snapshot.GetType().Name, "RecoverSnapshot")
                : (recovered.GetType().Name, "Recover");
            throw new RecoveryStop(
                Failure(sequenceNr, $"{what} is a {type}, and there is no handler for it. Declare {declare}<{type}>(…). Nothing was skipped."), recovered);
        }
    }

    /// <summary>A repair has given the commit up, and left an empty one in its place.</summary>
    private static bool IsGivenUp(CommitRow row) => row.Events.IsEmpty && row.Writer == Guid.Empty;

    /// <returns>The last event that is there, and whether a repair has given up commits behind it.</returns>
    private async Task<(long LastSequenceNr, bool IsCut)> ReadNewestAsync(JournalOpening opening)
    {
        for (var commit = opening.LastSequenceNumber; commit >= Math.Max(1, opening.FirstSequenceNumber); commit--)
        {
            var rows = await Owner.ReadAsync(commit, 1);
            if (rows.Count == 0)
            {
                throw Owner.Corrupt($"commit {commit} is missing, though the newest is {opening.LastSequenceNumber}", commit, null);
            }

            if (!IsGivenUp(rows[0]))
            {
                return (ReadRange(rows[0]).Last, commit < opening.LastSequenceNumber);
            }
        }

        return (0, opening.LastSequenceNumber > 0);
    }

    private (long First, long Last) ReadRange(CommitRow row)
    {
        try
        {
            return CommitFormat.ReadRange(row.Events.Span);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            throw Owner.Corrupt($"commit {row.SequenceNumber} cannot be read: {cause.Message}", row.SequenceNumber, cause);
        }
    }

    private RecoveryFailureException Failure(long sequenceNr, string reason, Exception? cause = null) =>
        new(Self.Path, PersistenceId, sequenceNr, reason, cause);

    private void StopRecovery(Exception reason, object? recovering)
    {
        _lost = reason;
        Context.Stop(Self);
        OnRecoveryFailure(reason, recovering);
    }

    /// <summary>Carries the end of a recovery out of the reading.</summary>
    private sealed class RecoveryStop(Exception reason, object? recovering = null) : Exception(reason.Message, reason)
    {
        public Exception Reason { get; } = reason;

        public object? Recovering { get; } = recovering;
    }
}
