using System.Reflection;
using System.Text.Json.Nodes;

namespace Actors.Jobs;

/// <summary>One queue.</summary>
/// <param name="Name">Its name, which is also the name of its journal: it must not change while it holds jobs.</param>
/// <param name="Options">Its settings.</param>
/// <param name="Handlers">Classes that implement <see cref="IJobHandler{TJob}"/>, one for each job type that runs here.</param>
public sealed record QueueDefinition(string Name, QueueOptions Options, IReadOnlyList<Type> Handlers)
{
    /// <summary>Whether this process only enqueues, and runs no job of it.</summary>
    public bool IsEnqueueOnly { get; init; }

    /// <summary>What is different for some of the handlers.</summary>
    public IReadOnlyDictionary<Type, HandlerOptions> HandlerOptions { get; init; } = new Dictionary<Type, HandlerOptions>();

    /// <summary>Classes that implement <see cref="IJobMiddleware"/>, around its handlers, outermost first.</summary>
    public IReadOnlyList<Type> Middleware { get; init; } = [];

    /// <summary>What reads the arguments that older programs have stored.</summary>
    public IReadOnlyList<UpcasterDefinition> Upcasters { get; init; } = [];

    /// <summary>Assemblies whose jobs for this queue must all have a handler.</summary>
    public IReadOnlyList<Assembly> Assemblies { get; init; } = [];
}

/// <summary>One step from a version of a job's arguments to the next.</summary>
/// <param name="Job">The class of the job.</param>
/// <param name="FromVersion">The version that is read.</param>
/// <param name="Upcast">Makes the arguments of the next version.</param>
public sealed record UpcasterDefinition(Type Job, int FromVersion, Func<JsonObject, JsonObject> Upcast);
