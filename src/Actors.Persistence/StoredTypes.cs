using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Actors.Persistence.Formats;

namespace Actors.Persistence;

/// <summary>
/// The events, or the snapshots, that this program can read: classes by the names under which they are stored. A name of a class is never
/// stored, and nothing that is stored decides which class is loaded.
/// </summary>
/// <remarks>
/// <c>Recover&lt;T&gt;</c> and <c>RecoverSnapshot&lt;T&gt;</c> of <see cref="ReceivePersistentActor"/> add their classes by themselves, and so
/// do they with the classes nested in a base class. Add by hand what is read in another way, and say here what became of old names and versions.
/// Thread-safe.
/// </remarks>
public sealed class StoredTypes
{
    private readonly Type _attribute;
    private readonly string _kind;
    private readonly ConcurrentDictionary<Type, StoredType> _byClass = new();
    private readonly ConcurrentDictionary<string, StoredType> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Name, int Version), Func<JsonObject, JsonObject>> _upgrades = new();
    private readonly ConcurrentDictionary<string, string?> _former = new(StringComparer.Ordinal);

    private StoredTypes(Type attribute, string kind)
    {
        _attribute = attribute;
        _kind = kind;
    }

    /// <summary>How instances become JSON. Set before the first is stored or read.</summary>
    internal JsonSerializerOptions Json { get; set; } = DefaultJson;

    internal static JsonSerializerOptions DefaultJson { get; } = NewDefaultJson();

    internal static StoredTypes Events() => new(typeof(EventAttribute), "Event");

    internal static StoredTypes Snapshots() => new(typeof(SnapshotAttribute), "Snapshot");

    /// <summary>Adds a class.</summary>
    /// <exception cref="StoredTypeException">It has no name, or one that another class has.</exception>
    public StoredTypes Add<T>()
    {
        Add(typeof(T));
        return this;
    }

    /// <summary>Says how what was stored in an older version of a shape becomes the next version.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="fromVersion">The older version. Upgrades follow each other until the version of the class is reached.</param>
    /// <param name="upgrade">Changes the JSON, or makes another. Called for each that is read; the store is left as it is.</param>
    public StoredTypes Upgrade(string name, int fromVersion, Func<JsonObject, JsonObject> upgrade)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(fromVersion, 1);
        ArgumentNullException.ThrowIfNull(upgrade);
        return _upgrades.TryAdd((name, fromVersion), upgrade)
            ? this
            : throw new StoredTypeException($"There is an upgrade of '{name}' from version {fromVersion} already. Add each once.");
    }

    /// <summary>Says that what was stored under one name is now known by another. Its version is kept.</summary>
    public StoredTypes Rename(string oldName, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(oldName);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _former[oldName] = name;
        return this;
    }

    /// <summary>Says that what was stored under a name does not matter any more: it is passed over.</summary>
    public StoredTypes Ignore(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _former[name] = null;
        return this;
    }

    /// <summary>Adds a class with a name of its own, and those nested in it that derive from it and have one.</summary>
    internal void Learn(Type type)
    {
        if (_byClass.ContainsKey(type))
        {
            return;
        }

        if (type.IsDefined(_attribute, inherit: false))
        {
            Add(type);
        }

        foreach (var nested in type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (nested.IsSubclassOf(type))
            {
                Learn(nested);
            }
        }
    }

    /// <exception cref="StoredTypeException">The class is not known, so that it could not be read back.</exception>
    internal StoredType Of(Type type)
    {
        if (_byClass.TryGetValue(type, out var known))
        {
            return known;
        }

        throw new StoredTypeException(type.IsDefined(_attribute, inherit: false)
            ? $"{type.Name} could not be read back: no actor has declared Recover{(_kind == "Event" ? "" : "Snapshot")}<{type.Name}>. Declare it, or add it to PersistenceOptions.{_kind}s."
            : $"{type.Name} has no [{_kind}(\"…\")]. Give it a stable name, which is what is stored instead of the name of the class.");
    }

    /// <summary>What a stored name and version are to this program.</summary>
    /// <returns>Null when it is to be passed over.</returns>
    /// <exception cref="StoredTypeException">The name is not known, or the version is not.</exception>
    internal StoredType? Find(string name, int version)
    {
        var current = name;
        for (var steps = 0; _former.TryGetValue(current, out var next); current = next)
        {
            if (next is null)
            {
                return null;
            }

            if (++steps > _former.Count)
            {
                throw new StoredTypeException($"The renames of '{name}' go in a circle. Correct the calls of {_kind}s.Rename.");
            }
        }

        if (!_byName.TryGetValue(current, out var found))
        {
            throw new StoredTypeException(
                $"it has the name '{current}', which this program does not know. Declare Recover{(_kind == "Event" ? "" : "Snapshot")}<T> for the class with " +
                $"[{_kind}(\"{current}\")]; if it was renamed, say so with {_kind}s.Rename(\"{current}\", …); if it does not matter any more, with {_kind}s.Ignore(\"{current}\")");
        }

        if (version > found.Version)
        {
            throw new StoredTypeException(
                $"it is '{current}' in version {version}, and this program knows versions up to {found.Version}. Run the newer version of the program");
        }

        for (var from = version; from < found.Version; from++)
        {
            if (!_upgrades.ContainsKey((current, from)))
            {
                throw new StoredTypeException(
                    $"it is '{current}' in version {version}, {found.Type.Name} has version {found.Version}, and there is no upgrade from version {from}. Add {_kind}s.Upgrade(\"{current}\", {from}, …)");
            }
        }

        return found;
    }

    internal JsonObject Upgrade(StoredType type, int version, JsonObject stored)
    {
        for (var from = version; from < type.Version; from++)
        {
            stored = _upgrades[(type.Name, from)](stored);
        }

        return stored;
    }

    private static JsonSerializerOptions NewDefaultJson()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private void Add(Type type)
    {
        var attribute = (StoredNameAttribute?)type.GetCustomAttribute(_attribute, inherit: false) ?? throw new StoredTypeException(
            $"{type} has no [{_kind}(\"…\")]. Give it a stable name, which is what is stored instead of the name of the class.");
        if (attribute.Name.Length is 0 or > 200)
        {
            throw new StoredTypeException($"The name in [{_kind}] of {type} must have 1 to 200 characters, but has {attribute.Name.Length}.");
        }

        if (attribute.Version < 1)
        {
            throw new StoredTypeException($"The version in [{_kind}] of {type} must be 1 or more, but is {attribute.Version}.");
        }

        var added = _byName.GetOrAdd(attribute.Name, _ => new StoredType(this, type, attribute.Name, attribute.Version));
        if (added.Type != type)
        {
            throw new StoredTypeException(
                $"{type} and {added.Type} both have [{_kind}(\"{attribute.Name}\")]. A stored name belongs to one class: rename one of them.");
        }

        _byClass.TryAdd(type, added);
    }
}
