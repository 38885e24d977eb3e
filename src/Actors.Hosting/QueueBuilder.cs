using Actors.Jobs;

namespace Actors.Hosting;

/// <summary>Says how a queue is consumed, and by what.</summary>
public sealed class QueueBuilder
{
    private readonly List<Type> _handlers = [];

    internal QueueBuilder(string name) => Name = name;

    /// <summary>The name of the queue and of its consumer.</summary>
    public string Name { get; }

    /// <summary>All settings, for those without a method here.</summary>
    public QueueOptions Options { get; } = new();

    internal IReadOnlyList<Type> Handlers => _handlers;

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

    /// <summary>Adds the handler of one job type.</summary>
    /// <typeparam name="THandler">Implements <see cref="IJobHandler{TJob}"/> for one job type. Taken from the container if it is registered there, else made from its constructor.</typeparam>
    public QueueBuilder AddHandler<THandler>()
        where THandler : class
    {
        _handlers.Add(typeof(THandler));
        return this;
    }
}
