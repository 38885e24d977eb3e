using Actors.TestKit;

namespace Actors.Tests.Model;

/// <summary>What the actors of one run share: the log of their hooks, and the strategies that their specifications stand for.</summary>
internal sealed class ModelWorld(SimulationRun run)
{
    private readonly Dictionary<NodeSpec, SupervisorStrategy> _strategies = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _restartHooks = [];
    private readonly List<ModelEvent> _events = [];

    public SupervisorStrategy StrategyOf(NodeSpec spec) =>
        _strategies.TryGetValue(spec, out var strategy) ? strategy : _strategies[spec] = ToStrategy(spec.Strategy);

    public static SupervisorStrategy ToStrategy(StrategySpec spec)
    {
        var restart = new RestartOptions
        {
            MaxRestarts = spec.MaxRestarts ?? RestartOptions.Unlimited,
            Window = spec.Window ?? Timeout.InfiniteTimeSpan,
            OnExhausted = spec.OnExhausted,
            SlowRetryInterval = spec.SlowRetry,
            Backoff = spec.Delays is not { } delays ? null : new BackoffOptions
            {
                Min = delays.Min,
                Max = delays.Max,
                Factor = delays.Factor,
                Jitter = 0,
                ResetAfter = delays.ResetAfter ?? Timeout.InfiniteTimeSpan,
            },
        };
        Directive Decide(Exception cause) => spec.Directives[ModelException.KindOf(cause)];
        return spec.Scope switch
        {
            Scope.All => new AllForOneStrategy(restart, Decide) { StopOrder = spec.Order, AutoShutdown = spec.AutoShutdown },
            Scope.Rest => new RestForOneStrategy(restart, Decide) { StopOrder = spec.Order, AutoShutdown = spec.AutoShutdown },
            _ => new OneForOneStrategy(restart, Decide) { StopOrder = spec.Order, AutoShutdown = spec.AutoShutdown },
        };
    }

    public void Note(string path, string what) => _events.Add(new ModelEvent(run.System.Time.Elapsed, path, what));

    public bool Awaits() => run.Strikes(0.3);

    public int NextRestartHook(string path) => _restartHooks[path] = _restartHooks.GetValueOrDefault(path) + 1;

    public IReadOnlyList<ModelEvent> TakeEvents()
    {
        var events = _events.ToArray();
        _events.Clear();
        return events;
    }
}
