using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Types;

/// <summary>What runs jobs of one type: makes the handler in the scope of the attempt and calls it.</summary>
internal abstract class JobHandler(JobType type, JobPolicy policy)
{
    public JobType Type { get; } = type;

    public JobPolicy Policy { get; } = policy;

    public abstract Task RunAsync(IServiceProvider scope, object job, JobContext context, CancellationToken cancellationToken);

    /// <exception cref="JobTypeException">The class handles no job type, or more than one.</exception>
    public static JobHandler Create(Type handler, JobTypes types, QueueOptions queue, HandlerOptions? options)
    {
        var handled = handler.GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IJobHandler<>))
            .Select(i => i.GenericTypeArguments[0])
            .ToArray();
        if (handled.Length != 1)
        {
            throw new JobTypeException(
                $"{handler} must implement IJobHandler<T> for exactly one T, but implements it for {handled.Length}: " +
                $"{(handled.Length == 0 ? "none" : string.Join(", ", handled.Select(t => t.Name)))}.");
        }

        var type = types.Get(handled[0]);
        options?.Validate();
        return (JobHandler)Activator.CreateInstance(
            typeof(JobHandler<,>).MakeGenericType(handled[0], handler), type, new JobPolicy(type, queue, options))!; // It has this constructor.
    }
}

/// <inheritdoc/>
internal sealed class JobHandler<TJob, THandler>(JobType type, JobPolicy policy) : JobHandler(type, policy)
    where THandler : class, IJobHandler<TJob>
{
    private readonly ObjectFactory<THandler> _create = ActivatorUtilities.CreateFactory<THandler>([]);

    public override Task RunAsync(IServiceProvider scope, object job, JobContext context, CancellationToken cancellationToken)
    {
        var handler = scope.GetService<THandler>() ?? _create(scope, null);
        return handler.HandleAsync((TJob)job, context, cancellationToken);
    }
}
