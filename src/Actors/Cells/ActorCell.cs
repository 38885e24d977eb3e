using Actors.Mailboxes;
using Microsoft.Extensions.Logging;

namespace Actors.Cells;

/// <summary>
/// One actor: its address, its mailbox and its life. The instance of user code in it is replaced by each restart; the cell stays.
/// Fields without a remark belong to the thread that runs the mailbox.
/// </summary>
/// <remarks>Cut by concern: Run (the turn), Lifecycle, Ending, Faults (as a child and as a supervisor), Children, DeathWatch, Stash, Timers.</remarks>
internal sealed partial class ActorCell : ActorRef, IActorContext, IMailbox
{
    [ThreadStatic]
    private static ActorCell? _beingCreated;

    private readonly Props _props;
    private readonly CellSynchronizationContext _synchronizationContext;
    private ActorPath? _path;
    private ILogger? _logger;
    private Mailbox _mailbox = Mailbox.Create();

    public ActorCell(ActorSystem system, ActorCell? parent, Props props, string name)
    {
        System = system;
        ParentCell = parent;
        _props = props;
        Name = name;
        _synchronizationContext = new CellSynchronizationContext(this);
    }

    /// <summary>The cell for which the calling thread is making an instance; lets the constructor of an actor use its context.</summary>
    public static ActorCell? BeingCreated => _beingCreated;

    public ActorSystem System { get; }

    public ActorCell? ParentCell { get; }

    public string Name { get; }

    public override ActorPath Path => _path ??= new ActorPath(ParentCell?.Path, Name);

    public IActorRef Self => this;

    public IActorRef Parent => ParentCell ?? (IActorRef)System.DeadLetters;

    public IActorRef Sender => CurrentSender ?? System.DeadLetters;

    public ILogger Logger => _logger ??= System.LoggerFactory.CreateLogger(LogCategory);

    public Type ActorType => _props.Type;

    public override ActorCell Asked => this;

    /// <summary>For any thread.</summary>
    public bool HasEnded => _mailbox.IsClosed;

    /// <summary>The cell on whose turn the calling code runs, as far as its awaits have kept the context; or null.</summary>
    public static ActorCell? Running => (SynchronizationContext.Current as CellSynchronizationContext)?.Cell;

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
            System.Dispatcher.Schedule(this);
        }
        else if (isClosed)
        {
            envelope.Release();
            System.PublishDeadLetter(message, sender, this, DeadLetterReason.RecipientEnded);
        }
    }

    public override void TellSystem(SystemMessage message)
    {
        if (_mailbox.AddSystem(message, out var isClosed))
        {
            System.Dispatcher.Schedule(this);
        }
        else if (isClosed)
        {
            AnswerAfterEnd(message);
        }
    }

    private sealed class CellSynchronizationContext(ActorCell cell) : SynchronizationContext
    {
        public ActorCell Cell => cell;

        public override void Post(SendOrPostCallback d, object? state) => cell.PostContinuation(d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException($"Actor '{cell.Path}' must not wait for itself. Await instead of blocking.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
