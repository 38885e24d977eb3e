namespace Actors.Jobs;

/// <summary>Says how a queue is consumed, and by what.</summary>
public sealed class QueueBuilder
{
    private readonly List<Type> _handlers = [];
    private readonly Dictionary<Type, HandlerOptions> _handlerOptions = [];

    /// <summary>Begins a queue with the default settings and no handlers.</summary>
    public QueueBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name of the queue and of its consumer.</summary>
    public string Name { get; }

    /// <summary>All settings, for those without a method here.</summary>
    public QueueOptions Options { get; } = new();

    /// <summary>Sets <see cref="QueueOptions.Workers"/>.</summary>
    public QueueBuilder Workers(int count)
    {
        Options.Workers = count;
        return this;
    }

    /// <summary>Sets <see cref="QueueOptions.Prefetch"/>.</summary>
    public QueueBuilder Prefetch(int jobs)
    {
        Options.Prefetch = jobs;
        return this;
    }

    /// <summary>Sets <see cref="QueueOptions.Timeout"/>.</summary>
    public QueueBuilder Timeout(TimeSpan timeout)
    {
        Options.Timeout = timeout;
        return this;
    }

    /// <summary>Sets how failed attempts are repeated; what is left out stays as it is.</summary>
    /// <param name="maxAttempts">Attempts in all.</param>
    /// <param name="min">The delay before the second attempt.</param>
    /// <param name="max">The longest delay.</param>
    /// <param name="jitter">The share of each delay that is left to chance, 0 to 1.</param>
    public QueueBuilder Retry(int? maxAttempts = null, TimeSpan? min = null, TimeSpan? max = null, double? jitter = null)
    {
        var retry = Options.Retry;
        retry.MaxAttempts = maxAttempts ?? retry.MaxAttempts;
        retry.Backoff.Min = min ?? retry.Backoff.Min;
        retry.Backoff.Max = max ?? retry.Backoff.Max;
        retry.Backoff.Jitter = jitter ?? retry.Backoff.Jitter;
        return this;
    }

    /// <summary>Sets <see cref="RetryOptions.NextDelay"/>: the delay before the next attempt, or null for none.</summary>
    public QueueBuilder Retry(Func<RetryContext, TimeSpan?> nextDelay)
    {
        ArgumentNullException.ThrowIfNull(nextDelay);
        Options.Retry.NextDelay = nextDelay;
        return this;
    }

    /// <summary>A job that ends with this exception, or one derived from it, fails at once and for good.</summary>
    public QueueBuilder DoNotRetry<TException>()
        where TException : Exception
    {
        Options.Retry.NonRetryable.Add(typeof(TException));
        return this;
    }

    /// <summary>Adds the handler of one job type.</summary>
    /// <typeparam name="THandler">Implements <see cref="IJobHandler{TJob}"/> for one job type. Taken from the container if it is registered there, else made from its constructor.</typeparam>
    /// <param name="configure">What is different for this job type; null for nothing.</param>
    public QueueBuilder AddHandler<THandler>(Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        _handlers.Add(typeof(THandler));
        if (configure is not null)
        {
            configure(OptionsOf(typeof(THandler)));
        }

        return this;
    }

    /// <summary>The options of a handler, made when they are first asked for.</summary>
    public HandlerOptions OptionsOf(Type handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (!_handlerOptions.TryGetValue(handler, out var options))
        {
            _handlerOptions.Add(handler, options = new HandlerOptions());
        }

        return options;
    }

    /// <summary>The queue as told so far.</summary>
    public QueueDefinition Build() => new(Name, Options, [.. _handlers]) { HandlerOptions = _handlerOptions };
}
