namespace Actors.Services.Running;

/// <summary>The loop around a tick. It is a service like any other, except that a stop lets the current tick finish.</summary>
internal sealed class TickService(ITick tick) : IService
{
    /// <summary>Null when each tick waits for the one before it.</summary>
    private OverlappingTicks? _beside;

    // Longer waits are made of these: the clock's own limit is 49 days, and it counts in whole milliseconds.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    // The clocks of people can be set, and stand still for a machine that sleeps: on a schedule they are looked at again after this time.
    private static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(1);

    /// <summary>Other options may turn one into the other: from the next tick on.</summary>
    public async Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        if (context.Options.ConcurrentTicks == 1)
        {
            await RunAsync(context, context.Stopping, cancellationToken);
            return;
        }

        using var beside = _beside = new OverlappingTicks(context, cancellationToken);
        await RunAsync(context, beside.NoMore, cancellationToken);
        await beside.EndAsync();
    }

    private async Task RunAsync(ServiceContext context, CancellationToken stopping, CancellationToken cancellationToken)
    {
        // A restart follows a delay of its own; who repaired the cause wants to see the next tick then, not after the initial delay.
        var delay = context.Restart == 0 ? context.Options.InitialDelay : TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            if (context.Options.Schedule is null)
            {
                await RunOnIntervalAsync(context, delay, stopping, cancellationToken);
            }
            else
            {
                await RunOnScheduleAsync(context, stopping, cancellationToken);
            }

            delay = context.Options.Interval ?? TimeSpan.Zero;
        }
    }

    /// <summary>No slot comes twice: the next is later than the last one and than now, whatever is done to the clock.</summary>
    private async Task RunOnScheduleAsync(ServiceContext context, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var time = context.TimeProvider;
        if (!context.Options.AwaitsReady)
        {
            context.Ready(); // The first tick may be a year away.
        }

        var next = context.Options.Schedule?.Next(time.GetUtcNow());
        while (next is { } slot && await IsReachedAsync(time, slot, stopping))
        {
            await TickAsync(context, cancellationToken, () => context.Options.Schedule?.Next(time.GetUtcNow()) - time.GetUtcNow() ?? TimeSpan.Zero);
            if (context.Options.Schedule is not { } schedule)
            {
                return;
            }

            var now = time.GetUtcNow();
            next = schedule.Next(now > slot ? now : slot);
        }

        if (next is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <returns>False when the service was told to stop.</returns>
    private static async Task<bool> IsReachedAsync(TimeProvider time, DateTimeOffset slot, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var wait = slot - time.GetUtcNow();
            if (wait <= TimeSpan.Zero)
            {
                return true;
            }

            await DelayAsync(wait < LongestTrust ? wait : LongestTrust, time, stopping);
        }

        return false;
    }

    private async Task RunOnIntervalAsync(ServiceContext context, TimeSpan due, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var time = context.TimeProvider;
        var origin = time.GetTimestamp();
        while (await IsDueAsync(time, origin, due, stopping))
        {
            await TickAsync(context, cancellationToken);
            if (context.Options is not { Schedule: null, Interval: { } interval })
            {
                return;
            }

            due = Next(context.Options.Pace, interval, due, time.GetElapsedTime(origin));
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

            await DelayAsync(wait < LongestWait ? wait : LongestWait, time, stopping);
        }

        return false;
    }

    /// <summary>Rounded up, never early: a tick that came early would find its own slot still ahead.</summary>
    private static async Task DelayAsync(TimeSpan wait, TimeProvider time, CancellationToken stopping) =>
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, stopping)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private Task TickAsync(ServiceContext context, CancellationToken cancellationToken, Func<TimeSpan>? untilNext = null)
    {
        if (_beside is not { } beside)
        {
            return TickOnceAsync(context, untilNext, cancellationToken);
        }

        beside.Begin(context.Options.ConcurrentTicks, token => TickOnceAsync(context, untilNext, token));
        return Task.CompletedTask;
    }

    private async Task TickOnceAsync(ServiceContext context, Func<TimeSpan>? untilNext, CancellationToken cancellationToken)
    {
        try
        {
            await (tick.TickAsync(context, cancellationToken) ?? throw new InvalidOperationException(
                $"{tick.GetType().Name}.TickAsync of service '{context.Name}' returned null. It must return a task."));
            context.Ready();
        }
        catch (Exception cause) when (context.Options.OnTickError == TickErrorAction.Continue && !cancellationToken.IsCancellationRequested)
        {
            context.TickFailed(cause, untilNext?.Invoke() ?? context.Options.Interval ?? TimeSpan.Zero);
        }
    }

    /// <summary>As the options are now: they may have changed since the last tick.</summary>
    private static TimeSpan Next(TickPace pace, TimeSpan interval, TimeSpan due, TimeSpan now)
    {
        if (pace == TickPace.FixedDelay)
        {
            return now + interval;
        }

        var behind = Math.Max(0, (now - due).Ticks);
        return due + TimeSpan.FromTicks(((behind / interval.Ticks) + 1) * interval.Ticks);
    }
}
