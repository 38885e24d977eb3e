namespace Actors.Tests.Model;

/// <summary>A node of the model as a real actor: it does what its specification says, and notes which of its hooks run.</summary>
internal sealed class ModelActor : ReceiveActor
{
    private readonly NodeSpec _spec;
    private readonly ModelWorld _world;

    public ModelActor(NodeSpec spec, ModelWorld world)
    {
        _spec = spec;
        _world = world;
        Receive<Fail>(fail => throw new ModelException(fail.Kind));
        Receive<RestartChild>(restart => Context.Restart(restart.Child));
        Receive<Ping>(_ => Sender.Tell(new Pong(), Self));
    }

    protected override SupervisorStrategy SupervisorStrategy => _world.StrategyOf(_spec);

    public static Props Props(NodeSpec spec, ModelWorld world) => Actors.Props.Create(() => new ModelActor(spec, world)) with
    {
        QuarantineAfter = 0, // The model's failures repeat their messages.
        RestartType = spec.Type,
        IsSignificant = spec.IsSignificant,
    };

    protected override async ValueTask PreStartAsync()
    {
        await BeginAsync(ModelEvent.Start);
        CreateMissing();
    }

    protected override async ValueTask PostStopAsync() => await BeginAsync(ModelEvent.Stop);

    protected override async ValueTask PreRestartAsync(Exception reason, object? message)
    {
        await BeginAsync(ModelEvent.Halt);
        if (!_spec.KeepsChildren)
        {
            await base.PreRestartAsync(reason, message);
        }
    }

    protected override async ValueTask PostRestartAsync(Exception reason)
    {
        await BeginAsync(ModelEvent.Restart);
        if (_spec.FailingRestarts.Contains(_world.NextRestartHook(Self.Path.Local)))
        {
            throw new ModelException("start");
        }

        CreateMissing();
    }

    /// <summary>Some hooks await, so that what happens at the same moment meets in different orders.</summary>
    private async ValueTask BeginAsync(string what)
    {
        _world.Note(Self.Path.Local, what);
        if (_world.Awaits())
        {
            await Task.Yield();
        }
    }

    private void CreateMissing()
    {
        var present = Context.GetChildren().Select(child => child.Actor.Path.Name).ToHashSet();
        foreach (var child in _spec.Children.Where(child => !present.Contains(child.Name)))
        {
            Context.ActorOf(Props(child, _world), child.Name);
        }
    }

    public sealed record Fail(string Kind);

    public sealed record RestartChild(IActorRef Child);

    public sealed record Ping : IRequest<Pong>;

    public sealed record Pong;
}

internal sealed class ModelException(string kind) : Exception(kind)
{
    /// <summary>What the strategies of the model call a failure.</summary>
    public static string KindOf(Exception cause) => cause switch
    {
        ModelException => cause.Message,
        PostRestartException => "start",
        RestartLimitException => "limit",
        ActorKilledException => "kill",
        _ => throw new InvalidOperationException($"The model knows of no {cause.GetType().Name}.", cause),
    };
}
