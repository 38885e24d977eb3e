namespace Actors.TestKit.Simulating;

/// <summary>Stands between the kernel and the user's code of one actor: keeps books of what runs when, and throws and delays as the seed says.</summary>
internal sealed class SimulatedActor(KernelInvariants invariants, ActorModel model, ActorBase instance) : ActorDecorator(instance)
{
    protected override SupervisorStrategy? SupervisorStrategy =>
        invariants.FaultsOf(model)?.Throws(FaultPoint.Strategy, model.Actor) is { } fault ? throw fault : base.SupervisorStrategy;

    public override ValueTask DisposeAsync() => RunAsync(FaultPoint.Disposal, null, static (self, _, _) => self.DisposeInstanceAsync());

    protected override ValueTask OnReceiveAsync(object message) =>
        RunAsync(FaultPoint.Handler, message, static (self, message, _) => self.ReceiveAsync(message!)); // Passed on as it came.

    protected override ValueTask PreStartAsync() => RunAsync(FaultPoint.PreStart, null, static (self, _, _) => self.StartAsync());

    protected override ValueTask PostStopAsync() => RunAsync(FaultPoint.PostStop, null, static (self, _, _) => self.StopAsync());

    protected override ValueTask PreRestartAsync(Exception reason, object? message) =>
        RunAsync(FaultPoint.PreRestart, message, static (self, message, reason) => self.BeforeRestartAsync(reason!, message), reason); // As above.

    protected override ValueTask PostRestartAsync(Exception reason) =>
        RunAsync(FaultPoint.PostRestart, null, static (self, _, reason) => self.AfterRestartAsync(reason!), reason); // As above.

    private ValueTask DisposeInstanceAsync() => base.DisposeAsync();

    private ValueTask ReceiveAsync(object message) => base.OnReceiveAsync(message);

    private ValueTask StartAsync() => base.PreStartAsync();

    private ValueTask StopAsync() => base.PostStopAsync();

    private ValueTask BeforeRestartAsync(Exception reason, object? message) => base.PreRestartAsync(reason, message);

    private ValueTask AfterRestartAsync(Exception reason) => base.PostRestartAsync(reason);

    /// <summary>Synchronous if the user's code is, so that a simulated run takes the same ways through the kernel as a real one.</summary>
    private ValueTask RunAsync(
        FaultPoint point, object? message, Func<SimulatedActor, object?, Exception?, ValueTask> run, Exception? reason = null)
    {
        var number = invariants.OnBegin(model, point, message);
        ValueTask running;
        try
        {
            running = invariants.FaultsOf(model) is { } faults ? RunWithFaultsAsync(faults, point, message, run, reason) : run(this, message, reason);
        }
        catch (Exception thrown)
        {
            invariants.OnEnd(model, number, point, message, thrown);
            throw;
        }

        if (!running.IsCompletedSuccessfully)
        {
            return AwaitAsync(running, number, point, message);
        }

        invariants.OnEnd(model, number, point, message, null);
        return running;
    }

    private ValueTask RunWithFaultsAsync(
        SimulationFaults faults, FaultPoint point, object? message, Func<SimulatedActor, object?, Exception?, ValueTask> run, Exception? reason)
    {
        var pause = faults.Pause(model.Actor, out var isDeaf);
        isDeaf |= point is not (FaultPoint.Handler or FaultPoint.PreStart or FaultPoint.PostRestart); // The others begin with the token cancelled.
        var fault = faults.Throws(point, model.Actor);
        if (fault is null && pause == TimeSpan.Zero)
        {
            return run(this, message, reason);
        }

        var isAfter = fault is not null && faults.IsAfter();
        return pause == TimeSpan.Zero && !isAfter
            ? throw fault! // There is one if there is no pause.
            : RunDisturbedAsync(pause, isDeaf, isAfter ? null : fault, isAfter ? fault : null, () => run(this, message, reason));
    }

    private async ValueTask RunDisturbedAsync(
        TimeSpan pause, bool isDeaf, Exception? before, Exception? after, Func<ValueTask> run)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, Context.System.TimeProvider, isDeaf ? CancellationToken.None : Context.CancellationToken);
        }

        if (before is not null)
        {
            throw before;
        }

        await run();
        if (after is not null)
        {
            throw after;
        }
    }

    private async ValueTask AwaitAsync(ValueTask running, int number, FaultPoint point, object? message)
    {
        try
        {
            await running;
        }
        catch (Exception thrown)
        {
            invariants.OnEnd(model, number, point, message, thrown);
            throw;
        }

        invariants.OnEnd(model, number, point, message, null);
    }
}
