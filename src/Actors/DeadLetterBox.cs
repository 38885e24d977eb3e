using Actors.Cells;

namespace Actors;

/// <summary>The dead letters that are kept: the newest, up to <see cref="DeadLetterOptions.Capacity"/>. Thread-safe.</summary>
/// <remarks>It can be read after the system has ended, too.</remarks>
public sealed class DeadLetterBox
{
    private readonly Lock _lock = new();
    private readonly ActorSystem _system;

    // A ring in the order of the ids. What is replayed or discarded leaves a gap, which is closed when its room is needed.
    private (long Id, DeadLetter? Letter)[] _ring = [];
    private int _first;
    private int _length;
    private int _count;
    private long _lastId;

    internal DeadLetterBox(ActorSystem system, int capacity)
    {
        _system = system;
        Capacity = capacity;
    }

    /// <summary>How many are kept at most; 0 means none.</summary>
    public int Capacity { get; }

    /// <summary>How many are kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>How many there have been since the system began, those that are not kept included.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
            {
                return _lastId;
            }
        }
    }

    /// <summary>The dead letters that are kept, newest first.</summary>
    /// <param name="filter">Which; null means all.</param>
    /// <param name="limit">How many at most; null means all.</param>
    public IReadOnlyList<DeadLetter> List(DeadLetterFilter? filter = null, int? limit = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit ?? 0, nameof(limit));
        var matching = Snapshot(filter);
        matching.Reverse();
        return limit < matching.Count ? matching.GetRange(0, limit.Value) : matching;
    }

    /// <summary>Sends a message again, in the name of its sender, and forgets its dead letter. A quarantine of the message ends with it.</summary>
    /// <param name="id">The <see cref="DeadLetter.Id"/>.</param>
    /// <param name="recipient">To whom; null means the actor that is now at the path of the original recipient.</param>
    public ReplayOutcome Replay(long id, IActorRef? recipient = null)
    {
        var letter = Find(id);
        if (letter is null)
        {
            return ReplayOutcome.NotFound;
        }

        recipient ??= Living(letter.Recipient);
        if (recipient is null)
        {
            return ReplayOutcome.NoRecipient;
        }

        if (!TryRemove(letter))
        {
            return ReplayOutcome.NotFound; // Somebody else has just replayed it.
        }

        // What it failed for may be mended; if not, it will be quarantined again.
        var endsQuarantine = letter.Reason == DeadLetterReason.Quarantined && recipient is ActorCell;
        var message = endsQuarantine ? new CellMessage.Replayed(letter.Message) : letter.Message;
        recipient.Tell(message, letter.Sender);
        return ReplayOutcome.Sent;
    }

    /// <summary>As <see cref="Replay"/>, for all that match, oldest first. Those without a recipient are left.</summary>
    /// <param name="filter">Which; null means all.</param>
    /// <param name="recipient">To whom; null means for each the actor at the path of its original recipient.</param>
    /// <returns>How many were sent.</returns>
    public int ReplayAll(DeadLetterFilter? filter = null, IActorRef? recipient = null) =>
        Snapshot(filter).Count(letter => Replay(letter.Id, recipient) == ReplayOutcome.Sent);

    /// <summary>Forgets all that match.</summary>
    /// <param name="filter">Which; null means all.</param>
    /// <returns>How many.</returns>
    public int Discard(DeadLetterFilter? filter = null) => Snapshot(filter).Count(TryRemove);

    /// <summary>Numbers a dead letter and keeps it.</summary>
    internal DeadLetter Add(object message, IActorRef? sender, IActorRef recipient, DeadLetterReason reason, Exception? cause)
    {
        var time = _system.TimeProvider.GetUtcNow();
        lock (_lock)
        {
            var letter = new DeadLetter(message, sender, recipient) { Id = ++_lastId, Time = time, Reason = reason, Cause = cause };
            if (Capacity > 0)
            {
                Keep(letter);
            }

            return letter;
        }
    }

    private void Keep(DeadLetter letter)
    {
        if (_ring.Length == 0)
        {
            _ring = new (long, DeadLetter?)[Capacity]; // Most systems never need it.
        }

        if (_length == Capacity)
        {
            MakeRoom();
        }

        Slot(_length) = (letter.Id, letter);
        _length++;
        _count++;
    }

    private void MakeRoom()
    {
        if (_count == _length)
        {
            Slot(0) = default;
            _first = (_first + 1) % Capacity;
            _length--;
            _count--;
            return;
        }

        var kept = 0;
        for (var i = 0; i < _length; i++)
        {
            if (Slot(i).Letter is not null)
            {
                Slot(kept++) = Slot(i);
            }
        }

        while (_length > kept)
        {
            Slot(--_length) = default;
        }
    }

    /// <summary>A place in the ring, counted from the oldest.</summary>
    private ref (long Id, DeadLetter? Letter) Slot(int index) => ref _ring[(_first + index) % Capacity];

    private int IndexOf(long id)
    {
        var low = 0;
        for (var high = _length - 1; low <= high;)
        {
            var middle = (low + high) / 2;
            var found = Slot(middle).Id;
            if (found == id)
            {
                return middle;
            }

            if (found < id)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    private DeadLetter? Find(long id)
    {
        lock (_lock)
        {
            return IndexOf(id) is var index and >= 0 ? Slot(index).Letter : null;
        }
    }

    private bool TryRemove(DeadLetter letter)
    {
        lock (_lock)
        {
            var index = IndexOf(letter.Id);
            if (index < 0 || Slot(index).Letter is null)
            {
                return false;
            }

            Slot(index).Letter = null;
            _count--;
            return true;
        }
    }

    /// <summary>Oldest first.</summary>
    private List<DeadLetter> Snapshot(DeadLetterFilter? filter)
    {
        List<DeadLetter> kept;
        lock (_lock)
        {
            kept = new List<DeadLetter>(_count);
            for (var i = 0; i < _length; i++)
            {
                if (Slot(i).Letter is { } letter)
                {
                    kept.Add(letter);
                }
            }
        }

        if (filter is not null)
        {
            kept.RemoveAll(letter => !filter.Matches(letter)); // Outside the lock, which those who send wait for.
        }

        return kept;
    }

    private static ActorCell? Living(IActorRef recipient) =>
        recipient is not ActorCell cell ? null : cell.IsEnded ? cell.System.Find(cell.Path) : cell;
}
