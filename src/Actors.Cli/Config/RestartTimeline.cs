using Actors.Services;

namespace Actors.Cli.Config;

/// <summary>What becomes of a service with a restart policy when it fails at given times. The decisions are those of the kernel's own <see cref="RestartBudget"/>.</summary>
internal sealed class RestartTimeline(ServiceOptions options, Random random)
{
    private readonly RestartBudget _budget = new(options.Restart, random);
    private readonly List<Step> _steps = [];
    private TimeSpan? _runningSince = TimeSpan.Zero;

    public enum Action
    {
        Restart,
        SlowRetry,
        GoOn,
        GiveUp,
        NotRunning,
    }

    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>When it gives up; null when it does not.</summary>
    public TimeSpan? GivesUpAt => _steps.Find(step => step.What == Action.GiveUp)?.At;

    /// <summary>From when on it runs after all that; null when it does not.</summary>
    public TimeSpan? RunsFrom => _runningSince;

    public void FailAt(TimeSpan at)
    {
        if (_runningSince is not { } since)
        {
            _steps.Add(new Step(at, TimeSpan.Zero, Action.NotRunning, "it has given up and does not run"));
        }
        else if (at < since)
        {
            _steps.Add(new Step(at, TimeSpan.Zero, Action.NotRunning, $"it waits for its restart at {TimeText.Of(since)}, and cannot fail"));
        }
        else
        {
            Fail(at, at - since);
        }
    }

    public void FailAfter(TimeSpan ranFor) => FailAt((_runningSince ?? _steps[^1].At) + ranFor);

    private void Fail(TimeSpan at, TimeSpan ranFor)
    {
        if (options.OnTickError == TickErrorAction.Continue)
        {
            _steps.Add(new Step(at, ranFor, Action.GoOn, "on-tick-error = continue: the next tick comes in its time"));
            return;
        }

        if (options.RestartType == RestartType.Temporary)
        {
            GiveUp(at, ranFor, "restart-type = temporary: no restart");
            return;
        }

        var decision = _budget.OnFailure(at, ranFor);
        if (!decision.IsRestart)
        {
            GiveUp(at, ranFor, $"{Limit()} is used up");
            return;
        }

        _runningSince = at + decision.Delay;
        _steps.Add(new Step(
            at,
            ranFor,
            decision.IsExhausted ? Action.SlowRetry : Action.Restart,
            decision.IsExhausted ? $"{Limit()} is used up: slow retry" : Limit(),
            decision.Restart,
            decision.Delay,
            _runningSince));
    }

    private void GiveUp(TimeSpan at, TimeSpan ranFor, string reason)
    {
        var end = options.Restart.OnExhausted == ExhaustedAction.Escalate && options.RestartType != RestartType.Temporary
            ? "it escalates: the actor system ends, and the host with it"
            : "it is Failed until it is told to start";
        _steps.Add(new Step(at, ranFor, Action.GiveUp, $"{reason}; {end}"));
        _runningSince = null;
    }

    private string Limit() => options.Restart.MaxRestarts == RestartOptions.Unlimited
        ? "no limit"
        : $"max-restarts = {options.Restart.MaxRestarts}"
          + (options.Restart.Window == Timeout.InfiniteTimeSpan ? "" : $" within {TimeText.Of(options.Restart.Window)}");

    /// <summary>What follows one failure.</summary>
    public sealed record Step(
        TimeSpan At, TimeSpan RanFor, Action What, string Reason, int? Restart = null, TimeSpan? Delay = null, TimeSpan? RestartAt = null);

    /// <summary>No chance: every delay is the longest that it can be.</summary>
    public sealed class NoChance() : Random(0)
    {
        public override double NextDouble() => 0;
    }
}
