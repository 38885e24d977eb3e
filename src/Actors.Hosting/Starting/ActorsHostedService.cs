using Actors.Hosting.Adopting;
using Actors.Hosting.Ending;
using Actors.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Hosting.Starting;

/// <summary>Starts and stops the actor system with the host, and stops the host when the system has given up.</summary>
internal sealed class ActorsHostedService(
    ActorsRuntime runtime, IHostApplicationLifetime lifetime, ILoggerFactory loggers, IServiceProvider provider) : IHostedService
{
    private const int MaxListed = 12;

    private readonly ILogger _logger = loggers.CreateLogger("Actors.Hosting");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Adoption.Check(runtime.Adoption, provider.GetServices<IHostedService>(), _logger);
        try
        {
            await runtime.StartAsync(_logger, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            StartFault.Mark(fault, runtime.Name);
            throw;
        }

        Log.Started(_logger, runtime.Name, Names(runtime.Settings), Store(runtime.Settings));
        _ = StopHostWhenTerminatedAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Log.Stopping(_logger, runtime.Name);
        try
        {
            await runtime.StopAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host waits no longer; neither may the container, which disposes of what it made.
            runtime.Abandon();
            Log.StopCutShort(_logger, runtime.Name);
            SetExitCode(ActorsExitCode.StopTimeout);
            return;
        }

        if (runtime.Abandoned is { Count: > 0 } abandoned)
        {
            Log.StoppedBesideAbandoned(_logger, runtime.Name, string.Join(", ", abandoned.Take(MaxListed)));
            SetExitCode(ActorsExitCode.StopTimeout);
        }

        Log.Stopped(_logger, runtime.Name);
    }

    private static string Names(ActorsSettings settings)
    {
        string[] all = [.. settings.Consumers.Keys, .. settings.Services.Select(service => service.Name)];
        return all.Length == 0 ? "none" : string.Join(", ", all.Take(MaxListed)) + (all.Length > MaxListed ? $" and {all.Length - MaxListed} more" : "");
    }

    private static string Store(ActorsSettings settings) =>
        settings.HasStore ? $"stored in {settings.Sqlite?.Path ?? "memory, which forgets with the process"}" : "nothing is stored";

    private async Task StopHostWhenTerminatedAsync()
    {
        var cause = await runtime.System.WhenTerminated;
        if (!runtime.IsStopping)
        {
            Log.Terminated(_logger, runtime.Name, cause);
            SetExitCode(ActorsExitCode.GaveUp);
            lifetime.StopApplication();
        }
    }

    /// <summary>The first reason stays: what follows from it explains nothing.</summary>
    private static void SetExitCode(int code)
    {
        if (Environment.ExitCode == ActorsExitCode.Success)
        {
            Environment.ExitCode = code;
        }
    }
}
