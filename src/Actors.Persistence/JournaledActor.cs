using Actors.Persistence.Owning;

namespace Actors.Persistence;

/// <summary>
/// An actor that keeps what it must not forget in a journal, with group commit: it decides at once, collects the events of many
/// decisions into one commit, and lets the effects (answers, starts) follow when the commit is durable.
/// </summary>
/// <remarks>
/// To derive: change your state only by events, when you decide them and when they are replayed; call <see cref="Append"/> with
/// what you collected; do in <see cref="OnAppendedAsync"/> what the world may see. Recovery runs before the first message. A journal
/// that cannot be reached is tried again with backoff while <see cref="Unavailability"/> says why; one that is damaged, too new or
/// owned by somebody else stays unavailable.
/// </remarks>
public abstract class JournaledActor : ActorBase
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly object RecoveryTimer = new();

    private readonly IJournal _journal;
    private readonly IActorRef _journalActor;
    private JournalOwner? _owner;
    private int _recoveryFailures;

    /// <summary>Attaches the actor to its store.</summary>
    /// <param name="journal">The store, for recovery and payloads.</param>
    /// <param name="journalActor">The store's <see cref="JournalActor"/>, for appending.</param>
    protected JournaledActor(IJournal journal, IActorRef journalActor)
    {
        _journal = journal;
        _journalActor = journalActor;
    }

    /// <summary>The name of the journal. It must never change.</summary>
    protected abstract string PersistenceId { get; }

    /// <summary>The highest format version that this code can read.</summary>
    protected abstract int ReadableFormat { get; }

    /// <summary>Why the journal cannot be used at present; null when it can.</summary>
    protected JournalException? Unavailability { get; private set; }

    /// <summary>Whether a row of the journal was found to be damaged, so that it stays unavailable until it is repaired and this actor restarted.</summary>
    protected bool IsDamaged { get; private set; }

    /// <summary>The newest commit that was handed to the journal.</summary>
    protected long LastSequenceNumber => Owner.LastSequenceNumber;

    /// <summary>The newest commit that is durable.</summary>
    protected long DurableSequenceNumber => Owner.DurableSequenceNumber;

    /// <summary>The highest payload row that was handed to the journal.</summary>
    protected long LastPayloadRow => Owner.LastPayloadRow;

    /// <summary>The term of this ownership.</summary>
    protected long Term => Owner.Term;

    /// <summary>Which restore from a backup the store has come from; 0 when from none.</summary>
    protected long Incarnation { get; private set; }

    /// <summary>How many commits are on their way.</summary>
    protected int CommitsInFlight => Owner.CommitsInFlight;

    // Made late, because a constructor cannot know the name that a derived class will give.
    private JournalOwner Owner => _owner ??= new JournalOwner(PersistenceId, _journal, _journalActor, Context, AnswerTimeout);

    /// <inheritdoc/>
    protected sealed override ValueTask PreStartAsync() => RecoverAsync();

    /// <inheritdoc/>
    protected sealed override ValueTask OnReceiveAsync(object message)
    {
        switch (message)
        {
            case JournalMessage.Answered answered:
                return OnAnsweredAsync(answered);
            case JournalMessage.Delayed delayed:
                // Only while something is on its way: its answer is what ends the outage.
                if (Owner.IsMine(delayed.Writer) && CommitsInFlight > 0)
                {
                    Unavailability ??= delayed.Cause as JournalException ?? new JournalUnavailableException(delayed.Cause.Message, delayed.Cause);
                }

                return default;
            case JournalMessage.Recover:
                return RecoverAsync();
            default:
                return OnCommandAsync(message);
        }
    }

    /// <summary>Forgets all state: recovery begins anew.</summary>
    protected abstract void OnReset();

    /// <summary>Applies a commit that was stored earlier. Its events are empty when a repair has left out what it said.</summary>
    protected abstract void OnReplay(CommitRow row);

    /// <summary>The state is complete; called once for each recovery, before the first command.</summary>
    protected abstract void OnRecovered();

    /// <summary>Handles a message. Look at <see cref="Unavailability"/> before accepting work.</summary>
    protected abstract ValueTask OnCommandAsync(object message);

    /// <summary>A commit is durable. Called in the order of the commits.</summary>
    protected abstract ValueTask OnAppendedAsync(long sequenceNumber);

    /// <summary>The ownership is lost for good, and with it every commit that was not yet durable.</summary>
    protected abstract void OnLost(JournalException cause);

    /// <summary>Hands a commit to the journal.</summary>
    /// <returns>Its sequence number, as it will be given to <see cref="OnAppendedAsync"/>.</returns>
    protected long Append(
        ReadOnlyMemory<byte> events,
        int formatVersion,
        IReadOnlyList<PayloadRow> payloads,
        long deleteCommitsBefore = 0,
        long deletePayloadsBefore = 0)
    {
        ArgumentNullException.ThrowIfNull(payloads);
        return Owner.Append(Self, events, formatVersion, payloads, deleteCommitsBefore, deletePayloadsBefore);
    }

    /// <summary>Makes the journal unavailable for good: a row that was read turned out to be damaged. What was appended, and still is, counts.</summary>
    protected void Refuse(JournalCorruptException cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        if (!IsDamaged)
        {
            IsDamaged = true;
            Unavailability = cause;
            Log.NotServed(Logger, PersistenceId, cause.Message, cause);
        }
    }

    /// <summary>Reads payload rows of this journal; the task may be awaited in a handler, or beside it.</summary>
    protected Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        _journal.ReadPayloadsAsync(PersistenceId, rows, cancellationToken);

    /// <summary>Reads commits of this journal again, as <see cref="IJournal.ReadAsync"/>; the task may be awaited in a handler, or beside it.</summary>
    protected Task<IReadOnlyList<CommitRow>> ReadCommitsAsync(long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
        _journal.ReadAsync(PersistenceId, fromSequenceNumber, maxBytes, cancellationToken);

    private async ValueTask RecoverAsync()
    {
        try
        {
            OnReset();
            IsDamaged = false;
            var opening = await Owner.OpenAsync(ReadableFormat);
            await Owner.ReplayAsync(1, opening, Replay);
            Owner.Begin(opening);
            Incarnation = opening.Incarnation;
            Unavailability = null;
            _recoveryFailures = 0;
            Log.Recovered(
                Logger, PersistenceId, Term, opening.FirstSequenceNumber == 0 ? 0 : opening.LastSequenceNumber - opening.FirstSequenceNumber + 1);
            OnRecovered();
        }
        catch (Exception cause) when (cause is JournalCorruptException or JournalFormatException or StoreException)
        {
            Unavailability = (JournalException)cause;
            Log.NotServed(Logger, PersistenceId, cause.Message, cause);
        }
        catch (JournalException cause)
        {
            var delay = JournalOwner.RetryDelays.Delay(Math.Min(_recoveryFailures++, 16), Context.System.Random);
            Unavailability = cause;
            Log.RecoveryDelayed(Logger, PersistenceId, delay.TotalMilliseconds, cause.Message);
            Context.Timers.StartSingle(RecoveryTimer, JournalMessage.Recover.Instance, delay);
        }
    }

    private bool Replay(CommitRow row)
    {
        try
        {
            OnReplay(row);
            return true;
        }
        catch (Exception cause) when (cause is not JournalException)
        {
            throw Owner.Corrupt($"commit {row.SequenceNumber} cannot be read: {cause.Message}", row.SequenceNumber, cause);
        }
    }

    private ValueTask OnAnsweredAsync(JournalMessage.Answered answered)
    {
        if (!Owner.IsMine(answered.Writer))
        {
            return default;
        }

        if (Owner.OnAnswered(answered) is not { } cause)
        {
            Unavailability = IsDamaged ? Unavailability : null;
            return OnAppendedAsync(answered.SequenceNumber);
        }

        Unavailability = cause;
        Log.NotServed(Logger, PersistenceId, cause.Message, cause);
        OnLost(cause);
        return default;
    }
}
