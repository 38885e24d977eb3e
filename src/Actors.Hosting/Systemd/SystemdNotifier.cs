using System.Globalization;
using Actors.Hosting.Management;
using Actors.Hosting.Starting;
using Actors.Services;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Hosting.Systemd;

/// <summary>
/// Tells systemd how the process is: READY when the services are, STATUS in words, WATCHDOG as long as the actor system answers, STOPPING, and more time
/// while a start or a stop goes on. Does nothing where there is no systemd.
/// </summary>
internal sealed class SystemdNotifier : IHostedLifecycleService, IDisposable
{
    // Asked for again and again while something goes on, so that a process that hangs is not waited for much longer.
    private static readonly TimeSpan Extension = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadyStep = TimeSpan.FromMilliseconds(100);

    private readonly ActorsRuntime _runtime;
    private readonly NotifySocket? _socket;
    private readonly TimeSpan _watchdog;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Phase _phase = Phase.Starting;
    private DateTimeOffset _startedAt;
    private DateTimeOffset _extendedAt;
    private string _status = "";
    private bool _isReady;
    private bool _hasFailedToSend;

    public SystemdNotifier(ActorsRuntime runtime, ILoggerFactory loggers)
    {
        _runtime = runtime;
        _time = runtime.System.TimeProvider;
        _logger = loggers.CreateLogger("Actors.Hosting.Systemd");
        _socket = runtime.Settings.Systemd.Notify ? NotifySocket.Open() : null;
        _watchdog = Watchdog();
    }

    private enum Phase
    {
        Starting,
        Started,
        Stopping,
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (_socket is not null)
        {
            _ = RunAsync();
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _startedAt = _time.GetUtcNow();
        MoveTo(Phase.Started);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        // At once, not in the loop: what follows may keep every thread busy.
        Send("STOPPING=1", "STATUS=Stopping", Extend());
        MoveTo(Phase.Stopping);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Send("STATUS=Stopped");
        _ended.Cancel();
        return Task.CompletedTask;
    }

    /// <summary>Also after a start that failed, which is never told to stop.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _socket?.Dispose();
    }

    /// <summary>The watchdog is ours if it names no process, or this one.</summary>
    private static TimeSpan Watchdog()
    {
        var isOurs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } process
            || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return isOurs
            && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : Timeout.InfiniteTimeSpan;
    }

    private void MoveTo(Phase phase)
    {
        _phase = phase;
        Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                var news = _news.Task;
                var pause = await ReportAsync();
                await Task.WhenAny(news, Task.Delay(pause, _time, _ended.Token));
            }
        }
        catch (Exception fault) when (!_ended.IsCancellationRequested)
        {
            // systemd misses the watchdog's word if there is one, and otherwise only the words.
            Log.NotifierFailed(_logger, fault);
        }
        catch (Exception)
        {
            // The host has ended, and the socket or the actor system with it.
        }
    }

    /// <summary>Says what is to be said now.</summary>
    /// <returns>When to say more.</returns>
    private async Task<TimeSpan> ReportAsync()
    {
        switch (_phase)
        {
            case Phase.Starting:
                Send("STATUS=Starting", Extend());
                return Step;
            case Phase.Started when !_isReady:
                return await ReportReadyAsync();
            case Phase.Started:
                await ReportStatusAsync();
                break;
            case Phase.Stopping:
                Send(Extend());
                break;
        }

        if (_watchdog == Timeout.InfiniteTimeSpan)
        {
            return Step;
        }

        await ReportLifeAsync();
        return _watchdog / 2 < Step ? _watchdog / 2 : Step;
    }

    /// <summary>The host has started. systemd starts what depends on us when our services have either become ready or failed to.</summary>
    private async Task<TimeSpan> ReportReadyAsync()
    {
        IReadOnlyList<ServiceStatus> services;
        try
        {
            services = await _runtime.Services!.GetServicesAsync(); // Set by the start.
        }
        catch (ActorException)
        {
            Send(Extend()); // Too busy to answer is not ready, and no end.
            return ReadyStep;
        }

        var limit = _runtime.Settings.Systemd.ReadyTimeout;
        var waited = _time.GetUtcNow() - _startedAt;
        string[] awaited =
        [
            .. services.Where(service => service.State is ServiceState.Starting or ServiceState.Running && !service.IsReady).Select(service => service.Name),
        ];
        if (awaited.Length > 0 && (limit == Timeout.InfiniteTimeSpan || waited < limit))
        {
            if (_time.GetUtcNow() - _extendedAt >= Step)
            {
                Send("STATUS=" + new Overview(services).Line, Extend());
            }

            return ReadyStep;
        }

        if (awaited.Length > 0)
        {
            Log.ReadyWithout(_logger, limit.TotalSeconds, string.Join(", ", awaited.Take(12)));
        }

        _status = new Overview(services).Line;
        Send("READY=1", "STATUS=" + _status);
        _isReady = true;
        return TimeSpan.Zero;
    }

    private async Task ReportStatusAsync()
    {
        try
        {
            var status = new Overview(await _runtime.Services!.GetServicesAsync()).Line; // Set by the start.
            if (status != _status)
            {
                _status = status;
                Send("STATUS=" + status);
            }
        }
        catch (ActorException)
        {
            // The watchdog is who has to say something about that.
        }
    }

    private async Task ReportLifeAsync()
    {
        var fault = _phase == Phase.Stopping ? null : await Pulse.FindFaultAsync(_runtime, _watchdog / 4, _ended.Token);
        if (fault is null)
        {
            Send("WATCHDOG=1");
        }
        else
        {
            Log.WatchdogNotFed(_logger, fault, _watchdog.TotalSeconds);
        }
    }

    private string Extend()
    {
        _extendedAt = _time.GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(long)Extension.TotalMicroseconds}");
    }

    private void Send(params string[] assignments)
    {
        if (_socket?.Send(assignments) is { } fault && !_hasFailedToSend)
        {
            _hasFailedToSend = true;
            Log.NotifyFailed(_logger, Environment.GetEnvironmentVariable(NotifySocket.Variable), fault.Message);
        }
    }
}
