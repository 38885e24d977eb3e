using Actors.Services;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Adopting;

/// <summary>A <see cref="BackgroundService"/> or other <see cref="IHostedService"/>, unchanged, as the code of a supervised service.</summary>
/// <param name="create">Makes the instance, or finds the one that there is; whether it is ours to dispose of.</param>
internal sealed class HostedService(Func<IServiceProvider, (IHostedService Instance, bool IsOurs)> create) : IService
{
    public async Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var (hosted, isOurs) = create(context.Services);
        try
        {
            await StartAsync(hosted, cancellationToken);
            context.Ready();
            try
            {
                await EndAsync(hosted, cancellationToken);
            }
            finally
            {
                await StopAsync(hosted, context);
            }
        }
        finally
        {
            if (isOurs)
            {
                await DisposeAsync(hosted);
            }
        }
    }

    private static async Task StartAsync(IHostedService hosted, CancellationToken cancellationToken)
    {
        var life = hosted as IHostedLifecycleService;
        await (life?.StartingAsync(cancellationToken) ?? Task.CompletedTask);
        await hosted.StartAsync(cancellationToken);
        await (life?.StartedAsync(cancellationToken) ?? Task.CompletedTask);
    }

    /// <summary>Ends when a background service does, with what it throws; any other has no end but the stop.</summary>
    private static Task EndAsync(IHostedService hosted, CancellationToken cancellationToken) =>
        hosted is BackgroundService { ExecuteTask: { } running }
            ? running
            : new TaskCompletionSource().Task.WaitAsync(cancellationToken);

    /// <summary>Also after a failure: its own <c>StopAsync</c> may free what its <c>StartAsync</c> took.</summary>
    private static async Task StopAsync(IHostedService hosted, ServiceContext context)
    {
        using var limit = new CancellationTokenSource(context.StopTimeout, context.TimeProvider);
        var life = hosted as IHostedLifecycleService;
        await (life?.StoppingAsync(limit.Token) ?? Task.CompletedTask);
        await hosted.StopAsync(limit.Token);
        await (life?.StoppedAsync(limit.Token) ?? Task.CompletedTask);
    }

    private static async ValueTask DisposeAsync(IHostedService hosted)
    {
        switch (hosted)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }
}
