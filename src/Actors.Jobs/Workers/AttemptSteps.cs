using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Workers;

/// <summary>The steps of a job, as one attempt sees them. Thread-safe.</summary>
internal sealed class AttemptSteps(JobId id, QueueExecution? execution, GrantedJob? granted, IActorRef? owner)
{
    private const int MaxName = 100;
    private const int MaxSteps = 1_000;
    private const int MaxBytes = 64 * 1024;
    private const int MaxBytesInAll = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly JobSteps _finished = granted?.Traits?.Steps ?? JobSteps.None;
    private int _count = granted?.Traits?.Steps.Count ?? 0;
    private int _bytes = granted?.Traits?.Steps.Bytes ?? 0;

    /// <summary>The name is taken.</summary>
    public void Begin(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxName)
        {
            throw new JobStepException(id, name, $"a name has 1 to {MaxName} characters, but this has {name.Length}.");
        }

        lock (_gate)
        {
            if (!_names.Add(name))
            {
                throw new JobStepException(
                    id, name, "the name was used before in this attempt. Give each step a name of its own, in a loop with a number: it finds the step again.");
            }

            if (_count >= MaxSteps && !_finished.TryGet(name, out _))
            {
                _names.Remove(name);
                throw new JobStepException(id, name, $"the job has {MaxSteps} steps already, which is all that are kept. Enqueue jobs for the parts of so much work.");
            }
        }
    }

    /// <summary>It was not done: it may be tried again.</summary>
    public void End(string name)
    {
        lock (_gate)
        {
            _names.Remove(name);
        }
    }

    public bool TryGetFinished(string name, out ReadOnlyMemory<byte> value) => _finished.TryGet(name, out value);

    public T Read<T>(string name, ReadOnlyMemory<byte> value)
    {
        try
        {
            return value.IsEmpty
                ? throw new JsonException("It was stored without a value.")
                : JsonSerializer.Deserialize(value.Span, Json<T>())!; // Null when null was stored.
        }
        catch (Exception cause) when (cause is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new JobStepException(
                id,
                name,
                $"an earlier attempt has done it, but its value cannot be read as {typeof(T)}: {cause.Message} Let the type read what it wrote before, or give the step a new name: then it is done again.",
                cause);
        }
    }

    /// <summary>The value as it is stored.</summary>
    public byte[] Write<T>(string name, T value)
    {
        if (execution is null)
        {
            return [];
        }

        byte[] bytes;
        try
        {
            bytes = JsonSerializer.SerializeToUtf8Bytes(value, Json<T>());
        }
        catch (Exception cause) when (cause is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new JobStepException(id, name, $"it is done, but its value cannot be written as {typeof(T)}, so it will be done again: {cause.Message}", cause);
        }

        return bytes.Length <= MaxBytes
            ? bytes
            : throw new JobStepException(
                id, name, $"it is done, but its value has {bytes.Length} bytes and at most {MaxBytes} are kept, so it will be done again. Store it elsewhere and return its key.");
    }

    public async Task SaveAsync(string name, byte[] value)
    {
        lock (_gate)
        {
            _count++;
            _bytes += JobSteps.BytesOf(name, value.Length);
            if (_bytes > MaxBytesInAll)
            {
                throw new JobStepException(
                    id, name, $"it is done, but the steps of the job have {_bytes} bytes and at most {MaxBytesInAll} are kept, so it will be done again. Store large values elsewhere and return their keys.");
            }
        }

        if (owner is null)
        {
            return; // A job in no queue has one attempt.
        }

        try
        {
            // Not with the token of the attempt: what is done is stored, also when it has taken too long. The queue answers every caller.
            await owner.AskAsync(new QueueMessage.SaveStep(granted!.Number, granted.Grant, name, value), Timeout.InfiniteTimeSpan, CancellationToken.None); // What has an owner has a grant.
        }
        catch (Exception cause) when (cause is JobException or ActorException)
        {
            throw new JobStepException(id, name, $"it is done, but that could not be stored: {cause.Message}", cause);
        }
    }

    private JsonTypeInfo<T> Json<T>() => (JsonTypeInfo<T>)execution!.Json.GetTypeInfo(typeof(T)); // Nothing is stored of a job in no queue.
}
