using System.Runtime.InteropServices;
using Actors.Persistence.Formats;
using Actors.Persistence.Owning;

namespace Actors.Persistence.Persisting;

/// <summary>What a persistent actor is storing. Made with its first event, and given up when it has been idle for a while.</summary>
internal sealed class Writing(IActorRef actor, long durableNr) : IDisposable
{
    private const int MaxCommitBytes = 1024 * 1024;

    private readonly List<EncodedEvent> _collected = [];
    private readonly Queue<(long Commit, long LastNr)> _commits = new();
    private Queue<Invocation> _invocations = new();
    private long _sentNr = durableNr;
    private ITimer? _timer;

    public JournalAnswers Answers { get; } = new(actor);

    /// <summary>The last event that has a number.</summary>
    public long LastNr { get; private set; } = durableNr;

    /// <summary>The last event that is durable.</summary>
    public long DurableNr { get; private set; } = durableNr;

    /// <summary>How many handlers wait that commands wait for.</summary>
    public int Stashing { get; private set; }

    public bool IsInFlight => _sentNr > DurableNr || InFlightDeletions is not null;

    public bool HasInvocations => _invocations.Count > 0;

    public bool HasCollected => _collected.Count > 0;

    public bool IsIdle => !IsInFlight && _collected.Count == 0 && _invocations.Count == 0;

    /// <summary>When the commit that is on its way was sent, in the system's monotonic time.</summary>
    public TimeSpan SentAt { get; set; }

    /// <summary>Why the journal cannot store at present, as far as it has said.</summary>
    public Exception? Delay { get; set; }

    /// <summary>Events to be deleted with the next commit.</summary>
    public List<JournalMessage.Deletable>? Deletions { get; set; }

    public List<JournalMessage.Deletable>? InFlightDeletions { get; set; }

    public long NextNr() => ++LastNr;

    public void Add(EncodedEvent stored) => _collected.Add(stored);

    /// <summary>The number of the command that is being handled.</summary>
    public long Turn { get; set; }

    public void Add(Invocation invocation)
    {
        invocation.Turn = Turn;
        _invocations.Enqueue(invocation);
        Stashing += invocation.IsStashing ? 1 : 0;
    }

    public Mark MarkHere() => new(LastNr, _collected.Count, _invocations.Count);

    /// <summary>Forgets what was asked for since a mark. Nothing of it has been sent, because that happens between two handlers only.</summary>
    public void TakeBack(Mark mark)
    {
        LastNr = mark.LastNr;
        _collected.RemoveRange(mark.Collected, _collected.Count - mark.Collected);
        _invocations = new Queue<Invocation>(_invocations.Take(mark.Invocations));
        Stashing = _invocations.Count(invocation => invocation.IsStashing);
    }

    /// <summary>The next handler that may run; null when there is none, or its event is not durable yet.</summary>
    public Invocation? TakeReady()
    {
        if (!_invocations.TryPeek(out var next) || next.SequenceNr > DurableNr)
        {
            return null;
        }

        _invocations.Dequeue();
        Stashing -= next.IsStashing ? 1 : 0;
        return next;
    }

    /// <summary>All handlers that wait, which will never run.</summary>
    public IReadOnlyCollection<Invocation> TakeAll()
    {
        var all = _invocations;
        _invocations = new Queue<Invocation>();
        _collected.Clear();
        Stashing = 0;
        return all;
    }

    /// <summary>Encodes as many of the collected events as go into one commit.</summary>
    public ReadOnlyMemory<byte> TakeCommit()
    {
        // A write of several events is never divided, however large it is.
        var bytes = 0;
        var count = 0;
        while (count < _collected.Count)
        {
            var next = count;
            var writeBytes = 0;
            do
            {
                writeBytes += _collected[next++].Json.Length;
            }
            while (next < _collected.Count && !_collected[next].BeginsWrite);

            if (count > 0 && bytes + writeBytes > MaxCommitBytes)
            {
                break;
            }

            bytes += writeBytes;
            count = next;
        }

        var commit = CommitFormat.Encode(_sentNr + 1, CollectionsMarshal.AsSpan(_collected)[..count]);
        _collected.RemoveRange(0, count);
        _sentNr += count;
        return commit;
    }

    public void OnSent(long commit) => _commits.Enqueue((commit, _sentNr));

    /// <summary>A commit, and with it all before it, is durable.</summary>
    public void OnDurable(long commit)
    {
        foreach (var (number, lastNr) in _commits)
        {
            if (number <= commit)
            {
                DurableNr = Math.Max(DurableNr, lastNr);
            }
        }
    }

    /// <summary>The commit that holds an event which was sent; those before it are forgotten.</summary>
    public long CommitOf(long sequenceNr)
    {
        while (_commits.Peek().LastNr < sequenceNr)
        {
            _commits.Dequeue();
        }

        return _commits.Peek().Commit;
    }

    /// <summary>Has the actor look after a while whether the journal still owes it an answer. One timer is set at a time, and none for an idle actor.</summary>
    public void WatchFrom(TimeProvider time, TimeSpan timeout)
    {
        if (_timer is null && timeout != Timeout.InfiniteTimeSpan)
        {
            _timer = time.CreateTimer(
                static answers => ((JournalAnswers)answers!).Tell(JournalMessage.Overdue.Instance, null), // What is passed are the answers.
                Answers,
                timeout,
                Timeout.InfiniteTimeSpan);
        }
    }

    public void EndWatch()
    {
        _timer?.Dispose();
        _timer = null;
    }

    public void Dispose() => EndWatch();

    public readonly record struct Mark(long LastNr, int Collected, int Invocations);
}
