using System.Security.Cryptography;
using Actors.Asking;
using Actors.Cells;
using Actors.Dispatch;
using Actors.Timing;
using Actors.Undelivered;
using Microsoft.Extensions.Logging;

namespace Actors;

/// <summary>A tree of actors, and what they share: threads, timers, log. Thread-safe.</summary>
public sealed class ActorSystem : IAsyncDisposable
{
    private readonly TaskCompletionSource<Exception?> _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private readonly DeadLetterLog _deadLetterLog;
    private readonly bool _logsDuringShutdown;
    private readonly bool _ownsDispatcher;
    private readonly ActorCell _root;
    private readonly ActorCell _user;
    private readonly ActorCell _system;
    private Exception? _cause;
    private volatile bool _isEnding;

    private ActorSystem(string name, ActorSystemOptions options)
    {
        Name = name;
        TimeProvider = options.TimeProvider;
        LoggerFactory = GuardedLoggerFactory.Of(options.LoggerFactory, name);
        AskTimeout = options.AskTimeout;
        Observer = options.Observer;
        _logger = LoggerFactory.CreateLogger("Actors." + name);
        Random = new SynchronizedRandom(options.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        _ownsDispatcher = options.Dispatcher is null;
        Dispatcher = options.Dispatcher ?? new ThreadDispatcher(Environment.ProcessorCount, TimeProvider);
        Timers = new TimerQueue(TimeProvider);
        var rootPath = new ActorPath(null, name);
        TempPath = new ActorPath(rootPath, "temp");
        DeadLetterBox = new DeadLetterBox(this, options.DeadLetters.Capacity);
        var deadLetters = new DeadLetterRef(this, new ActorPath(new ActorPath(rootPath, "system"), "dead-letters"));
        DeadLetters = deadLetters;
        _deadLetterLog = new DeadLetterLog(_logger, Timers, options.DeadLetters.LogLimit, options.DeadLetters.LogPause);
        _logsDuringShutdown = options.DeadLetters.LogDuringShutdown;
        var guardian = Props.Create<Guardian>() with { StopTimeout = Timeout.InfiniteTimeSpan };
        HandlerLimit = options.HandlerLimit;
        BlockedHandlers = new BlockedHandlers(this);
        _root = ActorCell.Create(this, null, Props.Create(() => new RootGuardian(this)), ActorName.Of(name));
        if (Dispatcher is ThreadDispatcher threads)
        {
            threads.LookAfterLongRuns(BlockedHandlers);
        }

        _system = _root.AddChild(guardian, "system");
        _user = _root.AddChild(guardian with { SupervisorStrategy = options.UserStrategy }, "user");
        deadLetters.Actor = _system.AddChild(Props.Create(() => new DeadLetterActor(DeadLetterBox)), deadLetters.Path.Name);
        _root.TellSystem(new SystemMessage.Start());
    }

    /// <summary>The name, the first part of every path.</summary>
    public string Name { get; }

    /// <summary>The seam of time.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>The seam of chance, seeded. Safe for any thread.</summary>
    public Random Random { get; }

    /// <summary>The seam of execution.</summary>
    public Dispatcher Dispatcher { get; }

    /// <summary>Where the log goes: <see cref="ActorSystemOptions.LoggerFactory"/>, but never throwing.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>News, such as dead letters.</summary>
    public EventStream EventStream { get; } = new();

    /// <summary>
    /// Nobody: what is told to it becomes a <see cref="DeadLetter"/>. It stands for the actor <c>/system/dead-letters</c>, which can be
    /// asked about dead letters with a <see cref="DeadLetterMessage"/>.
    /// </summary>
    public IActorRef DeadLetters { get; }

    /// <summary>The dead letters that are kept, to list and to replay.</summary>
    public DeadLetterBox DeadLetterBox { get; }

    /// <summary>The guardian <c>/user</c>, the parent of what <see cref="ActorOf"/> makes. Ask it <see cref="GetChildren"/> to see the tree from its top.</summary>
    public IActorRef User => _user;

    /// <summary>Ends when the system has; the value is the failure that ended it, or null when it was told to.</summary>
    public Task<Exception?> WhenTerminated => _terminated.Task;

    /// <summary>Monotonic time since the system began.</summary>
    public TimeSpan Now => Timers.Now;

    internal TimerQueue Timers { get; }

    internal ActorPath TempPath { get; }

    internal TimeSpan AskTimeout { get; }

    internal ActorObserver? Observer { get; }

    internal TimeSpan HandlerLimit { get; }

    internal BlockedHandlers BlockedHandlers { get; }

    internal ActorCell Root => _root;

    /// <summary>Makes a system and starts it.</summary>
    /// <param name="name">Letters, digits, '-' and '_'.</param>
    /// <param name="options">Seams and settings; null takes the defaults.</param>
    /// <exception cref="InvalidActorNameException">The name is not legal.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting makes no sense.</exception>
    public static ActorSystem Create(string name, ActorSystemOptions? options = null)
    {
        ActorPath.Validate(name);
        options ??= new ActorSystemOptions();
        options.Validate();
        return new ActorSystem(name, options);
    }

    /// <summary>Starts an actor under <c>/user</c>.</summary>
    /// <param name="props">Its recipe.</param>
    /// <param name="name">Its name; null has one made.</param>
    /// <exception cref="InvalidActorNameException">The name is taken or not legal.</exception>
    /// <exception cref="ActorSystemTerminatedException">The system is ending.</exception>
    /// <exception cref="SignificantChildException">The recipe says significant, but it is permanent too, or the strategy of <c>/user</c> never shuts down.</exception>
    public IActorRef ActorOf(Props props, string? name = null) => _user.ActorOf(props, name);

    /// <summary>Starts an actor under <c>/system</c>, which ends after everything under <c>/user</c>. For infrastructure.</summary>
    public IActorRef SystemActorOf(Props props, string name) => _system.ActorOf(props, name);

    /// <summary>Stops an actor that was made by this system.</summary>
    public void Stop(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor is ActorCell cell && ReferenceEquals(cell.System, this))
        {
            // The supervisor first, so that it knows of the stop when it learns of the end; but not by way of it, because it may be busy.
            cell.ParentCell?.TellSystem(new SystemMessage.StopChild(cell));
            cell.Stop();
        }
        else
        {
            throw new ArgumentException($"'{actor.Path}' is no actor of the system '{Name}'.", nameof(actor));
        }
    }

    /// <summary>What keeps the system from being at rest, in words for the message of a test that waited in vain: which actors handle what.</summary>
    public string DescribeWork() => string.Join(", ", [.. _root.DescribeHandling(), Dispatcher.DescribeWork()]);

    /// <summary>Stops all actors, those under <c>/user</c> first, and then the threads. May be called again.</summary>
    /// <returns>The failure that ended the system, or null.</returns>
    public Task<Exception?> TerminateAsync()
    {
        _isEnding = true;
        _root.Tell(RootGuardian.Terminate.Instance, null);
        return WhenTerminated;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await TerminateAsync().ConfigureAwait(false);

    /// <summary>
    /// The one way of every message that nobody gets, whatever the reason: an ask learns at once that it will not be answered, and the
    /// message is logged, kept and published. For any thread.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="sender">Who sent it, if known.</param>
    /// <param name="recipient">For whom it was.</param>
    /// <param name="reason">Why nobody gets it.</param>
    /// <param name="cause">What lies behind the reason. An ask fails with it; without one, with what fits the reason.</param>
    internal void PublishDeadLetter(
        object message, IActorRef? sender, IActorRef recipient, DeadLetterReason reason, Exception? cause = null)
    {
        var isEnding = _isEnding;
        if (reason == DeadLetterReason.RecipientEnded && isEnding)
        {
            reason = DeadLetterReason.SystemEnding;
        }

        (sender as AskRef)?.OnUndeliverable(recipient, reason, cause);
        message = (message as CellMessage.Replayed)?.Message ?? message;
        switch (message)
        {
            case IDeadLetterSuppression:
                if (EventStream.HasSubscribers<SuppressedDeadLetter>())
                {
                    EventStream.Publish(new SuppressedDeadLetter(message, sender, recipient, reason));
                }

                break;
            case DeadLetter or SuppressedDeadLetter:
                break; // News of a dead letter to a subscriber that has just ended: it would make news of itself for ever.
            default:
                if (!isEnding || _logsDuringShutdown)
                {
                    _deadLetterLog.DeadLetter(message.GetType(), recipient.Path, reason);
                }

                EventStream.Publish(DeadLetterBox.Add(message, sender, recipient, reason, cause));
                break;
        }
    }

    internal void PublishUnhandled(object message, IActorRef? sender, IActorRef recipient)
    {
        if (!_isEnding || _logsDuringShutdown)
        {
            _deadLetterLog.Unhandled(message.GetType(), recipient.Path);
        }

        EventStream.Publish(new UnhandledMessage(message, sender, recipient));
    }

    /// <summary>The actor that is now at a path, or null. For any thread.</summary>
    internal ActorCell? Find(ActorPath path) => path.Parent is null ? _root : Find(path.Parent)?.Child(path.Name) as ActorCell;

    internal void OnRootEnded()
    {
        Timers.Dispose();
        _terminated.TrySetResult(_cause);
        if (_ownsDispatcher)
        {
            Dispatcher.Stop();
        }
    }

    private sealed class Guardian : ActorBase
    {
        protected internal override ValueTask OnReceiveAsync(object message)
        {
            Unhandled(message);
            return default;
        }
    }

    /// <summary>Ends the system when one of its guardians has ended: /user first, because /system serves it to the last.</summary>
    private sealed class RootGuardian(ActorSystem system) : ActorBase
    {
        // What escalates to here has no supervisor left that could decide.
        protected internal override SupervisorStrategy SupervisorStrategy => new OneForOneStrategy(decider: cause =>
        {
            system._cause = cause;
            system._isEnding = true;
            Log.SystemFailed(Logger, system.Name, cause);
            return Directive.Stop;
        });

        protected internal override ValueTask PreStartAsync()
        {
            Context.Watch(system._user);
            Context.Watch(system._system);
            return default;
        }

        protected internal override ValueTask OnReceiveAsync(object message)
        {
            switch (message)
            {
                case Terminate:
                    Context.Stop(system._user);
                    break;
                case Terminated ended when ReferenceEquals(ended.Actor, system._user):
                    system._isEnding = true;
                    Context.Stop(system._system);
                    break;
                case Terminated:
                    Context.Stop(Self);
                    break;
                default:
                    Unhandled(message);
                    break;
            }

            return default;
        }

        public sealed record Terminate : IDeadLetterSuppression
        {
            public static Terminate Instance { get; } = new();
        }
    }
}
