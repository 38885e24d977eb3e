using System.Runtime.CompilerServices;
using Actors.Persistence.Owning;
using Microsoft.Extensions.Logging;

namespace Actors.Persistence;

/// <summary>
/// The one writer of a store, at <c>/system/journal</c>: commits that arrive while a write is under way go together into the next
/// transaction, so that any number of persistent actors shares one fsync. It also finds out what became of a write in doubt.
/// </summary>
public sealed class JournalActor : ActorBase
{
    private const int MaxBatchBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly BackoffOptions RetryDelays = new() { Min = TimeSpan.FromMilliseconds(100), Max = TimeSpan.FromSeconds(5) };
    private static readonly object RetryTimer = new();

    /// <summary>The writers of each system, by the journal that they write to: one store must not have two.</summary>
    private static readonly ConditionalWeakTable<ActorSystem, Dictionary<IJournal, IActorRef>> Running = [];

    private readonly IJournal _journal;
    private readonly Queue<JournalMessage.Append> _waiting = new();
    private readonly List<JournalMessage.Append> _writing = [];
    private readonly List<JournalMessage.AwaitWrites> _awaiting = [];
    private int _failures;
    private Exception? _outage;
    private Exception? _doubt;

    private JournalActor(IJournal journal) => _journal = journal;

    /// <summary>The recipe; the journal is not disposed of with the actor.</summary>
    public static Props Props(IJournal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        return Actors.Props.Create(() => new JournalActor(journal)) with { QuarantineAfter = 0 }; // A write left out would never be answered.
    }

    /// <summary>The one writer of a store in a system: <c>/system/journal</c>, started when it is first asked for. Thread-safe.</summary>
    /// <param name="system">The system.</param>
    /// <param name="journal">The store. A second store of the same system gets <c>/system/journal-2</c>.</param>
    public static IActorRef Of(ActorSystem system, IJournal journal)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(journal);
        var running = Running.GetValue(system, static _ => new Dictionary<IJournal, IActorRef>(ReferenceEqualityComparer.Instance));
        lock (running)
        {
            if (!running.TryGetValue(journal, out var actor))
            {
                actor = system.SystemActorOf(Props(journal), running.Count == 0 ? "journal" : $"journal-{running.Count + 1}");
                running.Add(journal, actor);
            }

            return actor;
        }
    }

    /// <inheritdoc/>
    protected override ValueTask OnReceiveAsync(object message)
    {
        switch (message)
        {
            case JournalMessage.Append append:
                _waiting.Enqueue(append);
                if (_outage is not null)
                {
                    TellDelayed(append, _outage);
                }

                WriteNext();
                break;
            case JournalMessage.AwaitWrites wait when Has(wait.PersistenceId):
                _awaiting.Add(wait);
                break;
            case JournalMessage.AwaitWrites wait:
                wait.Owner.Tell(JournalMessage.WritesAnswered.Instance, Self);
                break;
            case JournalMessage.Written written:
                OnWritten(written);
                break;
            case JournalMessage.Resolved resolved:
                OnResolved(resolved);
                break;
            case JournalMessage.Retry:
                Write();
                break;
            case JournalMessage.Resolve:
                Resolve();
                break;
            default:
                Unhandled(message);
                break;
        }

        return default;
    }

    private void WriteNext()
    {
        if (_writing.Count > 0 || _waiting.Count == 0)
        {
            return;
        }

        var bytes = 0;
        while (_waiting.TryPeek(out var next) && (_writing.Count == 0 || bytes + next.Bytes <= MaxBatchBytes))
        {
            bytes += next.Bytes;
            _writing.Add(_waiting.Dequeue());
        }

        Write();
    }

    private void Write()
    {
        var commits = new Commit[_writing.Count];
        for (var i = 0; i < commits.Length; i++)
        {
            commits[i] = _writing[i].Commit;
        }

        Begin(AppendAsync(commits), static ended => new JournalMessage.Written(ended));
    }

    /// <summary>Asynchronous, so that also what a journal throws at once is the outcome of this write. A journal that does not answer leaves it in doubt.</summary>
    private async Task<AppendOutcome[]> AppendAsync(Commit[] commits)
    {
        try
        {
            return await TimeLimit.AnswerOfAsync(
                cancellationToken => _journal.AppendAsync(commits, cancellationToken), AnswerTimeout, Context.System.TimeProvider, CancellationToken.None);
        }
        catch (TimeoutException cause)
        {
            throw new JournalOutcomeUnknownException($"The store has not answered a write within {AnswerTimeout.TotalSeconds:0} s.", cause);
        }
    }

    private void OnWritten(JournalMessage.Written written)
    {
        if (written.Outcomes.IsCompletedSuccessfully)
        {
            Answer(written.Outcomes.Result);
            return;
        }

        var cause = written.Outcomes.Exception?.InnerException ?? new TaskCanceledException(written.Outcomes);
        if (cause is JournalUnavailableException)
        {
            RetryLater(cause, JournalMessage.Retry.Instance);
            return;
        }

        // Whatever we do not know is in doubt: the bytes stay as they are until the journal says which rows it has.
        Log.AppendInDoubt(Logger, _writing.Count, cause.Message, cause);
        _doubt = cause;
        Resolve();
    }

    private void Resolve() =>
        Begin(ResolveInTimeAsync([.. _writing.Select(append => append.Commit)]), static ended => new JournalMessage.Resolved(ended));

    private async Task<AppendOutcome?[]> ResolveInTimeAsync(IReadOnlyList<Commit> commits)
    {
        try
        {
            return await TimeLimit.AnswerOfAsync(
                cancellationToken => ResolveAsync(commits, cancellationToken), AnswerTimeout, Context.System.TimeProvider, CancellationToken.None);
        }
        catch (TimeoutException cause)
        {
            throw new JournalUnavailableException(
                $"The store has not answered within {AnswerTimeout.TotalSeconds:0} s what became of a write.", cause);
        }
    }

    /// <summary>Reads back each row: ours means done, none means not written, somebody else's means that we own the journal no more.</summary>
    private async Task<AppendOutcome?[]> ResolveAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        await _journal.ResetAsync(cancellationToken);
        var outcomes = new AppendOutcome?[commits.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var commit = commits[i];
            var rows = await _journal.ReadAsync(commit.PersistenceId, commit.SequenceNumber, 1, cancellationToken);
            var row = rows.Count == 0 ? null : rows[0];
            outcomes[i] = row is null ? null
                : row.SequenceNumber == commit.SequenceNumber && row.Writer == commit.Writer ? AppendOutcome.Appended
                : AppendOutcome.Fenced;
        }

        return outcomes;
    }

    private void OnResolved(JournalMessage.Resolved resolved)
    {
        if (!resolved.Outcomes.IsCompletedSuccessfully)
        {
            var cause = resolved.Outcomes.Exception?.InnerException ?? new TaskCanceledException(resolved.Outcomes);
            RetryLater(cause, JournalMessage.Resolve.Instance);
            return;
        }

        var outcomes = resolved.Outcomes.Result;
        if (Array.TrueForAll(outcomes, outcome => outcome is not null))
        {
            Answer([.. outcomes.Select(outcome => outcome!.Value)]); // Checked above.
            return;
        }

        // What the journal has, or refuses, is answered in its order; the rest goes again.
        var absent = new List<JournalMessage.Append>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] is { } known)
            {
                Tell(_writing[i], known);
            }
            else
            {
                absent.Add(_writing[i]);
            }
        }

        _writing.Clear();
        _writing.AddRange(absent);
        if (_failures++ == 0)
        {
            Write();
        }
        else
        {
            RetryLater(_doubt!, JournalMessage.Retry.Instance); // Set before the lookup.
        }
    }

    private void RetryLater(Exception cause, JournalMessage retry)
    {
        var delay = RetryDelays.Delay(Math.Min(_failures++, 16), Context.System.Random);
        Log.AppendDelayed(Logger, _writing.Count, delay.TotalMilliseconds, cause.Message);
        _outage = cause;
        foreach (var append in _writing)
        {
            TellDelayed(append, cause);
        }

        foreach (var append in _waiting)
        {
            TellDelayed(append, cause);
        }

        Context.Timers.StartSingle(RetryTimer, retry, delay);
    }

    private void Answer(AppendOutcome[] outcomes)
    {
        _failures = 0;
        _outage = null;
        for (var i = 0; i < outcomes.Length; i++)
        {
            Tell(_writing[i], outcomes[i]);
        }

        _writing.Clear();
        WriteNext();
        AnswerWhoAwaits();
    }

    private bool Has(string persistenceId) =>
        _writing.Exists(append => append.Commit.PersistenceId == persistenceId) || _waiting.Any(append => append.Commit.PersistenceId == persistenceId);

    private void AnswerWhoAwaits()
    {
        for (var i = _awaiting.Count - 1; i >= 0; i--)
        {
            if (!Has(_awaiting[i].PersistenceId))
            {
                _awaiting[i].Owner.Tell(JournalMessage.WritesAnswered.Instance, Self);
                _awaiting.RemoveAt(i);
            }
        }
    }

    private void Tell(JournalMessage.Append append, AppendOutcome outcome) =>
        append.Owner.Tell(new JournalMessage.Answered(append.Commit.Writer, append.Commit.SequenceNumber, outcome), Self);

    private void TellDelayed(JournalMessage.Append append, Exception cause) =>
        append.Owner.Tell(new JournalMessage.Delayed(append.Commit.Writer, cause), Self);

    private void Begin<T>(Task<T> task, Func<Task<T>, object> message)
    {
        var dispatcher = Context.System.Dispatcher;
        var self = Self;
        dispatcher.BeginOperation();
        task.ContinueWith(
            ended =>
            {
                self.Tell(message(ended));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
