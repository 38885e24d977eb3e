namespace Actors.TestKit;

/// <summary>What a probe does with a message at once, on its own turn.</summary>
/// <param name="sender">Who sent the message; the dead letters when nobody did.</param>
/// <param name="message">The message.</param>
/// <returns>What the probe does with the next message; null ends it.</returns>
public delegate AutoPilot? AutoPilot(IActorRef sender, object message);

/// <summary>An actor that the test plays: it keeps what it gets until the test asks for it. Waiting moves the clock, never the wall clock.</summary>
/// <remarks>
/// Every wait has a limit in virtual time: the one that is given; else what is left of the <see cref="WithinAsync"/> around it; else
/// <see cref="DefaultWithin"/>. Because time is virtual, no limit needs to be longer on a slow machine.
/// </remarks>
public sealed partial class Probe
{
    private const int ShownInFailures = 10;

    private readonly TestSystem _system;
    private readonly Lock _lock = new();
    private readonly List<Received> _waiting = [];
    private volatile AutoPilot? _autoPilot;
    private volatile Predicate<object>? _ignored;
    private TimeSpan? _deadline;
    private Received? _last;

    internal Probe(TestSystem system, string name, SupervisorStrategy? strategy)
    {
        _system = system;
        Ref = system.System.ActorOf(Props.Create(() => new ProbeActor(this)) with { SupervisorStrategy = strategy }, name);
    }

    /// <summary>How far the clock moves while a test waits for something and says nothing else: 3 s.</summary>
    public static TimeSpan DefaultWithin { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The address of the probe.</summary>
    public IActorRef Ref { get; }

    /// <summary>The message that was expected last; null when nothing was expected yet.</summary>
    public object? LastMessage => _last?.Message;

    /// <summary>Who sent the message that was expected last; the dead letters when nobody did, or nothing was expected yet.</summary>
    public IActorRef LastSender => _last?.Sender ?? _system.System.DeadLetters;

    /// <summary>How many messages wait to be expected.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>The class of the actors that tests play.</summary>
    internal static Type ActorType => typeof(ProbeActor);

    /// <summary>Sends a message in the probe's name.</summary>
    public void Send(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Ref);
    }

    /// <summary>Answers the message that was expected last.</summary>
    public void Reply(object message) => Send(LastSender, message);

    /// <summary>Passes the message that was expected last on, in the name of its sender.</summary>
    /// <exception cref="InvalidOperationException">Nothing was expected yet.</exception>
    public void Forward(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var last = _last ?? throw new InvalidOperationException($"Probe '{Ref.Path.Name}' has nothing to forward: expect a message first.");
        actor.Tell(last.Message, last.Sender);
    }

    /// <summary>Has the probe watch an actor.</summary>
    public void Watch(IActorRef actor) => Ref.Tell(new Command(context => context.Watch(actor)));

    /// <summary>Has the probe no longer watch an actor.</summary>
    public void Unwatch(IActorRef actor) => Ref.Tell(new Command(context => context.Unwatch(actor)));

    /// <summary>Has the probe get what is published on the event stream, such as <see cref="DeadLetter"/>.</summary>
    public void Subscribe<TEvent>() => _system.System.EventStream.Subscribe<TEvent>(Ref);

    /// <summary>Starts an actor as a child of the probe, so that the test plays its parent.</summary>
    /// <param name="props">Its recipe.</param>
    /// <param name="name">Its name; null has one made.</param>
    public async Task<IActorRef> ActorOfAsync(Props props, string? name = null)
    {
        var made = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        Ref.Tell(new Command(context =>
        {
            try
            {
                made.SetResult(context.ActorOf(props, name));
            }
            catch (Exception thrown)
            {
                made.SetException(thrown);
            }
        }));
        return await made.Task;
    }

    /// <summary>Has the probe throw away what satisfies a condition, from now on.</summary>
    /// <param name="condition">Null ignores nothing.</param>
    public void Ignore(Predicate<object>? condition) => _ignored = condition;

    /// <summary>Has the probe react to every message at once, on its own turn. The messages wait to be expected all the same.</summary>
    /// <param name="pilot">Gets the sender and the message; null ends it.</param>
    public void SetAutoPilot(Action<IActorRef, object>? pilot)
    {
        _autoPilot = pilot is null ? null : Keep;

        AutoPilot? Keep(IActorRef sender, object message)
        {
            pilot(sender, message);
            return Keep;
        }
    }

    /// <summary>As <see cref="SetAutoPilot"/>, with a pilot that says for each message what is done with the next.</summary>
    public void StartAutoPilot(AutoPilot first)
    {
        ArgumentNullException.ThrowIfNull(first);
        _autoPilot = first;
    }

    private void OnReceived(IActorRef sender, object message, IActorRef nobody)
    {
        if (_autoPilot is { } pilot)
        {
            var next = pilot(sender, message);
            Interlocked.CompareExchange(ref _autoPilot, next, pilot); // Unless the test has set another one meanwhile.
        }

        if (_ignored?.Invoke(message) == true)
        {
            return;
        }

        lock (_lock)
        {
            _waiting.Add(new Received(message, ReferenceEquals(sender, nobody) ? null : sender));
        }
    }

    private sealed record Received(object Message, IActorRef? Sender)
    {
        public override string ToString() => $"'{Message}' from {Sender?.Path.Local ?? "nobody"}";
    }

    private sealed record Command(Action<IActorContext> Run);

    private sealed class ProbeActor(Probe probe) : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            if (message is Command command)
            {
                command.Run(Context);
            }
            else
            {
                probe.OnReceived(Sender, message, Context.System.DeadLetters);
            }

            return default;
        }
    }
}
