using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Hosting.Management;

/// <summary>What is said over the socket: one line of JSON for a request, one for its answer. Names and words are fixed; more may be added.</summary>
internal static class Wire
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // It is no HTML, and people read it.
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static string Write<T>(T message) => JsonSerializer.Serialize(message, Options);

    /// <exception cref="JsonException">It is no request.</exception>
    public static ManagementRequest ReadRequest(string line)
    {
        var request = JsonSerializer.Deserialize<ManagementRequest>(line, Options);
        return request?.Command is null ? throw new JsonException("It has no 'command'.") : request with
        {
            Services = request.Services ?? [],
            Schedules = request.Schedules ?? [],
            Queues = request.Queues ?? [],
            Ids = request.Ids ?? [],
            Jobs = request.Jobs is { } jobs ? jobs with { States = jobs.States ?? [], Args = jobs.Args ?? [] } : null,
        };
    }

    /// <exception cref="JsonException">It is no answer.</exception>
    public static ManagementReply ReadReply(string line)
    {
        var answer = JsonSerializer.Deserialize<Answer>(line, Options) ?? throw new JsonException("It is empty.");
        return new ManagementReply(answer.Outcome, answer.Text, line);
    }
}
