namespace Actors.Jobs;

/// <summary>What of a queue is to be otherwise than configured, until it is reset. What is null stays as it is.</summary>
public sealed record QueueChange
{
    /// <summary>How many jobs may run at a time in each process that runs jobs of the queue. As <see cref="QueueOptions.Workers"/>.</summary>
    public int? Workers { get; init; }

    /// <summary>How many may run at a time in all processes together. As <see cref="LimitOptions.Concurrency"/>.</summary>
    public int? Concurrency { get; init; }

    /// <summary>How many of one key. As <see cref="LimitOptions.ConcurrencyPerKey"/>.</summary>
    public int? ConcurrencyPerKey { get; init; }

    /// <summary>How many may start in a time. As <see cref="LimitOptions.Rate"/>.</summary>
    public RateLimit? Rate { get; init; }

    /// <summary>How many of one key. As <see cref="LimitOptions.RatePerKey"/>.</summary>
    public RateLimit? RatePerKey { get; init; }

    internal bool IsNone => this == new QueueChange();

    /// <summary>What another says, and else what this one does.</summary>
    internal QueueChange With(QueueChange other) => new()
    {
        Workers = other.Workers ?? Workers,
        Concurrency = other.Concurrency ?? Concurrency,
        ConcurrencyPerKey = other.ConcurrencyPerKey ?? ConcurrencyPerKey,
        Rate = other.Rate ?? Rate,
        RatePerKey = other.RatePerKey ?? RatePerKey,
    };

    /// <summary>The limits with what is changed of them.</summary>
    internal LimitOptions Of(LimitOptions limits) => limits with
    {
        Concurrency = Concurrency ?? limits.Concurrency,
        ConcurrencyPerKey = ConcurrencyPerKey ?? limits.ConcurrencyPerKey,
        Rate = Rate ?? limits.Rate,
        RatePerKey = RatePerKey ?? limits.RatePerKey,
    };

    /// <exception cref="ArgumentException">Nothing is changed, or a value makes no sense.</exception>
    internal void Validate(string parameter)
    {
        if (IsNone)
        {
            throw new ArgumentException("Nothing is changed by it: name workers or a limit. To go back to what is configured, reset the queue.", parameter);
        }

        if (Workers is < 1 or > QueueOptions.MostWorkers)
        {
            throw new ArgumentOutOfRangeException(nameof(Workers), Workers, $"Workers are 1 to {QueueOptions.MostWorkers:#,0}. To let no job run, pause the queue.");
        }

        Of(new LimitOptions()).Validate();
    }
}

/// <summary>That a queue is otherwise than configured, because somebody has changed it while it ran. It stays so, whatever restarts or is reloaded, until it is reset.</summary>
/// <param name="Change">What was changed, by all changes since the last reset.</param>
/// <param name="Configured">What the configuration says of the same. A limit or rate that it does not have is null.</param>
/// <param name="Since">When it was changed last.</param>
/// <param name="By">By whom, as was said then; null when nobody was named.</param>
/// <param name="Reason">Why, as was said then; null when no reason was given.</param>
public sealed record QueueOverride(QueueChange Change, QueueChange Configured, DateTimeOffset Since, string? By, string? Reason)
{
    /// <summary>The same, and what the configuration says of what is changed.</summary>
    internal QueueOverride Against(QueueOptions options) => this with
    {
        Configured = new QueueChange
        {
            Workers = Change.Workers is null ? null : options.Workers,
            Concurrency = Change.Concurrency is null || options.Limits.Concurrency == RestartOptions.Unlimited ? null : options.Limits.Concurrency,
            ConcurrencyPerKey = Change.ConcurrencyPerKey is null || options.Limits.ConcurrencyPerKey == RestartOptions.Unlimited ? null : options.Limits.ConcurrencyPerKey,
            Rate = Change.Rate is null ? null : options.Limits.Rate,
            RatePerKey = Change.RatePerKey is null ? null : options.Limits.RatePerKey,
        },
    };

    /// <summary>The settings with what is changed of them.</summary>
    internal static QueueOptions Apply(QueueChange? change, QueueOptions options) =>
        change is null ? options : options with { Workers = change.Workers ?? options.Workers, Limits = change.Of(options.Limits) };
}
