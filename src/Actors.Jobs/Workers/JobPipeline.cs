using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Workers;

/// <summary>The middleware of a queue, outermost first.</summary>
internal sealed class JobPipeline
{
    private readonly ObjectFactory[] _factories;

    /// <param name="middleware">Classes that implement <see cref="IJobMiddleware"/>: see <see cref="Faults"/>.</param>
    public JobPipeline(IReadOnlyList<Type> middleware)
    {
        Middleware = middleware;
        _factories = [.. middleware.Select(static type => ActivatorUtilities.CreateFactory(type, Type.EmptyTypes))];
    }

    public static JobPipeline None { get; } = new([]);

    public IReadOnlyList<Type> Middleware { get; }

    public bool IsEmpty => _factories.Length == 0;

    /// <summary>What is wrong with these classes.</summary>
    public static IEnumerable<string> Faults(IEnumerable<Type> middleware) => middleware
        .Where(static type => !type.IsAssignableTo(typeof(IJobMiddleware)) || type.IsAbstract)
        .Select(static type => $"{type} cannot be middleware: it must be a class, not an abstract one, that implements IJobMiddleware.");

    public Task<JobResult> RunAsync(
        IServiceProvider scope, JobContext context, object job, Func<CancellationToken, Task<JobResult>> handle, CancellationToken cancellationToken)
    {
        return RunFromAsync(0, cancellationToken);

        Task<JobResult> RunFromAsync(int index, CancellationToken token)
        {
            if (index == _factories.Length)
            {
                return handle(token);
            }

            var type = Middleware[index];
            var middleware = (IJobMiddleware)(scope.GetService(type) ?? _factories[index](scope, null));
            return middleware.InvokeAsync(context, job, next => RunFromAsync(index + 1, next), token)
                ?? throw new InvalidOperationException($"The middleware {type} returned null instead of a task.");
        }
    }
}
