using System.Text.Json;
using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;

namespace Actors.Jobs.Workers;

/// <summary>What a handler has returned and wants kept.</summary>
internal sealed partial class JobExecutor
{
    /// <summary>The most that is kept of one job.</summary>
    public const int MaxResultBytes = 64 * 1024;

    private AttemptOutcome SucceededWith(GrantedJob granted, object? value, Type type)
    {
        if (!TryWriteResult(execution.Json, value, type, out var json, out var fault))
        {
            // Another attempt would do the work again, and end here again.
            LogFailure(granted, fault, null);
            JobTelemetry.NoteFailure(null);
            return new AttemptOutcome.Failed(Cut(fault), null);
        }

        return new AttemptOutcome.Succeeded(json);
    }

    /// <summary>A result as it is stored.</summary>
    /// <param name="options">How values are written.</param>
    /// <param name="value">The result.</param>
    /// <param name="type">As what it is written.</param>
    /// <param name="json">The result.</param>
    /// <param name="fault">What is wrong with it, and what to do.</param>
    public static bool TryWriteResult(JsonSerializerOptions options, object? value, Type type, out byte[] json, out string fault)
    {
        (json, fault) = ([], "");
        try
        {
            json = JsonSerializer.SerializeToUtf8Bytes(value, options.GetTypeInfo(type));
        }
        catch (Exception cause) when (cause is JsonException or NotSupportedException or InvalidOperationException)
        {
            fault = $"The work is done, but its result cannot be written as {type}: {cause.Message}";
            return false;
        }

        if (json.Length > MaxResultBytes)
        {
            fault = $"The work is done, but its result has {json.Length} bytes and at most {MaxResultBytes} are kept. Store it elsewhere and return its key.";
            return false;
        }

        return true;
    }
}
