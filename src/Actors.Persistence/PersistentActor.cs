using Actors.Persistence.Owning;
using Actors.Persistence.Persisting;

namespace Actors.Persistence;

/// <summary>
/// An actor whose state is the sum of its events: it stores an event, changes its state when the event is durable, and is made anew from its events
/// after a restart. Derive from <see cref="ReceivePersistentActor"/> unless you want the raw message.
/// </summary>
/// <remarks>
/// To derive: check a command, call <see cref="Persist{T}(T, Action{T})"/> with what follows from it, and change the state in the handler and
/// in <see cref="OnRecover"/> in the same way. What one command persists is stored whole or not at all, and not at all when the command throws.
/// While the handlers of <c>Persist</c> wait, commands wait in the mailbox. One actor owns a persistence id: starting a second one fences the first, which
/// stops at its next event. Members are for use on the actor's turn only. docs/persistence.md is the guide.
/// </remarks>
public abstract partial class PersistentActor : ActorBase
{
    private readonly PersistentStore _store;
    private JournalOwner? _owner;
    private Writing? _writing;
    private Exception? _lost;
    private long _lastCommit;

    /// <summary>Makes the actor. Its store is that of the system.</summary>
    /// <exception cref="InvalidOperationException">The system has no store; the actor does not start.</exception>
    protected PersistentActor() => _store = PersistentStore.Of(Context.System, GetType());

    /// <summary>The name under which the events are stored, unique in the store. It must never change while they matter.</summary>
    public abstract string PersistenceId { get; }

    /// <summary>The sequence number of the event that was recovered or handled last; 0 when there was none. Events are numbered from 1 without a gap.</summary>
    protected long LastSequenceNr { get; private set; }

    /// <summary>Whether the events are being recovered. False when <see cref="RecoveryCompleted"/> is delivered, and from then on.</summary>
    protected bool IsRecovering { get; private set; } = true;

    /// <summary>How much is recovered before the first command.</summary>
    /// <value>Default <see cref="Recovery.Default"/>: the newest snapshot, and all events after it.</value>
    protected virtual Recovery Recovery => Recovery.Default;

    internal StoredTypes EventTypes => _store.EventTypes;

    internal StoredTypes SnapshotTypes => _store.SnapshotTypes;

    // Made late, because a constructor cannot know the name that a derived class will give. The prefix keeps the journals of the framework apart.
    private JournalOwner Owner =>
        _owner ??= new JournalOwner("actor/" + PersistenceId, _store.Journal, _store.JournalActor, Context, _store.AnswerTimeout);

    /// <summary>Handles a command, or any other message. Throwing takes back what it has persisted, and the actor fails.</summary>
    protected abstract ValueTask OnCommandAsync(object message);

    /// <summary>Takes a <see cref="SnapshotOffer"/>, an event or <see cref="RecoveryCompleted"/> during recovery.</summary>
    /// <returns>Whether there is a handler for it. Recovery fails when there is none for an event or a snapshot.</returns>
    protected abstract bool OnRecover(object message);

    /// <summary>
    /// Events cannot be stored, or nobody knows whether they were. Called once for each that waits, with <see cref="ActorBase.Sender"/> as it was; its
    /// handler will not run. Then the actor fails, and its supervisor decides; or, when another owner has taken the journal, it stops. By default logs.
    /// </summary>
    /// <param name="cause">Why: a <see cref="PersistFailureException"/> or a <see cref="JournalFencedException"/>.</param>
    /// <param name="event">The event.</param>
    /// <param name="sequenceNr">Its sequence number.</param>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.PersistFailed(Logger, @event.GetType().Name, sequenceNr, PersistenceId, cause.Message);

    /// <summary>
    /// An event cannot be stored as it is: its class is not known, it does not become JSON, or it is too large. Called in the place of its handler; the
    /// actor goes on. By default logs an error.
    /// </summary>
    /// <param name="cause">Why.</param>
    /// <param name="event">The event.</param>
    /// <param name="sequenceNr">The number that it would have had. The next event has it.</param>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Log.PersistRejected(Logger, @event.GetType().Name, PersistenceId, cause.Message, cause);

    /// <summary>The state cannot be recovered. The actor is stopped afterwards. By default logs an error.</summary>
    /// <param name="reason">Why: a <see cref="RecoveryFailureException"/>, or what the store says about a damaged or newer journal.</param>
    /// <param name="message">The event or snapshot that was being recovered, if it could be read.</param>
    protected virtual void OnRecoveryFailure(Exception reason, object? message) =>
        Log.RecoveryFailed(Logger, PersistenceId, reason.Message, reason);

    /// <inheritdoc/>
    protected override void Unhandled(object message)
    {
        switch (message)
        {
            case SaveSnapshotFailure failure:
                Log.SnapshotNotSaved(Logger, PersistenceId, failure.Metadata.SequenceNr, failure.Cause.Message);
                break;
            case DeleteSnapshotsFailure failure:
                Log.SnapshotsNotDeleted(Logger, PersistenceId, failure.Criteria.MaxSequenceNr, failure.Cause.Message);
                break;
            case DeleteMessagesFailure failure:
                Log.EventsNotDeleted(Logger, PersistenceId, failure.ToSequenceNr, failure.Cause.Message);
                break;
            case RecoveryCompleted or SaveSnapshotSuccess or DeleteSnapshotsSuccess or DeleteMessagesSuccess:
                break; // Good news that nobody waits for.
            default:
                base.Unhandled(message);
                break;
        }
    }

    /// <summary>
    /// Hands over what earlier commands have persisted and the journal had not been given yet. The actor ends when it is stored, or when its stop timeout
    /// is over. A restart waits too: it may become a stop meanwhile. Call the base when you override it.
    /// </summary>
    protected override ValueTask PostStopAsync()
    {
        if (_writing is not { } writing)
        {
            return default;
        }

        while (writing.HasCollected && _lost is null && Owner.Term > 0)
        {
            Send(writing);
        }

        writing.Dispose();

        // A system that ends stops the journal when its actors have ended, whatever the journal still has to write.
        return writing.IsInFlight && _lost is null ? new ValueTask(AwaitEarlierWritesAsync(CancellationToken.None)) : default;
    }
}
