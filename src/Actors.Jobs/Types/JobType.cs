using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Jobs.Types;

/// <summary>A class whose instances are jobs.</summary>
internal sealed class JobType
{
    private readonly JsonTypeInfo _json;

    public JobType(Type type, JobAttribute attribute, JsonTypeInfo json)
    {
        ClrType = type;
        Name = attribute.Name;
        Version = attribute.Version;
        Queue = attribute.Queue;
        _json = json;
    }

    public Type ClrType { get; }

    public string Name { get; }

    public int Version { get; }

    public string Queue { get; }

    public byte[] Serialize(object job) => JsonSerializer.SerializeToUtf8Bytes(job, _json);

    /// <exception cref="JsonException">The arguments do not fit the class.</exception>
    public object Deserialize(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, _json) ?? throw new JsonException($"The arguments of '{Name}' are null.");
}
