using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;

namespace Actors.Jobs.Types;

/// <summary>The job types that this process knows, by class and by stable name.</summary>
internal sealed class JobTypes(JsonSerializerOptions json)
{
    private readonly ConcurrentDictionary<Type, JobType> _byClass = new();
    private readonly ConcurrentDictionary<string, JobType> _byName = new(StringComparer.Ordinal);

    /// <summary>Made when it is first used: where the serializer may not use reflection, it cannot be made, and need not.</summary>
    public static JsonSerializerOptions DefaultJson => Default.Json;

    /// <summary>Whether a job type, or any when none is named, finds its jobs by a path of their arguments.</summary>
    public bool Indexes(string? type, string path) => type is null
        ? _byName.Values.Any(known => known.Indexes(path))
        : _byName.TryGetValue(type, out var found) && found.Indexes(path);

    /// <exception cref="JobTypeException">The class has no name, or another class has the same.</exception>
    public JobType Get(Type type)
    {
        if (_byClass.TryGetValue(type, out var known))
        {
            return known;
        }

        var attribute = type.GetCustomAttribute<JobAttribute>() ?? throw new JobTypeException(
            $"{type} is no job type: it has no [Job(\"…\")]. Give it a stable name, which is what the journal stores instead of the class name.");
        if (attribute.Name.Length is 0 or > 200)
        {
            throw new JobTypeException($"The name in [Job] of {type} must have 1 to 200 characters, but has {attribute.Name.Length}.");
        }

        if (attribute.Version is < 1 or > ushort.MaxValue)
        {
            throw new JobTypeException($"The version in [Job] of {type} must be from 1 to {ushort.MaxValue}, but is {attribute.Version}.");
        }

        var added = _byName.GetOrAdd(attribute.Name, _ => new JobType(type, attribute, json.GetTypeInfo(type), type.GetCustomAttribute<UniqueAttribute>()));
        if (added.ClrType != type)
        {
            throw new JobTypeException(
                $"{type} and {added.ClrType} both have [Job(\"{attribute.Name}\")]. A stored name belongs to one class: rename one of them.");
        }

        return _byClass.GetOrAdd(type, added);
    }

    private static class Default
    {
        public static JsonSerializerOptions Json { get; } = NewJson();

        private static JsonSerializerOptions NewJson()
        {
            var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
            options.MakeReadOnly(populateMissingResolver: true);
            return options;
        }
    }
}
