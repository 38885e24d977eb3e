using System.Collections.Concurrent;
using System.Reflection;

namespace Actors.Jobs.Types;

/// <summary>The jobs and handlers of an assembly.</summary>
internal sealed record JobScan(IReadOnlyList<(Type Type, JobAttribute Job)> Jobs, IReadOnlyList<Type> Handlers)
{
    private static readonly ConcurrentDictionary<Assembly, JobScan> Scans = new();

    public static JobScan Of(Assembly assembly) => Scans.GetOrAdd(assembly, static assembly =>
    {
        var types = TypesOf(assembly);
        return new JobScan(
            [.. types.Select(type => (type, type.GetCustomAttribute<JobAttribute>())).Where(job => job.Item2 is not null).Select(job => (job.type, job.Item2!))], // Not null: checked.
            [.. types.Where(type => type is { IsAbstract: false, IsClass: true, ContainsGenericParameters: false } && HandledTypes(type).Any())]);
    });

    /// <summary>The job types that a class handles; a handler has one.</summary>
    public static IEnumerable<Type> HandledTypes(Type handler) => handler.GetInterfaces()
        .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IJobHandler<>))
        .Select(i => i.GenericTypeArguments[0]);

    /// <summary>What a class handles, when that is one job type.</summary>
    public static (Type Type, JobAttribute Job)? Handled(Type handler)
    {
        var handled = HandledTypes(handler).Take(2).ToArray();
        return handled is [var type] && type.GetCustomAttribute<JobAttribute>() is { } job ? (type, job) : null;
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            // A type that needs an assembly which is not here is no job of ours.
            return partly.Types.OfType<Type>();
        }
    }
}
