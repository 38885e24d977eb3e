namespace Actors.Services.Running;

/// <summary>A service that is a lambda.</summary>
internal sealed class DelegateService(Func<ServiceContext, CancellationToken, Task> run) : IService
{
    public Task RunAsync(ServiceContext context, CancellationToken cancellationToken) => run(context, cancellationToken);
}

/// <summary>A tick that is a lambda.</summary>
internal sealed class DelegateTick(Func<ServiceContext, CancellationToken, Task> tick) : ITick
{
    public Task TickAsync(ServiceContext context, CancellationToken cancellationToken) => tick(context, cancellationToken);
}

/// <summary>A polled service as a tick.</summary>
internal sealed class PollTick(IPolledService polled) : ITick
{
    public async Task TickAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        if (await polled.CanRunAsync(context, cancellationToken))
        {
            await polled.RunAsync(context, cancellationToken);
        }
    }
}
