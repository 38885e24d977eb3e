using Actors.Hosting.Management;
using Actors.Hosting.Systemd;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Services;

namespace Actors.Hosting.Settings;

/// <summary>Every key of the configuration, by the options class that owns its default. hocon/reference/*.conf documents the same keys, and a test compares them.</summary>
internal static class SettingTables
{
    // First, because the tables below are made from it.
    private static QueueOptions QueueDefaults { get; } = new();

    /// <summary>Keys that a program has not: those of ticks, and what only code can answer for.</summary>
    private static readonly string[] NotForPrograms = ["interval", "schedule", "initial-delay", "pace", "on-tick-error", "concurrent-ticks", "watchdog"];

    /// <summary>Keys that a URL has not.</summary>
    private static readonly string[] NotForUrls = ["on-tick-error", "concurrent-ticks", "watchdog", "pace"];

    // Before System, which holds them: the tables are made in this order.
    public static IReadOnlyList<Setting<DeadLetterOptions>> DeadLetters { get; } =
    [
        Setting<DeadLetterOptions>.Int("capacity", o => o.Capacity, (o, v) => o.Capacity = v),
        Setting<DeadLetterOptions>.Limit("log-limit", o => o.LogLimit, (o, v) => o.LogLimit = v),
        Setting<DeadLetterOptions>.Duration("log-pause", o => o.LogPause, (o, v) => o.LogPause = v),
        Setting<DeadLetterOptions>.Flag("log-during-shutdown", o => o.LogDuringShutdown, (o, v) => o.LogDuringShutdown = v),
    ];

    public static IReadOnlyList<Setting<ActorSystemOptions>> System { get; } =
    [
        Setting<ActorSystemOptions>.Duration("ask-timeout", o => o.AskTimeout, (o, v) => o.AskTimeout = v),
        Setting<ActorSystemOptions>.Duration("handler-limit", o => o.HandlerLimit, (o, v) => o.HandlerLimit = v),
        .. DeadLetters.Select(setting => setting.Within<ActorSystemOptions>("dead-letters", o => o.DeadLetters)),
    ];

    public static IReadOnlyList<Setting<PersistenceOptions>> Persistence { get; } =
    [
        Setting<PersistenceOptions>.Duration("persist-timeout", o => o.PersistTimeout, (o, v) => o.PersistTimeout = v),
        Setting<PersistenceOptions>.Duration("answer-timeout", o => o.AnswerTimeout, (o, v) => o.AnswerTimeout = v),
        Setting<PersistenceOptions>.Int("max-concurrent-recoveries", o => o.MaxConcurrentRecoveries, (o, v) => o.MaxConcurrentRecoveries = v),
    ];

    public static IReadOnlyList<Setting<SystemdOptions>> Systemd { get; } =
    [
        Setting<SystemdOptions>.Flag("notify", o => o.Notify, (o, v) => o.Notify = v),
        Setting<SystemdOptions>.Duration("ready-timeout", o => o.ReadyTimeout, (o, v) => o.ReadyTimeout = v),
    ];

    public static IReadOnlyList<Setting<ManagementOptions>> Management { get; } =
    [
        Setting<ManagementOptions>.Text("socket", "on, off, or the path of a socket", o => o.Socket, (o, v) => o.Socket = v),
    ];

    public static IReadOnlyList<Setting<BackoffOptions>> Backoff { get; } =
    [
        Setting<BackoffOptions>.Duration("min", o => o.Min, (o, v) => o.Min = v),
        Setting<BackoffOptions>.Duration("max", o => o.Max, (o, v) => o.Max = v),
        Setting<BackoffOptions>.Number("factor", o => o.Factor, (o, v) => o.Factor = v),
        Setting<BackoffOptions>.Number("jitter", o => o.Jitter, (o, v) => o.Jitter = v),
    ];

    public static IReadOnlyList<Setting<RestartOptions>> Restart { get; } =
    [
        Setting<RestartOptions>.Limit("max-restarts", o => o.MaxRestarts, (o, v) => o.MaxRestarts = v),
        Setting<RestartOptions>.Duration("window", o => o.Window, (o, v) => o.Window = v),
        Setting<RestartOptions>.Word("on-exhausted", o => o.OnExhausted, (o, v) => o.OnExhausted = v),
        Setting<RestartOptions>.Duration("slow-retry-interval", o => o.SlowRetryInterval, (o, v) => o.SlowRetryInterval = v),
        .. Backoff.Select(setting => setting.Within<RestartOptions>("backoff", BackoffOf)),
        Setting<BackoffOptions>.Duration("reset-after", o => o.ResetAfter, (o, v) => o.ResetAfter = v).Within<RestartOptions>("backoff", BackoffOf),
    ];

    public static IReadOnlyList<Setting<ServiceOptions>> Service { get; } =
    [
        Setting<ServiceOptions>.Flag("autostart", o => o.Autostart, (o, v) => o.Autostart = v),
        Setting<ServiceOptions>.Word("restart-type", o => o.RestartType, (o, v) => o.RestartType = v),
        Setting<ServiceOptions>.Duration("stop-timeout", o => o.StopTimeout, (o, v) => o.StopTimeout = v),
        Setting<ServiceOptions>.Flag("awaits-ready", o => o.AwaitsReady, (o, v) => o.AwaitsReady = v),
        Setting<ServiceOptions>.Words("depends-on", o => o.DependsOn, (o, v) => o.DependsOn = v),
        Setting<ServiceOptions>.Duration("watchdog", o => o.Watchdog, (o, v) => o.Watchdog = v),
        Setting<ServiceOptions>.Int("incidents", o => o.IncidentLimit, (o, v) => o.IncidentLimit = v),
        .. Restart.Select(setting => setting.Within<ServiceOptions>("restart", o => o.Restart)),
        Setting<ServiceOptions>.Duration("interval", o => o.Interval ?? TimeSpan.FromSeconds(5), (o, v) => o.Interval = v),
        Setting<ServiceOptions>.Moments("schedule", o => o.Schedule, (o, v) => o.Schedule = v),
        Setting<ServiceOptions>.Duration("initial-delay", o => o.InitialDelay, (o, v) => o.InitialDelay = v),
        Setting<ServiceOptions>.Word("pace", o => o.Pace, (o, v) => o.Pace = v),
        Setting<ServiceOptions>.Int("concurrent-ticks", o => o.ConcurrentTicks, (o, v) => o.ConcurrentTicks = v),
        Setting<ServiceOptions>.Word("on-tick-error", o => o.OnTickError, (o, v) => o.OnTickError = v),
    ];

    /// <summary>A program: its own settings, and those of the service that it is. Command, environment and exit codes are not of one line; see <see cref="ProcessSection"/>.</summary>
    public static IReadOnlyList<Setting<ActorsBuilder.ProcessEntry>> Process { get; } =
    [
        Setting<ActorsBuilder.ProcessEntry>.Text("working-directory", o => o.Process.WorkingDirectory, (o, v) => o.Process.WorkingDirectory = v),
        Setting<ActorsBuilder.ProcessEntry>.Text("user", o => o.Process.User, (o, v) => o.Process.User = v),
        Setting<ActorsBuilder.ProcessEntry>.Int("instances", o => o.Process.InstanceCount, (o, v) => o.Process.InstanceCount = v),
        Setting<ActorsBuilder.ProcessEntry>.Word("stop-signal", o => o.Process.StopSignal, (o, v) => o.Process.StopSignal = v),
        Setting<ActorsBuilder.ProcessEntry>.Word("output.level", o => o.Process.OutputLevel, (o, v) => o.Process.OutputLevel = v),
        Setting<ActorsBuilder.ProcessEntry>.Word("output.error-level", o => o.Process.ErrorLevel, (o, v) => o.Process.ErrorLevel = v),
        Setting<ActorsBuilder.ProcessEntry>.Int("output.lines", o => o.Process.OutputLines, (o, v) => o.Process.OutputLines = v),
        Setting<ActorsBuilder.ProcessEntry>.Text("output.file", o => o.Process.OutputFile, (o, v) => o.Process.OutputFile = v),
        Setting<ActorsBuilder.ProcessEntry>.Bytes("output.file-bytes", o => o.Process.OutputFileBytes, (o, v) => o.Process.OutputFileBytes = v),
        Setting<ActorsBuilder.ProcessEntry>.Int("output.files", o => o.Process.OutputFiles, (o, v) => o.Process.OutputFiles = v),
        .. Service.Where(setting => !NotForPrograms.Contains(setting.Key)).Select(setting => setting.Of<ActorsBuilder.ProcessEntry>(o => o.Service)),
    ];

    /// <summary>A URL: its own settings, and those of the service that it is. Headers and status are not of one line; see <see cref="UrlSection"/>.</summary>
    public static IReadOnlyList<Setting<ActorsBuilder.UrlEntry>> Url { get; } =
    [
        Setting<ActorsBuilder.UrlEntry>.Text("url", o => o.Url.Url, (o, v) => o.Url.Url = v ?? ""),
        Setting<ActorsBuilder.UrlEntry>.Duration("timeout", o => o.Url.Timeout, (o, v) => o.Url.Timeout = v),
        Setting<ActorsBuilder.UrlEntry>.Text("contains", o => o.Url.Contains, (o, v) => o.Url.Contains = v),
        .. Service.Where(setting => !NotForUrls.Contains(setting.Key)).Select(setting => setting.Of<ActorsBuilder.UrlEntry>(o => o.Service)),
    ];

    public static IReadOnlyList<Setting<ActorsBuilder.GroupEntry>> Group { get; } =
    [
        Setting<ActorsBuilder.GroupEntry>.Word("strategy", o => o.Strategy, (o, v) => o.Strategy = v),
        Setting<ActorsBuilder.GroupEntry>.Words("services", o => o.Services, (o, v) => o.Services = v),
    ];

    public static IReadOnlyList<Setting<QueueOptions>> Queue { get; } =
    [
        Setting<QueueOptions>.Int("workers", o => o.Workers, (o, v) => o.Workers = v),
        Setting<QueueOptions>.Int("prefetch", o => o.Prefetch, (o, v) => o.Prefetch = v),
        Setting<LimitOptions>.Limit("concurrency", o => o.Concurrency, (o, v) => o.Concurrency = v).Within<QueueOptions>("limits", o => o.Limits),
        Setting<LimitOptions>.Limit("concurrency-per-key", o => o.ConcurrencyPerKey, (o, v) => o.ConcurrencyPerKey = v).Within<QueueOptions>("limits", o => o.Limits),
        Setting<LimitOptions>.Rate("rate", o => o.Rate, (o, v) => o.Rate = v).Within<QueueOptions>("limits", o => o.Limits),
        Setting<LimitOptions>.Rate("rate-per-key", o => o.RatePerKey, (o, v) => o.RatePerKey = v).Within<QueueOptions>("limits", o => o.Limits),
        Setting<QueueOptions>.Bytes("max-args-bytes", o => o.MaxArgsBytes, (o, v) => o.MaxArgsBytes = checked((int)Math.Min(v, int.MaxValue))),
        Setting<QueueOptions>.Bytes("cache-bytes", o => o.CacheBytes, (o, v) => o.CacheBytes = v),
        Setting<QueueOptions>.Duration("stop-timeout", o => o.StopTimeout, (o, v) => o.StopTimeout = v),
        Setting<QueueOptions>.Limit("quarantine-after", o => o.QuarantineAfter, (o, v) => o.QuarantineAfter = v),
        Setting<QueueOptions>.Flag("keep-succeeded", o => o.KeepSucceeded, (o, v) => o.KeepSucceeded = v),
        Setting<AutoPauseOptions>.Share("failure-rate", o => o.FailureRate, (o, v) => o.FailureRate = v).Within<QueueOptions>("auto-pause", o => o.AutoPause),
        Setting<AutoPauseOptions>.Duration("window", o => o.Window, (o, v) => o.Window = v).Within<QueueOptions>("auto-pause", o => o.AutoPause),
        Setting<AutoPauseOptions>.Int("minimum", o => o.Minimum, (o, v) => o.Minimum = v).Within<QueueOptions>("auto-pause", o => o.AutoPause),
        Setting<AutoPauseOptions>.Duration("pause-for", o => o.PauseFor, (o, v) => o.PauseFor = v).Within<QueueOptions>("auto-pause", o => o.AutoPause),
        Setting<AutoPauseOptions>.Int("trial", o => o.Trial, (o, v) => o.Trial = v).Within<QueueOptions>("auto-pause", o => o.AutoPause),
        Setting<RetentionOptions>.Duration("succeeded", o => o.Succeeded, (o, v) => o.Succeeded = v).Within<QueueOptions>("retention", o => o.Retention),
        Setting<RetentionOptions>.Duration("failed", o => o.Failed, (o, v) => o.Failed = v).Within<QueueOptions>("retention", o => o.Retention),
        Setting<RetentionOptions>.Duration("cancelled", o => o.Cancelled, (o, v) => o.Cancelled = v).Within<QueueOptions>("retention", o => o.Retention),
        Setting<QueueOptions>.Duration("node-timeout", o => o.NodeTimeout, (o, v) => o.NodeTimeout = v),
        Setting<QueueOptions>.Duration("timeout", o => o.Timeout, (o, v) => o.Timeout = v),
        Setting<RetryOptions>.Int("max-attempts", o => o.MaxAttempts, (o, v) => o.MaxAttempts = v).Within<QueueOptions>("retry", o => o.Retry),
        .. Backoff.Select(setting => setting.Within<QueueOptions>("retry", o => o.Retry.Backoff)),
        Setting<RetryBudgetOptions>.Share("share", o => o.Share, (o, v) => o.Share = v).Within<QueueOptions>("retry.budget", o => o.Retry.Budget),
        Setting<RetryBudgetOptions>.Int("minimum", o => o.Minimum, (o, v) => o.Minimum = v).Within<QueueOptions>("retry.budget", o => o.Retry.Budget),
        Setting<RetryBudgetOptions>.Duration("window", o => o.Window, (o, v) => o.Window = v).Within<QueueOptions>("retry.budget", o => o.Retry.Budget),
    ];

    /// <summary>One durable schedule.</summary>
    public static IReadOnlyList<Setting<ScheduleSettings>> Schedule { get; } =
    [
        Setting<ScheduleSettings>.Word("missed", o => o.Options.Missed, (o, v) => o.Options.Missed = v),
        Setting<ScheduleSettings>.Duration("window", o => o.Options.Window, (o, v) => o.Options.Window = v),
        Setting<ScheduleSettings>.Word("overlap", o => o.Options.Overlap, (o, v) => o.Options.Overlap = v),
        Setting<ScheduleSettings>.Duration("jitter", o => o.Options.Jitter, (o, v) => o.Options.Jitter = v),
        Setting<ScheduleSettings>.Moment("until", o => o.Options.Until, (o, v) => o.Options.Until = v),
        Setting<ScheduleSettings>.Limit(
            "max-runs",
            o => o.Options.MaxRuns is { } most ? (int)Math.Min(most, int.MaxValue - 1) : RestartOptions.Unlimited,
            (o, v) => o.Options.MaxRuns = v == RestartOptions.Unlimited ? null : v),
        Setting<ScheduleSettings>.Text("schedule", o => o.Text, (o, v) => o.Text = v),
        Setting<ScheduleSettings>.Text("time-zone", o => o.Options.TimeZone, (o, v) => o.Options.TimeZone = v),
        Setting<ScheduleSettings>.Text("job", o => o.Job, (o, v) => o.Job = v),
        Setting<ScheduleSettings>.Text("args", o => o.Args, (o, v) => o.Args = v ?? "{}"),
        Setting<ScheduleSettings>.Text("queue", o => o.Options.Queue, (o, v) => o.Options.Queue = v),
    ];

    /// <summary>One job type of a queue. A key that is left out is as in the queue, so what is given back for it is the queue's default.</summary>
    public static IReadOnlyList<Setting<HandlerOptions>> Handler { get; } =
    [
        Setting<HandlerOptions>.Duration("timeout", o => o.Timeout ?? QueueDefaults.Timeout, (o, v) => o.Timeout = v),
        Setting<HandlerOptions>.Int("retry.max-attempts", o => o.MaxAttempts ?? QueueDefaults.Retry.MaxAttempts, (o, v) => o.MaxAttempts = v),
        .. Backoff.Select(setting => setting.Within<HandlerOptions>("retry", o => o.Backoff ??= QueueDefaults.Retry.Backoff with { })),
    ];

    private static BackoffOptions BackoffOf(RestartOptions options) => options.Backoff ??= new BackoffOptions();
}
