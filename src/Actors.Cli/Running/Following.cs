using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Hosting;

namespace Actors.Cli.Running;

/// <summary><c>actors tail --follow</c>: what programs have printed last, and then what they print, until Ctrl+C or the end of the program.</summary>
internal sealed class Following(string socket, ManagementRequest request, bool isJson)
{
    private const int MostAtOnce = 100_000;

    // Often enough to look like at once, and next to nothing for the program that is asked.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);

    /// <param name="first">The answer to the request itself.</param>
    /// <param name="cancellationToken">Ctrl+C, which is how it is meant to end.</param>
    /// <exception cref="ManagementException">The program has ended.</exception>
    public async Task<int> RunAsync(ManagementReply first, CancellationToken cancellationToken)
    {
        try
        {
            Print(first);
            while (true)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
                Print(await ManagementClient.SendAsync(socket, request with { Lines = MostAtOnce, After = _seen }, cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Fine;
        }
    }

    private void Print(ManagementReply reply)
    {
        using var answer = JsonDocument.Parse(reply.Json);
        if (!answer.RootElement.TryGetProperty("lines", out var lines))
        {
            Console.Error.WriteLine(reply.Text); // A service that was followed is gone.
            return;
        }

        foreach (var line in lines.EnumerateArray())
        {
            var service = line.GetProperty("service").GetString() ?? "";
            var number = line.GetProperty("number").GetInt64();
            if (_seen.TryGetValue(service, out var last) && number > last + 1 && !isJson)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"                {service}: {number - last - 1} lines came faster than they were remembered; see output.lines"));
            }

            _seen[service] = number;
            Console.Out.WriteLine(isJson ? JsonSerializer.Serialize(line, Json) : Text(service, line));
        }
    }

    private static string Text(string service, JsonElement line) => string.Create(
        CultureInfo.InvariantCulture,
        $"{line.GetProperty("at").GetDateTimeOffset().UtcDateTime:HH:mm:ss.fff}Z {service} {(line.GetProperty("isError").GetBoolean() ? "err" : "out")} {line.GetProperty("text").GetString()}");
}
