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
    private const int ReplayPageBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly BackoffOptions RecoveryDelays = new() { Min = TimeSpan.FromMilliseconds(200), Max = TimeSpan.FromSeconds(10) };
    private static readonly object RecoveryTimer = new();

    private readonly IJournal _journal;
    private readonly IActorRef _journalActor;
    private Guid _writer;
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

    /// <summary>The newest commit that was handed to the journal.</summary>
    protected long LastSequenceNumber { get; private set; }

    /// <summary>The newest commit that is durable.</summary>
    protected long DurableSequenceNumber { get; private set; }

    /// <summary>The highest payload row that was handed to the journal.</summary>
    protected long LastPayloadRow { get; private set; }

    /// <summary>The term of this ownership.</summary>
    protected long Term { get; private set; }

    /// <summary>How many commits are on their way.</summary>
    protected int CommitsInFlight => (int)(LastSequenceNumber - DurableSequenceNumber);

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
                if (Term > 0 && delayed.Writer == _writer && CommitsInFlight > 0)
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

    /// <summary>Applies a commit that was stored earlier.</summary>
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
        if (Term == 0)
        {
            throw new InvalidOperationException($"'{Self.Path}' cannot append before its journal '{PersistenceId}' is recovered.");
        }

        var bytes = events.Length;
        foreach (var payload in payloads)
        {
            bytes += payload.Bytes.Length;
        }

        var commit = new Commit
        {
            PersistenceId = PersistenceId,
            Term = Term,
            Writer = _writer,
            SequenceNumber = ++LastSequenceNumber,
            FormatVersion = formatVersion,
            Events = events,
            Payloads = payloads,
            DeleteCommitsBefore = deleteCommitsBefore,
            DeletePayloadsBefore = deletePayloadsBefore,
        };
        if (payloads.Count > 0)
        {
            LastPayloadRow = payloads[^1].Row;
        }

        _journalActor.Tell(new JournalMessage.Append(commit, Self, bytes), Self);
        return LastSequenceNumber;
    }

    /// <summary>Reads payload rows of this journal; the task may be awaited in a handler, or beside it.</summary>
    protected Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        _journal.ReadPayloadsAsync(PersistenceId, rows, cancellationToken);

    /// <summary>Reads commits of this journal again, as <see cref="IJournal.ReadAsync"/>; the task may be awaited in a handler, or beside it.</summary>
    protected Task<IReadOnlyList<CommitRow>> ReadCommitsAsync(long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
        _journal.ReadAsync(PersistenceId, fromSequenceNumber, maxBytes, cancellationToken);

    private async ValueTask RecoverAsync()
    {
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        try
        {
            OnReset();
            Term = 0;
            var bytes = new byte[16];
            Context.System.Random.NextBytes(bytes);
            _writer = new Guid(bytes);
            var opening = await AnswerOfAsync(_journal.OpenAsync(PersistenceId, _writer, ReadableFormat, Context.CancellationToken));
            await ReplayAsync(opening);
            Term = opening.Term;
            LastSequenceNumber = opening.LastSequenceNumber;
            DurableSequenceNumber = opening.LastSequenceNumber;
            LastPayloadRow = opening.LastPayloadRow;
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
            var delay = RecoveryDelays.Delay(Math.Min(_recoveryFailures++, 16), Context.System.Random);
            Unavailability = cause;
            Log.RecoveryDelayed(Logger, PersistenceId, delay.TotalMilliseconds, cause.Message);
            Context.Timers.StartSingle(RecoveryTimer, JournalMessage.Recover.Instance, delay);
        }
        finally
        {
            dispatcher.EndOperation();
        }
    }

    private async ValueTask ReplayAsync(JournalOpening opening)
    {
        var next = opening.FirstSequenceNumber;
        while (next != 0 && next <= opening.LastSequenceNumber)
        {
            var page = await AnswerOfAsync(_journal.ReadAsync(PersistenceId, next, ReplayPageBytes, Context.CancellationToken));
            if (page.Count == 0)
            {
                throw Corrupt($"commit {next} is missing, though the newest is {opening.LastSequenceNumber}", next, null);
            }

            foreach (var row in page)
            {
                if (row.SequenceNumber != next)
                {
                    throw Corrupt($"commit {next} is missing before commit {row.SequenceNumber}", next, null);
                }

                Replay(row);
                next++;
            }
        }
    }

    private void Replay(CommitRow row)
    {
        try
        {
            OnReplay(row);
        }
        catch (Exception cause) when (cause is not JournalException)
        {
            throw Corrupt($"commit {row.SequenceNumber} cannot be read: {cause.Message}", row.SequenceNumber, cause);
        }
    }

    private JournalCorruptException Corrupt(string what, long row, Exception? cause) => new(
        $"Journal '{PersistenceId}' is damaged: {what}. Nothing is skipped; restore a backup, or repair it.", PersistenceId, row, row - 1, cause);

    /// <summary>The answer of a store, which must come some time, and whose failures are all about the store.</summary>
    private async Task<T> AnswerOfAsync<T>(Task<T> answer)
    {
        try
        {
            return await answer.WaitAsync(AnswerTimeout, Context.System.TimeProvider, Context.CancellationToken);
        }
        catch (TimeoutException cause)
        {
            throw new JournalUnavailableException(
                $"The store of journal '{PersistenceId}' has not answered within {AnswerTimeout.TotalSeconds:0} s.", cause);
        }
        catch (Exception cause) when (cause is not (JournalException or OperationCanceledException))
        {
            throw new JournalUnavailableException($"The store of journal '{PersistenceId}' has failed: {cause.Message}", cause);
        }
    }

    private ValueTask OnAnsweredAsync(JournalMessage.Answered answered)
    {
        if (answered.Writer != _writer || Term == 0)
        {
            return default;
        }

        if (answered.Outcome == AppendOutcome.Appended)
        {
            Unavailability = null;
            DurableSequenceNumber = answered.SequenceNumber;
            return OnAppendedAsync(answered.SequenceNumber);
        }

        Term = 0;
        var cause = new JournalFencedException(
            $"Journal '{PersistenceId}' has been taken over by another owner (commit {answered.SequenceNumber} was refused: {answered.Outcome}). " +
            "Whatever this process had not been told to be stored is not. Make sure that only one process owns the store.");
        Unavailability = cause;
        Log.NotServed(Logger, PersistenceId, cause.Message, cause);
        OnLost(cause);
        return default;
    }
}
