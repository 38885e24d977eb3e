using System.Globalization;

namespace Actors.TestKit;

/// <summary>An actor that the test plays: it keeps what it gets until the test asks for it. Waiting moves the clock, never the wall clock.</summary>
public sealed class Probe
{
    private const int ShownInFailures = 10;

    private readonly TestSystem _system;
    private readonly Lock _lock = new();
    private readonly List<Received> _waiting = [];
    private volatile Action<IActorRef, object>? _autoPilot;
    private Received? _last;

    internal Probe(TestSystem system, string name)
    {
        _system = system;
        Ref = system.System.ActorOf(Props.Create(() => new ProbeActor(this)), name);
    }

    /// <summary>The class of the actors that tests play.</summary>
    internal static Type ActorType => typeof(ProbeActor);

    /// <summary>How far the clock moves while a test waits for something and says nothing else: 3 s.</summary>
    public static TimeSpan DefaultWithin { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The address of the probe.</summary>
    public IActorRef Ref { get; }

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

    /// <summary>Waits for the next message, which must be of a type.</summary>
    /// <param name="predicate">A condition that it must satisfy too; null for none.</param>
    /// <param name="within">How far the clock may move; null means <see cref="DefaultWithin"/>.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ExpectationException">None came in time, or the next was another. The message says which, and gives the seed.</exception>
    public async Task<T> ExpectAsync<T>(Predicate<T>? predicate = null, TimeSpan? within = null)
    {
        var limit = within ?? DefaultWithin;
        var wanted = typeof(T).Name + (predicate is null ? "" : " that satisfies the condition");
        if (!await _system.Time.WaitAsync(() => Count > 0, limit))
        {
            throw Failure($"expected {wanted} within {TestSystem.Describe(limit)}, but nothing came");
        }

        var next = Take();
        return next.Message is T typed && (predicate is null || predicate(typed))
            ? typed
            : throw Failure($"expected {wanted}, but got {next}");
    }

    /// <summary>Waits for the next message, which must equal another.</summary>
    /// <inheritdoc cref="ExpectAsync{T}(Predicate{T}?, TimeSpan?)"/>
    public async Task ExpectAsync(object message, TimeSpan? within = null)
    {
        var limit = within ?? DefaultWithin;
        if (!await _system.Time.WaitAsync(() => Count > 0, limit))
        {
            throw Failure($"expected '{message}' within {TestSystem.Describe(limit)}, but nothing came");
        }

        var next = Take();
        if (!Equals(next.Message, message))
        {
            throw Failure($"expected '{message}', but got {next}");
        }
    }

    /// <summary>Expects these messages, in this order.</summary>
    public async Task ExpectInOrderAsync(params object[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
        {
            await ExpectAsync(message);
        }
    }

    /// <summary>Expects these messages, in any order.</summary>
    public async Task ExpectAllAsync(params object[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var missing = messages.ToList();
        while (missing.Count > 0)
        {
            var next = await ExpectAsync<object>();
            if (!missing.Remove(next))
            {
                throw Failure($"expected one of {string.Join(", ", missing)}, but got '{next}'");
            }
        }
    }

    /// <summary>Expects that nothing comes, and nothing waits.</summary>
    /// <param name="within">How far the clock moves; null lets all work run out and does not move it.</param>
    /// <exception cref="ExpectationException">Something came.</exception>
    public async Task ExpectNoneAsync(TimeSpan? within = null)
    {
        if (await _system.Time.WaitAsync(() => Count > 0, within ?? TimeSpan.Zero))
        {
            throw Failure($"expected nothing, but got {Take()}");
        }
    }

    /// <summary>Waits for a message of a type and throws away what comes before it.</summary>
    /// <inheritdoc cref="ExpectAsync{T}(Predicate{T}?, TimeSpan?)"/>
    public async Task<T> FishAsync<T>(Predicate<T>? predicate = null, TimeSpan? within = null)
    {
        var limit = within ?? DefaultWithin;
        var skipped = 0;
        Received? caught = null;
        var isCaught = await _system.Time.WaitAsync(
            () =>
            {
                while (caught is null && TryTake() is { } next)
                {
                    if (next.Message is T typed && (predicate is null || predicate(typed)))
                    {
                        caught = next;
                    }
                    else
                    {
                        skipped++;
                    }
                }

                return caught is not null;
            },
            limit);
        return isCaught
            ? (T)caught!.Message // Caught is set when the condition holds.
            : throw Failure(string.Create(
                CultureInfo.InvariantCulture,
                $"fished for {typeof(T).Name} within {TestSystem.Describe(limit)}, but only {skipped} other messages came"));
    }

    /// <summary>Waits for the news that an actor which the probe watches has ended. It must be the next message.</summary>
    public Task<Terminated> ExpectTerminatedAsync(IActorRef actor, TimeSpan? within = null) =>
        ExpectAsync<Terminated>(terminated => ReferenceEquals(terminated.Actor, actor), within);

    /// <summary>Lets all work run out and takes everything that has come.</summary>
    public async Task<IReadOnlyList<object>> ReceiveAllAsync()
    {
        await _system.DrainAsync();
        lock (_lock)
        {
            object[] all = [.. _waiting.Select(received => received.Message)];
            _waiting.Clear();
            return all;
        }
    }

    /// <summary>Sends a message in the probe's name.</summary>
    public void Send(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Ref);
    }

    /// <summary>Answers the message that was expected last.</summary>
    public void Reply(object message) => Send(LastSender, message);

    /// <summary>Has the probe watch an actor.</summary>
    public void Watch(IActorRef actor) => Ref.Tell(new Command(context => context.Watch(actor)));

    /// <summary>Has the probe no longer watch an actor.</summary>
    public void Unwatch(IActorRef actor) => Ref.Tell(new Command(context => context.Unwatch(actor)));

    /// <summary>Has the probe react to every message at once, on its own turn. The messages wait to be expected all the same.</summary>
    /// <param name="pilot">Gets the sender and the message; null ends it.</param>
    public void SetAutoPilot(Action<IActorRef, object>? pilot) => _autoPilot = pilot;

    private Received Take() => TryTake() ?? throw Failure("expected a message, but another test task took it");

    private Received? TryTake()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                return null;
            }

            _last = _waiting[0];
            _waiting.RemoveAt(0);
            return _last;
        }
    }

    private ExpectationException Failure(string what)
    {
        string rest;
        lock (_lock)
        {
            rest = _waiting.Count == 0
                ? ""
                : $" Next in line: {string.Join("; ", _waiting.Take(ShownInFailures))}{(_waiting.Count > ShownInFailures ? " …" : "")}.";
        }

        return _system.Failure($"Probe '{Ref.Path.Name}' {what}.{rest}");
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
                return default;
            }

            probe._autoPilot?.Invoke(Sender, message);
            lock (probe._lock)
            {
                probe._waiting.Add(new Received(message, ReferenceEquals(Sender, Context.System.DeadLetters) ? null : Sender));
            }

            return default;
        }
    }
}
