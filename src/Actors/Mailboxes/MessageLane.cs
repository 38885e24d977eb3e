using Actors.Asking;

namespace Actors.Mailboxes;

/// <summary>The user messages of an actor whose mailbox is bounded or has priorities. Many threads add; one at a time takes.</summary>
/// <remarks>
/// The default mailbox needs no lock and knows nothing of this: it carries one token for each message in here, and who handles a token takes the
/// message whose turn it is by then. So all that the mailbox promises (one runner, the system lane first, suspension, stash) holds unchanged. A
/// message that takes the place of another takes its token too.
/// </remarks>
internal sealed class MessageLane(MailboxOptions options)
{
    private const int MinWaitingToSweep = 64;

    private readonly Lock _lock = new();
    private readonly RankedQueue<QueuedMessage> _ordinary = new();

    // What is never dropped; it does not count. Apart from the others, so that these can be dropped without a search.
    private readonly RankedQueue<QueuedMessage> _reserved = new();
    private RankedQueue<QueuedMessage>? _askers;
    private long _order;
    private int _sweepAt = MinWaitingToSweep;
    private bool _isClosed;

    public int Capacity => options.Capacity;

    public bool HasPriorities => options.PriorityOf is not null;

    /// <summary>How urgent a message is.</summary>
    /// <param name="message">The message as the actor will see it.</param>
    /// <param name="fault">What the priority function threw; the rank is then the first, because the failure is news.</param>
    public int RankOf(object message, out Exception? fault)
    {
        fault = null;
        if (options.PriorityOf is not { } priorityOf)
        {
            return 0;
        }

        try
        {
            return priorityOf(message);
        }
        catch (Exception thrown)
        {
            fault = thrown;
            return int.MinValue;
        }
    }

    /// <summary>Adds a message that is never dropped.</summary>
    public Admission AddReserved(object message, IActorRef? sender, int rank)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return Admission.Closed;
            }

            _reserved.Add(rank, new QueuedMessage(message, sender, ++_order, null));
            return Admission.Added;
        }
    }

    /// <summary>Adds a message, if there is room or another gives way.</summary>
    /// <param name="message">The message.</param>
    /// <param name="sender">Who sends it.</param>
    /// <param name="rank">Its rank.</param>
    /// <param name="fault">Why it has no rank, or null.</param>
    /// <param name="displaced">The message that gave way, with <see cref="Admission.Displaced"/>.</param>
    public Admission Add(object message, IActorRef? sender, int rank, Exception? fault, out QueuedMessage displaced)
    {
        displaced = default;
        lock (_lock)
        {
            if (_isClosed)
            {
                return Admission.Closed;
            }

            var queued = new QueuedMessage(message, sender, ++_order, fault);
            if (_ordinary.Count < options.Capacity)
            {
                _ordinary.Add(rank, queued);
                return Admission.Added;
            }

            switch (options.Overflow)
            {
                case MailboxOverflow.WaitAsker when IsAsking(sender):
                    AddAsker(rank, queued);
                    return Admission.Waiting;
                case MailboxOverflow.DropOldest when rank <= _ordinary.LastRank:
                    displaced = _ordinary.TakeOldestOfLast();
                    break;
                case MailboxOverflow.DropNewest when rank < _ordinary.LastRank:
                    displaced = _ordinary.TakeNewestOfLast();
                    break;
                default:
                    return Admission.Refused;
            }

            _ordinary.Add(rank, queued);
            return Admission.Displaced;
        }
    }

    /// <summary>Takes the message whose turn it is. For the runner, who has a token for it.</summary>
    /// <param name="isOneMore">Whether an asker has come in from outside, so that another token is due.</param>
    public QueuedMessage Take(out bool isOneMore)
    {
        lock (_lock)
        {
            isOneMore = false;
            if (_ordinary.Count == 0 || (_reserved.Count > 0 && IsReservedNext()))
            {
                return _reserved.TakeFirst();
            }

            var next = _ordinary.TakeFirst();
            isOneMore = LetAskerIn();
            return next;
        }
    }

    /// <summary>Ends the lane; everything added from now on is refused.</summary>
    /// <returns>What was never handled, oldest first.</returns>
    public IReadOnlyList<QueuedMessage> Close()
    {
        var rest = new List<QueuedMessage>();
        lock (_lock)
        {
            _isClosed = true;
            foreach (var queue in (RankedQueue<QueuedMessage>?[])[_reserved, _ordinary, _askers])
            {
                while (queue is { Count: > 0 })
                {
                    rest.Add(queue.TakeFirst());
                }
            }
        }

        rest.Sort(static (left, right) => left.Order.CompareTo(right.Order));
        return rest;
    }

    private static bool IsAsking(IActorRef? sender) => sender is AskRef { IsOver: false };

    private bool IsReservedNext() =>
        _reserved.FirstRank < _ordinary.FirstRank ||
        (_reserved.FirstRank == _ordinary.FirstRank && _reserved.First.Order < _ordinary.First.Order);

    private void AddAsker(int rank, QueuedMessage queued)
    {
        if (_askers is { } askers && askers.Count >= _sweepAt)
        {
            Sweep(askers);
        }

        (_askers ??= new RankedQueue<QueuedMessage>()).Add(rank, queued);
    }

    /// <summary>Those who gave up are not told to leave, because most get in; so they are looked for when there are twice as many as the last time.</summary>
    private void Sweep(RankedQueue<QueuedMessage> askers)
    {
        var waiting = new RankedQueue<QueuedMessage>();
        while (askers.Count > 0)
        {
            var rank = askers.FirstRank;
            var asker = askers.TakeFirst();
            if (IsAsking(asker.Sender))
            {
                waiting.Add(rank, asker);
            }
        }

        _askers = waiting;
        _sweepAt = Math.Max(MinWaitingToSweep, waiting.Count * 2);
    }

    private bool LetAskerIn()
    {
        while (_askers is { Count: > 0 } askers)
        {
            var rank = askers.FirstRank;
            var asker = askers.TakeFirst();
            if (IsAsking(asker.Sender))
            {
                _ordinary.Add(rank, asker with { Order = ++_order });
                return true;
            }
        }

        return false;
    }
}

/// <summary>A message that waits in a lane.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it, if known.</param>
/// <param name="Order">Its place among all messages of the lane, in the order in which they came.</param>
/// <param name="Fault">What the priority function threw for it, or null.</param>
internal readonly record struct QueuedMessage(object Message, IActorRef? Sender, long Order, Exception? Fault);

/// <summary>What became of a message that was to be added.</summary>
internal enum Admission
{
    /// <summary>It is in: the mailbox needs a token for it.</summary>
    Added,

    /// <summary>It is in, with the token of another that was dropped.</summary>
    Displaced,

    /// <summary>It was dropped.</summary>
    Refused,

    /// <summary>It waits outside until there is room.</summary>
    Waiting,

    /// <summary>The actor has ended.</summary>
    Closed,
}
