using Actors.Asking;
using Actors.Dispatch;
using Actors.Mailboxes;

namespace Actors.Cells;

/// <summary>An actor whose Props ask for a mailbox or a thread of its own. What it needs for them costs other actors nothing.</summary>
internal sealed class TailoredCell : ActorCell
{
    private readonly MessageLane? _lane;
    private readonly PinnedThread? _thread;

    public TailoredCell(ActorSystem system, ActorCell? parent, Props props, ActorName name)
        : base(system, parent, props, name)
    {
        if (!ReferenceEquals(props.Mailbox, MailboxOptions.Unbounded))
        {
            _lane = new MessageLane(props.Mailbox);
        }

        if (props.Dispatcher == ActorDispatcher.Pinned && system.Dispatcher is ThreadDispatcher)
        {
            _thread = new PinnedThread(this);
        }
    }

    public override bool IsPinned => _thread is not null;

    public override void Tell(object message, IActorRef? sender)
    {
        if (_lane is null)
        {
            base.Tell(message, sender);
            return;
        }

        ArgumentNullException.ThrowIfNull(message);
        (sender as AskRef)?.HandTo(this);
        if (message is CellMessage or PoisonPill or Actors.Kill or INeverDropped)
        {
            TellReserved(_lane, message, sender);
            return;
        }

        var rank = _lane.RankOf(message, out var fault);
        switch (_lane.Add(message, sender, rank, fault, out var displaced))
        {
            case Admission.Added:
                AddToken();
                break;
            case Admission.Displaced:
                Drop(displaced.Message, displaced.Sender);
                break;
            case Admission.Refused:
                Drop(message, sender);
                break;
            case Admission.Closed:
                System.PublishDeadLetter(message, sender, this, DeadLetterReason.RecipientEnded);
                break;
            case Admission.Waiting:
                break;
        }
    }

    public override void TellOutcome(object message)
    {
        if (_lane is null)
        {
            base.TellOutcome(message);
        }
        else
        {
            TellReserved(_lane, message, this);
        }
    }

    protected override void Schedule()
    {
        if (_thread is null)
        {
            base.Schedule();
        }
        else
        {
            _thread.Schedule();
        }
    }

    protected override QueuedMessage TakeQueued()
    {
        var queued = _lane!.Take(out var isOneMore); // There are tokens where there is a lane.
        if (isOneMore)
        {
            AddToken();
        }

        return queued;
    }

    protected override void CloseLane()
    {
        if (_lane is null)
        {
            return;
        }

        foreach (var queued in _lane.Close())
        {
            if (queued.Message is not CellMessage or CellMessage.Replayed)
            {
                System.PublishDeadLetter(queued.Message, queued.Sender, this, DeadLetterReason.RecipientEnded);
            }
        }
    }

    private void TellReserved(MessageLane lane, object message, IActorRef? sender)
    {
        var admission = lane.AddReserved(message, sender, ReservedRankOf(lane, message));
        if (admission == Admission.Added)
        {
            AddToken();
        }
        else if (message is not CellMessage or CellMessage.Replayed)
        {
            System.PublishDeadLetter(message, sender, this, DeadLetterReason.RecipientEnded);
        }
    }

    /// <summary>What must not be lost comes last if the priority function does not know it.</summary>
    private int ReservedRankOf(MessageLane lane, object message)
    {
        if (!lane.HasPriorities)
        {
            return 0;
        }

        var seen = message switch
        {
            CellMessage.TimerTick tick => tick.Timer.Message,
            CellMessage.Replayed replayed => replayed.Message,
            CellMessage.DeathNotice notice => notice.Message ?? new Terminated(notice.Actor),
            PoisonPill or Actors.Kill => null,
            _ => message,
        };
        if (seen is null)
        {
            return int.MaxValue;
        }

        var rank = lane.RankOf(seen, out var fault);
        if (fault is null)
        {
            return rank;
        }

        Log.PriorityFailed(Logger, Path, seen.GetType().Name, fault);
        return int.MaxValue;
    }

    /// <summary>Refused when the actor has ended meanwhile: then the end has taken the message out of the lane.</summary>
    private void AddToken()
    {
        var token = Envelope.Take(CellMessage.Queued.Instance, null);
        if (!TryAdd(token))
        {
            token.Release();
        }
    }

    private void Drop(object message, IActorRef? sender) =>
        System.PublishDeadLetter(message, sender, this, DeadLetterReason.MailboxFull, new MailboxFullException(Path, _lane!.Capacity)); // Only a lane drops.
}
