using System.Reflection;
using System.Text.Json.Nodes;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>Says how a queue is consumed, and by what.</summary>
public sealed class QueueBuilder
{
    private readonly List<Type> _handlers = [];
    private readonly Dictionary<Type, HandlerOptions> _handlerOptions = [];
    private readonly List<UpcasterDefinition> _upcasters = [];
    private readonly List<Assembly> _assemblies = [];
    private readonly List<Type> _middleware = [];

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

    /// <summary>Whether <see cref="EnqueueOnly"/> was called.</summary>
    public bool IsEnqueueOnly { get; private set; }

    /// <summary>This process adds jobs to the queue and runs none: it has no consumer, and handlers, if there are any, are not used.</summary>
    /// <remarks>For a web application beside workers that share its store. A process that only enqueues may own the queue: then it grants the jobs to the others.</remarks>
    public QueueBuilder EnqueueOnly()
    {
        IsEnqueueOnly = true;
        return this;
    }

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

    /// <summary>Sets how many of the attempts that begin may be retries; what is left out stays as it is.</summary>
    /// <param name="share">The share of the attempts, less than 1.</param>
    /// <param name="minimum">How many may be in any case.</param>
    /// <param name="window">The time in which they are counted.</param>
    public QueueBuilder RetryBudget(double share, int? minimum = null, TimeSpan? window = null)
    {
        var budget = Options.Retry.Budget;
        budget.Share = share;
        budget.Minimum = minimum ?? budget.Minimum;
        budget.Window = window ?? budget.Window;
        return this;
    }

    /// <summary>Lets the queue pause itself when too many attempts fail; what is left out stays as it is.</summary>
    /// <param name="failureRate">The share of failed attempts, up to 1.</param>
    /// <param name="window">The time in which attempts are counted.</param>
    /// <param name="minimum">How many must have ended in that time.</param>
    /// <param name="pauseFor">How long it is paused; infinite until somebody resumes it.</param>
    public QueueBuilder AutoPause(double failureRate, TimeSpan? window = null, int? minimum = null, TimeSpan? pauseFor = null)
    {
        var pause = Options.AutoPause;
        pause.FailureRate = failureRate;
        pause.Window = window ?? pause.Window;
        pause.Minimum = minimum ?? pause.Minimum;
        pause.PauseFor = pauseFor ?? pause.PauseFor;
        return this;
    }

    /// <summary>Sets how long the history keeps finished jobs; what is left out stays as it is.</summary>
    /// <param name="succeeded">Those that have succeeded.</param>
    /// <param name="failed">Those that have failed for good.</param>
    /// <param name="cancelled">Those that were cancelled.</param>
    public QueueBuilder Retention(TimeSpan? succeeded = null, TimeSpan? failed = null, TimeSpan? cancelled = null)
    {
        var retention = Options.Retention;
        retention.Succeeded = succeeded ?? retention.Succeeded;
        retention.Failed = failed ?? retention.Failed;
        retention.Cancelled = cancelled ?? retention.Cancelled;
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
        Add(typeof(THandler));
        if (configure is not null)
        {
            configure(OptionsOf(typeof(THandler)));
        }

        return this;
    }

    /// <summary>
    /// Adds all handlers of an assembly whose jobs name this queue (<see cref="JobAttribute.Queue"/>), and makes it a fault of the start when a job
    /// in it that names this queue has none.
    /// </summary>
    public QueueBuilder AddHandlersFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        _assemblies.Add(assembly);
        foreach (var handler in JobScan.Of(assembly).Handlers)
        {
            if (JobScan.Handled(handler)?.Job.Queue == Name)
            {
                Add(handler);
            }
        }

        return this;
    }

    /// <summary>Puts middleware around the handlers of this queue. The first that is added is outermost; that of all queues is further out.</summary>
    /// <typeparam name="TMiddleware">Taken from the service scope of each attempt if it is registered there, else made from its constructor.</typeparam>
    public QueueBuilder Use<TMiddleware>()
        where TMiddleware : class, IJobMiddleware
    {
        _middleware.Add(typeof(TMiddleware));
        return this;
    }

    /// <summary>The middleware that was added, outermost first.</summary>
    public IReadOnlyList<Type> Middleware => _middleware;

    /// <summary>Adds a step that reads arguments which older programs have stored.</summary>
    public QueueBuilder AddUpcaster<TJob, TUpcaster>()
        where TUpcaster : IJobUpcaster<TJob>, new()
    {
        var upcaster = new TUpcaster();
        return Upcast<TJob>(upcaster.FromVersion, upcaster.Upcast);
    }

    /// <summary>Adds a step that reads arguments which older programs have stored.</summary>
    /// <param name="fromVersion">The version that it reads; it writes the next.</param>
    /// <param name="upcast">Makes the arguments of the next version; they may be changed in place.</param>
    public QueueBuilder Upcast<TJob>(int fromVersion, Func<JsonObject, JsonObject> upcast)
    {
        ArgumentNullException.ThrowIfNull(upcast);
        _upcasters.Add(new UpcasterDefinition(typeof(TJob), fromVersion, upcast));
        return this;
    }

    /// <summary>The stable names of the jobs that have a handler.</summary>
    public IReadOnlyList<string> JobNames => [.. _handlers.Select(handler => JobScan.Handled(handler)?.Job.Name).OfType<string>().Distinct()];

    /// <summary>The options of the handler of a job, by the job's stable name; it must be one of <see cref="JobNames"/>.</summary>
    public HandlerOptions OptionsOf(string jobName) => OptionsOf(
        _handlers.FirstOrDefault(handler => JobScan.Handled(handler)?.Job.Name == jobName)
        ?? throw new ArgumentException($"Queue '{Name}' has no handler for '{jobName}'.", nameof(jobName)));

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
    public QueueDefinition Build() => new(Name, Options, [.. _handlers])
    {
        IsEnqueueOnly = IsEnqueueOnly,
        HandlerOptions = _handlerOptions,
        Upcasters = [.. _upcasters],
        Assemblies = [.. _assemblies],
        Middleware = [.. _middleware],
    };

    private void Add(Type handler)
    {
        if (!_handlers.Contains(handler))
        {
            _handlers.Add(handler);
        }
    }
}
