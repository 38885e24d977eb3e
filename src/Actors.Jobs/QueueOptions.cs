using Actors.Jobs.Queues;

namespace Actors.Jobs;

/// <summary>The settings of one queue.</summary>
public sealed record QueueOptions
{
    internal const int MostWorkers = 10_000;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    /// <summary>How many jobs may run at a time in each process that runs jobs of the queue. Key <c>actors.queues.NAME.workers</c>.</summary>
    /// <value>Default 10. From 1 to 10,000.</value>
    public int Workers { get; set; } = 10;

    /// <summary>How many jobs beyond <see cref="Workers"/> are granted in advance, so that a worker never waits for a write. Key <c>prefetch</c>.</summary>
    /// <value>Default 200. 0 grants only to free workers. Jobs granted in advance that have not begun are given back on a graceful stop.</value>
    public int Prefetch { get; set; } = 200;

    /// <summary>How long one attempt may take; then its token is cancelled, and the attempt has failed when it throws. Key <c>timeout</c>.</summary>
    /// <value>
    /// Default <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: no limit. Else from 1 ms to 49 days. An attempt that does not look at its token
    /// keeps its worker until it ends; it is reported after two seconds more.
    /// </value>
    public TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How failed attempts are repeated. Keys <c>retry.*</c>.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>What the jobs may do at most, in all processes together. Keys <c>limits.*</c>.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>Largest size of a job's arguments, in bytes. Key <c>max-args-bytes</c>.</summary>
    /// <value>Default 1 MiB; at most 16 MiB.</value>
    public int MaxArgsBytes { get; set; } = 1024 * 1024;

    /// <summary>Memory for arguments of waiting jobs, in bytes; beyond it they are read from the journal shortly before they are needed. Key <c>cache-bytes</c>.</summary>
    /// <value>Default 16 MiB.</value>
    public long CacheBytes { get; set; } = 16L * 1024 * 1024;

    /// <summary>Longest time that running jobs may take to finish when the consumer is stopped; then their token is cancelled. Key <c>stop-timeout</c>.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often the process may die while a job runs alone in it before that job is quarantined. Jobs that had begun when the process died run
    /// alone, one after the other, so that only the one that is to blame is quarantined. Key <c>quarantine-after</c>.
    /// </summary>
    /// <value>Default 3. <see cref="RestartOptions.Unlimited"/> quarantines none.</value>
    public int QuarantineAfter { get; set; } = 3;

    /// <summary>Whether jobs that have succeeded go to the history. Key <c>keep-succeeded</c>.</summary>
    /// <value>
    /// Default true. Without them a queue of many short jobs is faster and its history small; nothing tells a job that has succeeded from one that never was, and its id
    /// is free again. Failed and cancelled jobs always go to the history.
    /// </value>
    public bool KeepSucceeded { get; set; } = true;

    /// <summary>How long the history keeps finished jobs. Keys <c>retention.*</c>.</summary>
    public RetentionOptions Retention { get; set; } = new();

    /// <summary>When the queue pauses itself because too many attempts fail. Keys <c>auto-pause.*</c>.</summary>
    public AutoPauseOptions AutoPause { get; set; } = new();

    /// <summary>
    /// How long another process that runs jobs may say nothing, though it is asked, before they run elsewhere: it may be stopped by a signal or in a debugger. When it
    /// wakes, its attempts are cancelled, and what it says of them counts no more. Key <c>node-timeout</c>.
    /// </summary>
    /// <value>Default 30 s; at least 100 ms. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits for as long as it lives. One process alone never needs it.</value>
    public TimeSpan NodeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of the oldest part of the journal is given up before it is deleted, in bytes. Small in tests only.</summary>
    internal long TrimBytes { get; set; } = 512 * 1024;

    /// <summary>From this size on, in bytes, a journal that is more than twice as large as its live jobs is written forward. Small in tests only.</summary>
    internal long ForwardBytes { get; set; } = 16L * 1024 * 1024;

    /// <summary>The parts of a journal in which what is alive is counted.</summary>
    internal long LedgerRunBytes => Math.Min(CommitLedger.DefaultRunBytes, TrimBytes / 8);

    /// <summary>How many finished jobs go to the history in one write. Small in tests only.</summary>
    internal int HistoryBatch { get; set; } = 1000;

    /// <summary>How many jobs that are over their time are deleted at a time. Small in tests only.</summary>
    internal int PruneBatch { get; set; } = 500;

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Workers, MostWorkers);
        ArgumentOutOfRangeException.ThrowIfNegative(Prefetch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Prefetch, 100_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxArgsBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxArgsBytes, 16 * 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(StopTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(QuarantineAfter, 1);
        ValidateTimeout(Timeout, nameof(Timeout));
        ValidateTimeout(NodeTimeout, nameof(NodeTimeout));
        if (NodeTimeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(NodeTimeout, TimeSpan.FromMilliseconds(100));
        }

        Limits.Validate();
        Retry.Validate();
        Retention.Validate();
        AutoPause.Validate();
    }

    internal static bool IsTimeout(TimeSpan timeout) =>
        timeout == System.Threading.Timeout.InfiniteTimeSpan || (timeout >= TimeSpan.FromMilliseconds(1) && timeout <= LongestTimeout);

    internal static void ValidateTimeout(TimeSpan timeout, string name)
    {
        if (timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.FromMilliseconds(1), name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestTimeout, name);
        }
    }
}

/// <summary>How often, and after which delays, a job that fails is tried again.</summary>
/// <remarks>
/// With the defaults, and before jitter, the delays are 1, 2, 4, 8, 16, 32 s, then 1, 2, 4, 9, 17, 34 min, then 1 h each:
/// 20 attempts over about eight hours.
/// </remarks>
public sealed record RetryOptions
{
    internal const int MostAttempts = 10_000;

    /// <summary>How many attempts are made in all. Key <c>retry.max-attempts</c>.</summary>
    /// <value>Default 20. 1 makes no retries.</value>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>The delays before the second and later attempts. Keys <c>retry.min</c>, <c>retry.max</c>, <c>retry.factor</c>, <c>retry.jitter</c>.</summary>
    /// <value>Default 1 s, doubling up to 1 h, each 80 % to 100 % of its value.</value>
    public BackoffOptions Backoff { get; set; } = new() { Max = TimeSpan.FromHours(1) };

    /// <summary>How many of the attempts that begin may be retries. Keys <c>retry.budget.*</c>.</summary>
    public RetryBudgetOptions Budget { get; set; } = new();

    /// <summary>A policy of one's own instead of <see cref="Backoff"/>: the delay before the next attempt, or null when the job is to fail for good.</summary>
    /// <value>Default null. Not asked when a handler has named a delay, nor after the last attempt or a non-retryable exception. When it throws, <see cref="Backoff"/> decides.</value>
    public Func<RetryContext, TimeSpan?>? NextDelay { get; set; }

    /// <summary>Exceptions after which a job fails for good, beside <see cref="NonRetryableException"/>. Classes derived from them are meant too.</summary>
    public IList<Type> NonRetryable { get; } = [];

    /// <summary>Throws when a value makes no sense.</summary>
    /// <exception cref="ArgumentException">The message names the property and its value.</exception>
    public void Validate()
    {
        ValidateMaxAttempts(MaxAttempts, nameof(MaxAttempts));
        Backoff.Validate();
        Budget.Validate();
        ValidateNonRetryable(NonRetryable);
    }

    internal static void ValidateMaxAttempts(int maxAttempts, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAttempts, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxAttempts, MostAttempts, name);
    }

    internal static void ValidateNonRetryable(IEnumerable<Type> types)
    {
        if (types.FirstOrDefault(type => !type.IsAssignableTo(typeof(Exception))) is { } wrong)
        {
            throw new ArgumentException($"{wrong} cannot be non-retryable: it is no exception.", nameof(NonRetryable));
        }
    }
}
