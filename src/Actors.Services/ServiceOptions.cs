using Actors.Services.Running;

namespace Actors.Services;

/// <summary>How a service is started, restarted and stopped.</summary>
public sealed record ServiceOptions
{
    private const int MostConcurrentTicks = 1000;

    /// <summary>The longest time that any of these settings may state, <see cref="Timeout.InfiniteTimeSpan"/> apart: 45 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(45);

    /// <summary>Whether the service is started together with the others, or when it is registered.</summary>
    /// <value>Default true. False leaves it Stopped until a Start. Key <c>autostart</c>.</value>
    public bool Autostart { get; set; } = true;

    /// <summary>When the service is started again after it ended by itself.</summary>
    /// <value>
    /// Default <see cref="RestartType.Transient"/>: after a failure; when it returns it is Completed. <see cref="RestartType.Permanent"/>: also
    /// when it returns, after the same delays and counted like a failure. <see cref="RestartType.Temporary"/>: never; a failure makes it Failed.
    /// Key <c>restart-type</c>.
    /// </value>
    public RestartType RestartType { get; set; } = RestartType.Transient;

    /// <summary>After which delays, and how often, the service is started again.</summary>
    /// <value>
    /// Default: 1, 2, 4, 8, 16, 32, 60, 60 … seconds, each times a random 0.8 to 1.0, without limit; 60 s of running forgive all
    /// earlier failures. Keys <c>restart.*</c>.
    /// </value>
    public RestartOptions Restart { get; set; } = new() { Backoff = new BackoffOptions() };

    /// <summary>How long a stop may take, from the request to the end of the last on-stop hook.</summary>
    /// <value>
    /// Default 10 s. The token of a service is cancelled at the beginning of it; a tick that is running may finish within it, and only then its token
    /// is cancelled. What still runs one second after that is abandoned. <see cref="TimeSpan.Zero"/> leaves only that second;
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits for ever. Key <c>stop-timeout</c>.
    /// </value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time from the beginning of one tick or poll to the next.</summary>
    /// <value>Null, the default, means 5 s for a polled service; ticks must state it, and services have none. Key <c>interval</c>.</value>
    public TimeSpan? Interval { get; set; }

    /// <summary>The moments of a tick or poll, instead of <see cref="Interval"/>, <see cref="InitialDelay"/> and <see cref="Pace"/>.</summary>
    /// <value>
    /// Default null: the interval. On a schedule nothing is done at the start, and moments that pass while a tick runs, or while the machine sleeps, are left out. Each
    /// moment comes once, also when the clock is set back. Key <c>schedule</c>.
    /// </value>
    public Schedule? Schedule { get; set; }

    /// <summary>The time before the first tick or poll after a Start.</summary>
    /// <value>Default <see cref="TimeSpan.Zero"/>: at once. A restart after a failure does not wait for it again. Key <c>initial-delay</c>.</value>
    public TimeSpan InitialDelay { get; set; } = TimeSpan.Zero;

    /// <summary>From where the interval is counted.</summary>
    /// <value>Default <see cref="TickPace.FixedRate"/>. Key <c>pace</c>.</value>
    public TickPace Pace { get; set; } = TickPace.FixedRate;

    /// <summary>How many ticks or polls of the service may run at a time.</summary>
    /// <value>
    /// Default 1: they never overlap, and one that is due while another runs is left out. With more, a tick begins beside those that still run, on the same
    /// instance, up to this number; when one fails, the others are cancelled, and the service fails when they have ended. At most 1,000. Not with
    /// <see cref="TickPace.FixedDelay"/>. Key <c>concurrent-ticks</c>. A change applies at the next start.
    /// </value>
    public int ConcurrentTicks { get; set; } = 1;

    /// <summary>What a tick or poll that throws does to its service.</summary>
    /// <value>Default <see cref="TickErrorAction.Fail"/>. Key <c>on-tick-error</c>.</value>
    public TickErrorAction OnTickError { get; set; } = TickErrorAction.Fail;

    /// <summary>Whether the service says itself when it is ready, by <see cref="ServiceContext.Ready"/>.</summary>
    /// <value>Default false: it is ready as soon as it is Running. With true, a tick that says nothing is ready after its first success. Key <c>awaits-ready</c>.</value>
    public bool AwaitsReady { get; set; }

    /// <summary>The services that must be ready before this one is started; a Start of this one starts them too.</summary>
    /// <value>
    /// Default none. Until all are ready it is Starting and says for which it waits. A dependency that goes down later does not take this one with it. Key
    /// <c>depends-on</c>. A change while it runs applies to the next system.
    /// </value>
    public IReadOnlyList<string> DependsOn { get; set; } = [];

    /// <summary>How long the code may go without <see cref="ServiceContext.Heartbeat"/> before it counts as hung: an incident, then a restart.</summary>
    /// <value>Default <see cref="Timeout.InfiniteTimeSpan"/>: no watchdog. It begins when the service is Running. Key <c>watchdog</c>.</value>
    public TimeSpan Watchdog { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>How many incidents are remembered.</summary>
    /// <value>Default 20, at least 1, at most 1,000. The oldest are forgotten. Key <c>incidents</c>.</value>
    public int IncidentLimit { get; set; } = 20;

    /// <summary>The interval of a URL that states none.</summary>
    internal static TimeSpan DefaultCheckInterval { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The interval of a polled service that states none.</summary>
    internal static TimeSpan DefaultPollInterval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The options of services that state none; shared, so that a hundred thousand of them cost nothing.</summary>
    internal static ServiceOptions Default { get; } = new();

    internal ServiceOptions Copy() => this with { DependsOn = [.. DependsOn ?? []], Restart = Restart with { Backoff = Restart.Backoff is null ? null : Restart.Backoff with { } } };

    /// <summary>Everything that is wrong with the options for a service of this form.</summary>
    internal IEnumerable<string> Faults(ServiceKind kind)
    {
        if (!Enum.IsDefined(RestartType))
        {
            yield return $"restart-type = {(int)RestartType} is none of permanent, transient, temporary.";
        }

        if (RestartFault() is { } restart)
        {
            yield return restart;
        }

        if (StopTimeout != Timeout.InfiniteTimeSpan && (StopTimeout < TimeSpan.Zero || StopTimeout > Longest))
        {
            yield return $"stop-timeout = {TimeText.Of(StopTimeout)} must be 0 to 45 days, or infinite.";
        }

        if (kind is ServiceKind.Service or ServiceKind.Process or ServiceKind.Actor)
        {
            if (Interval is not null || Schedule is not null || InitialDelay != TimeSpan.Zero || OnTickError != TickErrorAction.Fail || Pace != TickPace.FixedRate || ConcurrentTicks != 1)
            {
                yield return "interval, schedule, initial-delay, pace, concurrent-ticks and on-tick-error are for ticks and polled services; a service that runs until it is stopped has none of them.";
            }
        }
        else
        {
            if (Interval is null && Schedule is null && kind == ServiceKind.Tick)
            {
                yield return "a tick needs an interval, such as every: TimeSpan.FromSeconds(60), or a schedule, such as Schedule.Parse(\"daily at 08:00\").";
            }

            if (Schedule is not null && (InitialDelay != TimeSpan.Zero || Pace != TickPace.FixedRate))
            {
                yield return "initial-delay and pace are for an interval; a schedule says itself when ticks come.";
            }

            if (Interval is { } interval && (interval <= TimeSpan.Zero || interval > Longest))
            {
                yield return $"interval = {TimeText.Of(interval)} must be longer than 0 and at most 45 days.";
            }

            if (ConcurrentTicks is < 1 or > MostConcurrentTicks)
            {
                yield return $"concurrent-ticks = {ConcurrentTicks} must be 1 to {MostConcurrentTicks}.";
            }
            else if (ConcurrentTicks > 1 && Schedule is null && Pace == TickPace.FixedDelay)
            {
                yield return "pace = fixed-delay counts from the end of a tick, so that none can overlap; leave out concurrent-ticks, or take fixed-rate.";
            }

            if (kind == ServiceKind.Url && (OnTickError != TickErrorAction.Fail || ConcurrentTicks != 1))
            {
                yield return "a URL is checked once at a time, and a check that fails is a failure: leave out on-tick-error and concurrent-ticks.";
            }

            if (InitialDelay < TimeSpan.Zero || InitialDelay > Longest)
            {
                yield return $"initial-delay = {TimeText.Of(InitialDelay)} must be 0 to 45 days.";
            }
        }

        if (!Enum.IsDefined(Pace))
        {
            yield return $"pace = {(int)Pace} is neither fixed-rate nor fixed-delay.";
        }

        if (!Enum.IsDefined(OnTickError))
        {
            yield return $"on-tick-error = {(int)OnTickError} is neither fail nor continue.";
        }

        if (DependsOn is null || DependsOn.Any(string.IsNullOrWhiteSpace))
        {
            yield return "depends-on has an empty name.";
        }

        if (Watchdog != Timeout.InfiniteTimeSpan && (Watchdog <= TimeSpan.Zero || Watchdog > Longest))
        {
            yield return $"watchdog = {TimeText.Of(Watchdog)} must be longer than 0 and at most 45 days, or infinite.";
        }

        if (IncidentLimit is < 1 or > 1000)
        {
            yield return $"incidents = {IncidentLimit} must be 1 to 1000.";
        }
    }

    private string? RestartFault()
    {
        if (Restart is null)
        {
            return "restart is null; leave it out to have the default.";
        }

        try
        {
            Restart.Validate();
            return null;
        }
        catch (ArgumentException fault)
        {
            return "restart: " + fault.Message.Split(" (Parameter", 2)[0]; // .NET adds the name and the value a second time.
        }
    }
}

/// <summary>From where the interval of a tick is counted.</summary>
public enum TickPace
{
    /// <summary>From the beginning of the first tick, in even steps. A tick that is still running when its successor is due takes its place: that one is left out, not made up for.</summary>
    FixedRate,

    /// <summary>From the end of the tick before.</summary>
    FixedDelay,
}

/// <summary>What a tick that throws does to its service.</summary>
public enum TickErrorAction
{
    /// <summary>The service has failed: it is restarted by its restart options, with a new instance.</summary>
    Fail,

    /// <summary>The error is logged and noted as an incident, and the next tick comes when it is due, on the same instance.</summary>
    Continue,
}
