using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Types;

/// <summary>What runs jobs of one type: makes the handler in the scope of the attempt and calls it.</summary>
internal abstract class JobHandler(JobType type, JobPolicy policy, Upcasters upcasters)
{
    private volatile JobPolicy _policy = policy;

    public JobType Type { get; } = type;

    /// <summary>As it is now: an attempt keeps the one that it began with only where it has read it.</summary>
    public JobPolicy Policy => _policy;

    public abstract Type HandlerType { get; }

    public void Reconfigure(QueueOptions queue, HandlerOptions? handler) => _policy = new JobPolicy(Type, queue, handler);

    /// <summary>Whether arguments of this version may be readable here.</summary>
    public bool MayRead(int version) => version <= Type.Version;

    /// <summary>Reads stored arguments. Throws whatever is wrong with them.</summary>
    public object Read(ReadOnlySpan<byte> json, int version) => upcasters.Read(json, version);

    public abstract Task RunAsync(IServiceProvider scope, object job, JobContext context, CancellationToken cancellationToken);

    /// <exception cref="JobTypeException">The class handles no job type, or more than one.</exception>
    public static JobHandler Create(Type handler, JobTypes types, QueueDefinition queue)
    {
        var handled = JobScan.HandledTypes(handler).ToArray();
        if (handled.Length != 1)
        {
            throw new JobTypeException(
                $"{handler} must implement IJobHandler<T> for exactly one T, but implements it for {handled.Length}: " +
                $"{(handled.Length == 0 ? "none" : string.Join(", ", handled.Select(t => t.Name)))}.");
        }

        var type = types.Get(handled[0]);
        var options = queue.HandlerOptions.GetValueOrDefault(handler);
        return (JobHandler)Activator.CreateInstance(
            typeof(JobHandler<,>).MakeGenericType(handled[0], handler),
            type,
            new JobPolicy(type, queue.Options, options),
            new Upcasters(type, queue.Upcasters.Where(step => step.Job == handled[0])))!; // It has this constructor.
    }
}

/// <inheritdoc/>
internal sealed class JobHandler<TJob, THandler>(JobType type, JobPolicy policy, Upcasters upcasters) : JobHandler(type, policy, upcasters)
    where THandler : class, IJobHandler<TJob>
{
    private readonly ObjectFactory<THandler> _create = ActivatorUtilities.CreateFactory<THandler>([]);

    public override Type HandlerType => typeof(THandler);

    public override Task RunAsync(IServiceProvider scope, object job, JobContext context, CancellationToken cancellationToken)
    {
        var handler = scope.GetService<THandler>() ?? _create(scope, null);
        return handler.HandleAsync((TJob)job, context, cancellationToken);
    }
}
