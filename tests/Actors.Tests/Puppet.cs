using Actors.TestKit;

namespace Actors.Tests;

/// <summary>An actor that does what messages tell it, and reports its life to a probe as text: "a: PreStart", "a: PostStop" …</summary>
internal sealed class Puppet : ReceiveActor
{
    private readonly Script _script;
    private readonly IActorRef? _reports;
    private int _count;

    private Puppet(Probe? reports, Script script)
    {
        _script = script;
        _reports = reports?.Ref;
        script.Construct?.Invoke(this);
        Receive<Do>(message => message.Action(this));
        ReceiveAsync<DoAsync>(message => message.Action(this));
        Receive<Spawn>(message => Sender.Tell(Context.ActorOf(message.Props, message.Name), Self));
        Receive<Throw>(message => throw message.Cause);
        Receive<Count>(_ => Sender.Tell(_count, Self));
        Receive<Children>(_ => Sender.Tell(Context.Children.Select(child => child.Path.Name).ToArray(), Self));
        Receive<Increment>(_ => _count++);
        if (script.HandlesTerminated)
        {
            Receive<Terminated>(ended => Report($"Terminated({ended.Actor.Path.Name})"));
        }

        Receive<string>(Report);
    }

    public new IActorContext Context => base.Context;

    public new IActorRef Self => base.Self;

    public new IActorRef Sender => base.Sender;

    protected override SupervisorStrategy? SupervisorStrategy => _script.Strategy;

    public static Props Props(Probe? reports = null, Script? script = null, RestartType restartType = RestartType.Transient) =>
        Actors.Props.Create(() => new Puppet(reports, script ?? new Script())) with { RestartType = restartType };

    public static Props Supervisor(SupervisorStrategy strategy, Probe? reports = null) =>
        Props(reports, new Script { Strategy = strategy });

    public void Report(string what) => _reports?.Tell($"{Self.Path.Name}: {what}");

    public new void Become(Action declare) => base.Become(declare);

    public void On<T>(Action<T> handler) => Receive(handler);

    public void OnAsync<T>(Func<T, Task> handler) => ReceiveAsync(handler);

    protected override ValueTask PreStartAsync()
    {
        Report("PreStart");
        return _script.PreStart?.Invoke(this) ?? default;
    }

    protected override ValueTask PostStopAsync()
    {
        Report("PostStop");
        return _script.PostStop?.Invoke(this) ?? default;
    }

    protected override async ValueTask PreRestartAsync(Exception reason, object? message)
    {
        Report($"PreRestart({reason.Message}, {message?.GetType().Name ?? "null"})");
        if (_script.PreRestart is not null)
        {
            await _script.PreRestart(this);
        }

        if (!_script.KeepsChildren)
        {
            await base.PreRestartAsync(reason, message);
        }
    }

    protected override async ValueTask PostRestartAsync(Exception reason)
    {
        Report($"PostRestart({reason.Message})");
        if (_script.PostRestart is not null)
        {
            await _script.PostRestart(this);
        }

        await base.PostRestartAsync(reason);
    }

    /// <summary>What differs from the ordinary life of a puppet.</summary>
    public sealed record Script
    {
        public Action<Puppet>? Construct { get; init; }

        public Func<Puppet, ValueTask>? PreStart { get; init; }

        public Func<Puppet, ValueTask>? PostStop { get; init; }

        public Func<Puppet, ValueTask>? PreRestart { get; init; }

        public Func<Puppet, ValueTask>? PostRestart { get; init; }

        public SupervisorStrategy? Strategy { get; init; }

        public bool KeepsChildren { get; init; }

        public bool HandlesTerminated { get; init; } = true;
    }

    public sealed record Do(Action<Puppet> Action);

    public sealed record DoAsync(Func<Puppet, Task> Action);

    public sealed record Spawn(Props Props, string? Name = null) : IRequest<IActorRef>;

    public sealed record Throw(Exception Cause);

    public sealed record Increment;

    public sealed record Count : IRequest<int>;

    public sealed record Children : IRequest<string[]>;
}

/// <summary>A failure that a test asked for.</summary>
internal class BoomException(string message = "boom") : Exception(message);

internal static class PuppetExtensions
{
    public static Task<IActorRef> SpawnAsync(this IActorRef parent, Props props, string? name = null) =>
        parent.AskAsync(new Puppet.Spawn(props, name));

    public static Task<int> CountAsync(this IActorRef puppet) => puppet.AskAsync(new Puppet.Count());

    public static Task<string[]> ChildrenAsync(this IActorRef puppet) => puppet.AskAsync(new Puppet.Children());

    public static void Fail(this IActorRef puppet, string message = "boom") => puppet.Tell(new Puppet.Throw(new BoomException(message)));

    public static void Do(this IActorRef puppet, Action<Puppet> action) => puppet.Tell(new Puppet.Do(action));

    public static void DoAsync(this IActorRef puppet, Func<Puppet, Task> action) => puppet.Tell(new Puppet.DoAsync(action));
}
