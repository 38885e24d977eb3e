using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Hosting;

namespace Actors.Cli.Running;

/// <summary>One command to one running program: finds it, asks it, prints the answer.</summary>
internal static class Conversation
{
    // Much more than a question takes; who commands waits as long as the services need.
    private static readonly TimeSpan QuestionLimit = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(string? socket, ManagementRequest request, bool isJson, bool isFollowing, CancellationToken cancellationToken)
    {
        try
        {
            socket = await FindAsync(socket ?? Environment.GetEnvironmentVariable(ManagementClient.SocketVariable), cancellationToken);
            var reply = await ManagementClient.SendAsync(socket, request, cancellationToken)
                .WaitAsync(request.Command is "status" or "tail" or "incidents" or "reread" or "schedules" or "next-slots" or "queues" or "why-job" or "job" ? QuestionLimit : Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            if (isFollowing && reply.Outcome == ManagementOutcome.Done)
            {
                return await new Following(socket, request, isJson).RunAsync(reply, cancellationToken);
            }

            var isAnswer = reply.Outcome is ManagementOutcome.Done or ManagementOutcome.Incomplete;
            (isJson || isAnswer ? Console.Out : Console.Error).WriteLine(isJson ? reply.Json : reply.Text);
            return CodeOf(reply.Outcome);
        }
        catch (ManagementException fault)
        {
            return Fail(fault.Message, ExitCode.NobodyAnswers, "nobody-answers", isJson);
        }
        catch (TimeoutException)
        {
            return Fail(
                $"The program behind '{socket}' runs, but has not answered within {QuestionLimit.TotalSeconds} s: it hangs, is paused, or its machine is overloaded.",
                ExitCode.NobodyAnswers,
                "nobody-answers",
                isJson);
        }
        catch (AmbiguousSocketException fault)
        {
            return Fail(fault.Message, ExitCode.Usage, "ambiguous", isJson);
        }
    }

    private static int CodeOf(ManagementOutcome outcome) => outcome switch
    {
        ManagementOutcome.Done => ExitCode.Fine,
        ManagementOutcome.Incomplete => ExitCode.Attention,
        ManagementOutcome.UnknownService => ExitCode.UnknownService,
        ManagementOutcome.BadRequest => ExitCode.Usage,
        _ => ExitCode.Refused,
    };

    private static int Fail(string text, int exitCode, string outcome, bool isJson)
    {
        (isJson ? Console.Out : Console.Error).WriteLine(isJson ? JsonSerializer.Serialize(new { outcome, text }, Json) : text);
        return exitCode;
    }

    /// <summary>A path as it is; a name, or nothing at all, among those that run.</summary>
    private static async Task<string> FindAsync(string? socket, CancellationToken cancellationToken)
    {
        if (socket is not null && (socket.Contains('/', StringComparison.Ordinal) || Path.Exists(socket)))
        {
            return Path.GetFullPath(socket);
        }

        var running = await ManagementClient.FindAsync(Environment.CurrentDirectory, cancellationToken);
        var fitting = socket is null ? running : [.. running.Where(path => Path.GetFileNameWithoutExtension(path) == socket)];
        return fitting.Count switch
        {
            1 => fitting[0],
            0 when socket is not null && running.Count > 0 => throw new ManagementException(
                $"No program named '{socket}' answers. Those that do: {string.Join(", ", running)}."),
            0 => throw new ManagementException(
                $"No program {(socket is null ? "" : $"named '{socket}' ")}answers to this user. If one runs, name its socket with --socket; 'actors up FILE.conf' starts one. " +
                $"Looked in: {string.Join(", ", ManagementClient.Directories(Environment.CurrentDirectory))}."),
            _ => throw new AmbiguousSocketException($"Several programs run. Say which with --socket: {string.Join(", ", fitting)}."),
        };
    }

    private sealed class AmbiguousSocketException(string message) : Exception(message);
}
