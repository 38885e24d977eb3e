using Actors.Mailboxes;
using Microsoft.Extensions.Logging;

namespace Actors.Cells;

/// <summary>
/// One actor: its address, its mailbox and its life. The instance of user code in it is replaced by each restart; the cell stays.
/// Fields without a remark belong to the thread that runs the mailbox.
/// </summary>
/// <remarks>
/// Cut by concern: Run (the turn), Lifecycle, Ending, Faults (as a child and as a supervisor), Restarts (of children: one, or a group), Children, StopOrder,
/// Inspection, DeathWatch, Stash, Asks, Quarantine, Tasks, Timers, Overdue.
/// </remarks>
internal partial class ActorCell : ActorRef, IActorContext, IMailbox
{
    [ThreadStatic]
    private static ActorCell? _beingCreated;

    private readonly Props _props;
    private readonly ActorName _name;

    // Under which the handlers run: the cell itself, until one of them was given up.
    private SynchronizationContext _context;
    private bool _isOwnContextDetached;
    private ActorPath? _path;
    private ILogger? _logger;
    private Mailbox _mailbox = Mailbox.Create();

    protected ActorCell(ActorSystem system, ActorCell? parent, Props props, ActorName name)
    {
        System = system;
        ParentCell = parent;
        _props = props;
        _name = name;
        _context = this;
    }

    public static ActorCell Create(ActorSystem system, ActorCell? parent, Props props, ActorName name)
    {
        if (props.IsPlain)
        {
            return new ActorCell(system, parent, props, name);
        }

        system.BlockedHandlers.OnLimit(props.HandlerLimit);
        return new TailoredCell(system, parent, props, name);
    }

    /// <summary>The cell for which the calling thread is making an instance; lets the constructor of an actor use its context.</summary>
    public static ActorCell? BeingCreated => _beingCreated;

    public ActorSystem System { get; }

    public ActorCell? ParentCell { get; }

    public string Name => _name.ToString();

    public ActorName NameInParent => _name;

    public override ActorPath Path => _path ??= new ActorPath(ParentCell?.Path, Name);

    public IActorRef Self => this;

    public IActorRef Parent => ParentCell ?? (IActorRef)System.DeadLetters;

    public IActorRef Sender => CurrentSender ?? System.DeadLetters;

    public ILogger Logger => _logger ??= System.LoggerFactory.CreateLogger(LogCategory);

    public Type ActorType => _props.Type;

    public Props Props => _props;

    public override ActorCell Asked => this;

    /// <summary>The cell on whose turn the calling code runs, as far as its awaits have kept the context; or null.</summary>
    public static ActorCell? Running => SynchronizationContext.Current switch
    {
        ActorCell { _isOwnContextDetached: false } cell => cell,
        LaterContext { IsDetached: false } later => later.Cell,
        _ => null,
    };

    // The path as log settings write categories, so that a prefix such as "Actors" or "Actors.shop.user.queues" sets a level.
    private string LogCategory => "Actors." + System.Name + Path.Local.TrimEnd('/').Replace('/', '.');

    /// <summary>The root, /user and /system: the actors that get children from other threads.</summary>
    private bool IsGuardian => ParentCell?.ParentCell is null;

    /// <summary>Whether this actor is another, or stands anywhere below it.</summary>
    public bool IsWithin(ActorCell other) => ReferenceEquals(this, other) || ParentCell?.IsWithin(other) == true;

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        var envelope = Envelope.Take(message, sender);
        if (sender is not null && sender.GetType() != typeof(ActorCell))
        {
            TakeOverAsk(envelope, sender);
        }

        if (_mailbox.Add(envelope, out var isClosed))
        {
            Schedule();
        }
        else if (isClosed)
        {
            envelope.Release();
            if (message is not CellMessage or CellMessage.Replayed)
            {
                System.PublishDeadLetter(message, sender, this, DeadLetterReason.RecipientEnded);
            }
        }
    }

    /// <summary>Tells the actor what became of a task that it owns. No mailbox is too full for that.</summary>
    public virtual void TellOutcome(object message) => Tell(message, this);

    public override void TellSystem(SystemMessage message)
    {
        if (_mailbox.AddSystem(message, out var isClosed))
        {
            Schedule();
        }
        else if (isClosed)
        {
            AnswerAfterEnd(message);
        }
    }

    /// <summary>Has the mailbox run, which the caller has made runnable.</summary>
    protected virtual void Schedule() => System.Dispatcher.Schedule(this);

    /// <summary>Adds to the mailbox itself, past whatever lane there is.</summary>
    /// <returns>False when the actor has ended.</returns>
    protected bool TryAdd(Envelope envelope)
    {
        if (_mailbox.Add(envelope, out var isClosed))
        {
            Schedule();
        }

        return !isClosed;
    }

    /// <summary>The message for which the mailbox carried a token.</summary>
    protected virtual QueuedMessage TakeQueued() => throw new UnreachableMessageException(typeof(CellMessage.Queued));

    /// <summary>Makes dead letters of what is in a lane, and ends it.</summary>
    protected virtual void CloseLane()
    {
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Volatile.Read(ref _isOwnContextDetached))
        {
            PostDetached(this, d, state);
        }
        else
        {
            PostContinuation(d, state);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException($"Actor '{Path}' must not wait for itself. Await instead of blocking.");

    public override SynchronizationContext CreateCopy() => this;
}
