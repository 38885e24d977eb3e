using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Jobs.Types;

/// <summary>A class whose instances are jobs.</summary>
internal sealed class JobType
{
    private readonly JsonTypeInfo _json;

    /// <exception cref="JobTypeException">The attribute makes no sense.</exception>
    public JobType(Type type, JobAttribute attribute, JsonTypeInfo json, UniqueAttribute? unique = null)
    {
        ClrType = type;
        Name = attribute.Name;
        Version = attribute.Version;
        Queue = attribute.Queue;
        Delay = Duration(attribute.Delay, nameof(attribute.Delay), value => value != System.Threading.Timeout.InfiniteTimeSpan) ?? TimeSpan.Zero;
        Timeout = Duration(attribute.Timeout, nameof(attribute.Timeout), QueueOptions.IsTimeout);
        Priority = Enum.IsDefined(attribute.Priority)
            ? attribute.Priority
            : throw Fault($"Priority must be Lowest, Low, Normal, High or Highest, but is {(int)attribute.Priority}");
        MaxAttempts = attribute.MaxAttempts switch
        {
            0 => null,
            >= 1 and <= RetryOptions.MostAttempts => attribute.MaxAttempts,
            _ => throw Fault($"MaxAttempts must be from 1 to {RetryOptions.MostAttempts}, or 0 for what the queue says, but is {attribute.MaxAttempts}"),
        };
        _json = json;
        Unique = unique is null ? null : Rule(unique);
        Key = attribute.Key is { } key && (key.Length == 0 || key.Split('.').Any(string.IsNullOrWhiteSpace))
            ? throw Fault($"Key must be the name of a property, but is \"{key}\"")
            : attribute.Key;
        Indexed = IndexedPaths.Of(json);
        Tags = attribute.Tags.Length <= EnqueueOptions.MaxTags && attribute.Tags.All(tag => !string.IsNullOrWhiteSpace(tag) && tag.Length <= EnqueueOptions.MaxTagLength)
            ? attribute.Tags
            : throw Fault($"there must be at most {EnqueueOptions.MaxTags} tags, each of 1 to {EnqueueOptions.MaxTagLength} characters");
    }

    public Type ClrType { get; }

    public string Name { get; }

    public int Version { get; }

    public string Queue { get; }

    /// <summary>How long its jobs wait if the enqueue does not say.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Their priority if the enqueue does not say.</summary>
    public JobPriority Priority { get; }

    /// <summary>Null when the queue decides.</summary>
    public int? MaxAttempts { get; }

    /// <summary>Null when the queue decides.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>The property of the arguments that is the key of a job, unless the enqueue gives one.</summary>
    public string? Key { get; }

    public IReadOnlyList<string> Tags { get; }

    /// <summary>That there is one at a time, unless the enqueue says otherwise; null when there may be many.</summary>
    public UniqueRule? Unique { get; }

    /// <summary>The paths of the arguments by which jobs are found at once.</summary>
    public IReadOnlyList<string> Indexed { get; }

    public bool Indexes(string path) => Indexed.Contains(path, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a job is counted by; null when by nothing.</summary>
    public string? KeyOf(ReadOnlySpan<byte> args) => Key is null || ArgsPath.Read(args, Key) is not { Length: > 0 } key
        ? null
        : key.Length <= EnqueueOptions.MaxKeyLength
            ? key
            : throw new ArgumentException($"The key of a '{Name}' has {key.Length} characters, but at most {EnqueueOptions.MaxKeyLength} are possible.");

    public byte[] Serialize(object job) => JsonSerializer.SerializeToUtf8Bytes(job, _json);

    /// <exception cref="JsonException">The arguments do not fit the class.</exception>
    public object Deserialize(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _json) ?? throw new JsonException($"The arguments of '{Name}' are null.");

    /// <summary>The stored arguments, to be changed before they are read.</summary>
    /// <exception cref="JsonException">They are no object.</exception>
    public JsonObject Parse(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json, new JsonNodeOptions { PropertyNameCaseInsensitive = _json.Options.PropertyNameCaseInsensitive }) as JsonObject
        ?? throw new JsonException($"The arguments of '{Name}' are no JSON object.");

    /// <exception cref="JsonException">The arguments do not fit the class.</exception>
    public object Deserialize(JsonObject args) => args.Deserialize(_json)!; // An object is not null.

    private UniqueRule Rule(UniqueAttribute unique)
    {
        var rule = new UniqueRule
        {
            By = unique.By,
            While = unique.While,
            Period = Duration(unique.Period, nameof(unique.Period), value => value != System.Threading.Timeout.InfiniteTimeSpan) ?? TimeSpan.Zero,
            OnConflict = unique.OnConflict,
        };
        try
        {
            rule.Validate();
            return rule;
        }
        catch (ArgumentException fault)
        {
            throw new JobTypeException($"[Unique] of {ClrType}: {fault.Message}");
        }
    }

    private TimeSpan? Duration(string? text, string property, Predicate<TimeSpan> isPossible)
    {
        if (text is null)
        {
            return null;
        }

        return DurationText.TryParse(text, out var value) && isPossible(value)
            ? value
            : throw Fault($"{property} must be a duration such as \"30 seconds\" or \"1.5 h\", but is \"{text}\"");
    }

    private JobTypeException Fault(string what) => new($"In [Job(\"{Name}\")] of {ClrType}, {what}.");
}
