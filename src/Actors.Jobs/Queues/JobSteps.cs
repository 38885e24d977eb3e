using System.Collections.Immutable;
using Google.Protobuf;

namespace Actors.Jobs.Queues;

/// <summary>The steps of a job that are done, with what they have returned. Never changed: replaced by another.</summary>
internal sealed class JobSteps : IEquatable<JobSteps>
{
    private const int BytesPerStep = 16;

    private readonly ImmutableDictionary<string, ReadOnlyMemory<byte>> _values;

    private JobSteps(ImmutableDictionary<string, ReadOnlyMemory<byte>> values, int bytes)
    {
        _values = values;
        Bytes = bytes;
    }

    public static JobSteps None { get; } = new(ImmutableDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal), 0);

    public int Count => _values.Count;

    /// <summary>The room that they take in the journal.</summary>
    public int Bytes { get; }

    public static int BytesOf(string name, int length) => BytesPerStep + name.Length + length;

    public static JobSteps Of(IEnumerable<Protos.JobStep> stored) =>
        stored.Aggregate(None, static (steps, step) => steps.Add(step.Name, step.Value.Memory));

    public JobSteps Add(string name, ReadOnlyMemory<byte> value) => new(
        _values.SetItem(name, value),
        Bytes + BytesOf(name, value.Length) - (_values.TryGetValue(name, out var before) ? BytesOf(name, before.Length) : 0));

    public bool TryGet(string name, out ReadOnlyMemory<byte> value) => _values.TryGetValue(name, out value);

    /// <summary>In an order that does not depend on the process.</summary>
    public IEnumerable<Protos.JobStep> ToProto() => _values
        .OrderBy(static step => step.Key, StringComparer.Ordinal)
        .Select(static step => new Protos.JobStep { Name = step.Key, Value = UnsafeByteOperations.UnsafeWrap(step.Value) });

    public bool Equals(JobSteps? other) => other is not null
        && other.Count == Count
        && _values.All(step => other.TryGet(step.Key, out var value) && value.Span.SequenceEqual(step.Value.Span));

    public override bool Equals(object? obj) => Equals(obj as JobSteps);

    public override int GetHashCode() => HashCode.Combine(Count, Bytes);
}
