using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Actors.Hosting.Ending;
using Actors.Hosting.Starting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Hosting.Management;

/// <summary>Takes commands over the management socket, from before the first service starts until the last has stopped.</summary>
internal sealed class ManagementServer(ActorsRuntime runtime, IHostApplicationLifetime lifetime, ILoggerFactory loggers) : IHostedLifecycleService, IDisposable
{
    /// <summary>Room for the arguments of a job that is edited.</summary>
    private const int MaxRequestBytes = 4 * 1024 * 1024;

    private readonly ILogger _logger = loggers.CreateLogger("Actors.Hosting.Management");
    private readonly CancellationTokenSource _ended = new();
    private readonly List<NetworkStream> _awaitingEnd = [];
    private SocketFile? _file;

    /// <summary>Before anything else starts: a second process on the same socket must not start its services as well.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (runtime.Settings.ManagementSocket is not { } path)
        {
            return;
        }

        try
        {
            _file = await SocketFile.OpenAsync(path, cancellationToken);
        }
        catch (ManagementException fault)
        {
            StartFault.Mark(fault, runtime.Name);
            throw;
        }

        Log.ManagementOpen(_logger, path);
        _ = AcceptAsync(_file.Listener, new ManagementCommands(runtime, lifetime));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Close();
        return Task.CompletedTask;
    }

    /// <summary>The last that happens to a host: who asked for a shutdown sees the end of it here.</summary>
    public void Dispose()
    {
        Close();
        lock (_awaitingEnd)
        {
            _awaitingEnd.ForEach(stream => stream.Dispose());
        }
    }

    private void Close()
    {
        _ended.Cancel();
        _file?.Dispose();
        _file = null;
    }

    private async Task AcceptAsync(Socket listener, ManagementCommands commands)
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(_ended.Token), commands);
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException fault)
            {
                // Such as no file descriptor left: those of connections that end will come free.
                Log.ManagementFailed(_logger, fault.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), runtime.System.TimeProvider);
            }
        }
    }

    private async Task ServeAsync(Socket connection, ManagementCommands commands)
    {
        try
        {
            var stream = new NetworkStream(connection, ownsSocket: true);
            var isLast = false;
            while (!isLast && await ReadLineAsync(stream) is { } line)
            {
                var (answer, isShutdown) = await AnswerAsync(line, commands);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(Wire.Write(answer) + "\n"));
                isLast = isShutdown;
            }

            if (isLast)
            {
                lock (_awaitingEnd)
                {
                    _awaitingEnd.Add(stream);
                }
            }
            else
            {
                await stream.DisposeAsync();
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            connection.Dispose(); // Whoever asked has gone.
        }
    }

    private async Task<(Answer Answer, bool IsShutdown)> AnswerAsync(string line, ManagementCommands commands)
    {
        try
        {
            var request = Wire.ReadRequest(line);
            if (!IsQuestion(request.Command))
            {
                Log.Managed(_logger, string.Join(' ', [request.Command, .. request.Services, .. request.Schedules, .. request.Queues, .. request.Ids, .. request.Jobs is null ? [] : new[] { "(by a filter)" }]));
            }

            var answer = await commands.RunAsync(request, CancellationToken.None);
            return (answer, request.Command == "shutdown" && answer.Outcome == ManagementOutcome.Done);
        }
        catch (JsonException fault)
        {
            return (new Answer(
                ManagementOutcome.BadRequest, $"A request is one line of JSON such as {{\"command\":\"status\"}}, at most {MaxRequestBytes} bytes: {fault.Message}"), false);
        }
        catch (Exception fault)
        {
            Log.ManagementDefect(_logger, fault);
            return (new Answer(ManagementOutcome.Refused, $"A defect of ours, please report it: {fault.Message}"), false);
        }
    }

    private static bool IsQuestion(string command) => command is "ping" or "status" or "incidents" or "tail" or "reread" or "schedules" or "next-slots"
        or "queues" or "search-jobs" or "job-errors" or "job" or "why-job";

    /// <returns>Null at the end of the connection. A line that is too long is cut, which makes it no JSON.</returns>
    private static async Task<string?> ReadLineAsync(NetworkStream stream)
    {
        var line = new MemoryStream();
        var one = new byte[1024];
        while (true)
        {
            var read = await stream.ReadAsync(one);
            if (read == 0)
            {
                return null;
            }

            // One request, then its answer: nothing follows the end of the line.
            var end = Array.IndexOf(one, (byte)'\n', 0, read);
            line.Write(one, 0, end < 0 ? read : end);
            if (end >= 0 || line.Length > MaxRequestBytes)
            {
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)Math.Min(line.Length, MaxRequestBytes));
            }
        }
    }
}
