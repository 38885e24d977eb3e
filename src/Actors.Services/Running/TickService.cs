namespace Actors.Services.Running;

/// <summary>The loop around a tick. It is a service like any other, except that a stop lets the current tick finish.</summary>
internal sealed class TickService(ITick tick) : IService
{
    // Longer waits are made of these: the clock's own limit is 49 days, and it counts in whole milliseconds.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public async Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var time = context.TimeProvider;
        var origin = time.GetTimestamp();
        // A restart follows a delay of its own; who repaired the cause wants to see the next tick then, not after the initial delay.
        var due = context.Restart == 0 ? context.Options.InitialDelay : TimeSpan.Zero;
        while (await IsDueAsync(time, origin, due, context.Stopping))
        {
            await TickAsync(context, cancellationToken);
            due = Next(context.Options, due, time.GetElapsedTime(origin));
        }
    }

    /// <returns>False when the service was told to stop.</returns>
    private static async Task<bool> IsDueAsync(TimeProvider time, long origin, TimeSpan due, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var wait = due - time.GetElapsedTime(origin);
            if (wait <= TimeSpan.Zero)
            {
                return true;
            }

            // Rounded up, never early: a tick that came early would find its own slot still ahead.
            wait = wait < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : LongestWait;
            await Task.Delay(wait, time, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return false;
    }

    private async Task TickAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        try
        {
            await (tick.TickAsync(context, cancellationToken) ?? throw new InvalidOperationException(
                $"{tick.GetType().Name}.TickAsync of service '{context.Name}' returned null. It must return a task."));
            context.Ready();
        }
        catch (Exception cause) when (context.Options.OnTickError == TickErrorAction.Continue && !cancellationToken.IsCancellationRequested)
        {
            context.TickFailed(cause, IntervalOf(context.Options));
        }
    }

    /// <summary>As the options are now: they may have changed since the last tick.</summary>
    private static TimeSpan Next(ServiceOptions options, TimeSpan due, TimeSpan now)
    {
        var interval = IntervalOf(options);
        if (options.Pace == TickPace.FixedDelay)
        {
            return now + interval;
        }

        var behind = Math.Max(0, (now - due).Ticks);
        return due + TimeSpan.FromTicks(((behind / interval.Ticks) + 1) * interval.Ticks);
    }

    private static TimeSpan IntervalOf(ServiceOptions options) => options.Interval!.Value; // A definition without one is refused.
}
