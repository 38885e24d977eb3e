namespace Actors.Persistence.Owning;

/// <summary>
/// One ownership of a journal at a time: raises the term, reads what is there, numbers the commits, and knows which answers are meant for
/// it. It belongs to an actor and is used on its turn only.
/// </summary>
/// <param name="persistenceId">The journal.</param>
/// <param name="journal">The store.</param>
/// <param name="journalActor">The one writer of the store.</param>
/// <param name="context">The actor that owns the journal.</param>
/// <param name="answerTimeout">How long the store may take for one answer.</param>
internal sealed class JournalOwner(
    string persistenceId, IJournal journal, IActorRef journalActor, IActorContext context, TimeSpan answerTimeout)
{
    private const int ReplayPageBytes = 4 * 1024 * 1024;

    /// <summary>The pauses between tries to recover from a store that is away.</summary>
    public static readonly BackoffOptions RetryDelays = new() { Min = TimeSpan.FromMilliseconds(200), Max = TimeSpan.FromSeconds(10) };

    private Guid _writer;

    public string PersistenceId => persistenceId;

    /// <summary>The term of this ownership; 0 before it is begun, and after it was lost.</summary>
    public long Term { get; private set; }

    /// <summary>The newest commit that was handed to the journal.</summary>
    public long LastSequenceNumber { get; private set; }

    /// <summary>The newest commit that is durable.</summary>
    public long DurableSequenceNumber { get; private set; }

    public long LastPayloadRow { get; private set; }

    public int CommitsInFlight => (int)(LastSequenceNumber - DurableSequenceNumber);

    /// <summary>Raises the term, which fences whoever owned the journal before. Nothing can be appended until <see cref="Begin"/>.</summary>
    public Task<JournalOpening> OpenAsync(int readableFormat)
    {
        Term = 0;
        var bytes = new byte[16];
        context.System.Random.NextBytes(bytes);
        _writer = new Guid(bytes);
        return AnswerOfAsync(cancellationToken => journal.OpenAsync(persistenceId, _writer, readableFormat, cancellationToken));
    }

    /// <summary>Reads commits in order and without a gap.</summary>
    /// <param name="from">The first to read.</param>
    /// <param name="opening">What is there.</param>
    /// <param name="apply">Takes a commit; false ends the reading.</param>
    /// <exception cref="JournalCorruptException">A commit is missing.</exception>
    public async Task ReplayAsync(long from, JournalOpening opening, Func<CommitRow, bool> apply)
    {
        var next = Math.Max(from, opening.FirstSequenceNumber);
        while (next != 0 && next <= opening.LastSequenceNumber)
        {
            var page = await ReadAsync(next, ReplayPageBytes);
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

                if (!apply(row))
                {
                    return;
                }

                next++;
            }
        }
    }

    /// <summary>Reads commits from a place on; when that part was deleted, from the oldest kept.</summary>
    public Task<IReadOnlyList<CommitRow>> ReadAsync(long from, int maxBytes) =>
        AnswerOfAsync(cancellationToken => journal.ReadAsync(persistenceId, from, maxBytes, cancellationToken));

    /// <summary>The state is complete: from now on this owner appends.</summary>
    public void Begin(JournalOpening opening)
    {
        Term = opening.Term;
        LastSequenceNumber = opening.LastSequenceNumber;
        DurableSequenceNumber = opening.LastSequenceNumber;
        LastPayloadRow = opening.LastPayloadRow;
    }

    /// <summary>Hands a commit to the journal.</summary>
    /// <param name="answers">Who is told what became of it.</param>
    /// <param name="events">The events, encoded.</param>
    /// <param name="formatVersion">The lowest reader version that understands them.</param>
    /// <param name="payloads">Payload rows.</param>
    /// <param name="deleteCommitsBefore">0 deletes none.</param>
    /// <param name="deletePayloadsBefore">0 deletes none.</param>
    /// <returns>Its sequence number.</returns>
    public long Append(
        IActorRef answers,
        ReadOnlyMemory<byte> events,
        int formatVersion,
        IReadOnlyList<PayloadRow> payloads,
        long deleteCommitsBefore,
        long deletePayloadsBefore)
    {
        if (Term == 0)
        {
            throw new InvalidOperationException($"'{context.Self.Path}' cannot append before its journal '{persistenceId}' is recovered.");
        }

        var bytes = events.Length;
        foreach (var payload in payloads)
        {
            bytes += payload.Bytes.Length;
        }

        var commit = new Commit
        {
            PersistenceId = persistenceId,
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

        journalActor.Tell(new JournalMessage.Append(commit, answers, bytes), context.Self);
        return LastSequenceNumber;
    }

    /// <summary>Whether an answer is meant for this ownership, and not for one before it.</summary>
    public bool IsMine(Guid writer) => Term > 0 && writer == _writer;

    /// <summary>Takes note of what became of a commit.</summary>
    /// <returns>Null when it is durable; else why the ownership is lost.</returns>
    public JournalFencedException? OnAnswered(JournalMessage.Answered answered)
    {
        if (answered.Outcome == AppendOutcome.Appended)
        {
            DurableSequenceNumber = answered.SequenceNumber;
            return null;
        }

        Term = 0;
        return new JournalFencedException(
            $"Journal '{persistenceId}' has been taken over by another owner (commit {answered.SequenceNumber} was refused: {answered.Outcome}). " +
            "Whatever this process had not been told to be stored is not. Make sure that only one process owns the store.");
    }

    /// <summary>The answer of a store, which must come some time, and whose failures are all about the store.</summary>
    /// <exception cref="OperationCanceledException">The actor is to stop.</exception>
    public async Task<T> AnswerOfAsync<T>(Func<CancellationToken, Task<T>> ask)
    {
        var dispatcher = context.System.Dispatcher;
        dispatcher.BeginOperation();
        try
        {
            return await TimeLimit.AnswerOfAsync(ask, answerTimeout, context.System.TimeProvider, context.CancellationToken);
        }
        catch (TimeoutException cause)
        {
            throw new JournalUnavailableException(
                $"The store of journal '{persistenceId}' has not answered within {answerTimeout.TotalSeconds:0.###} s.", cause);
        }
        catch (Exception cause) when (cause is not JournalException && !context.CancellationToken.IsCancellationRequested)
        {
            throw new JournalUnavailableException($"The store of journal '{persistenceId}' has failed: {cause.Message}", cause);
        }
        finally
        {
            dispatcher.EndOperation();
        }
    }

    public JournalCorruptException Corrupt(string what, long row, Exception? cause) => new(
        $"Journal '{persistenceId}' is damaged: {what}. Nothing is skipped; restore a backup, or repair it.", persistenceId, row, row - 1, cause);
}
