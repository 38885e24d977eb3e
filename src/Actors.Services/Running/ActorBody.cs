namespace Actors.Services.Running;

/// <summary>The code of a service that is an actor: it waits for the end of the actor, and has it end when the service is told to stop.</summary>
/// <remarks>One for each run, made by the <see cref="ServiceActor"/>, which is the supervisor of the actor and tells of its end.</remarks>
internal sealed class ActorBody(IActorRef actor) : IService
{
    // Without RunContinuationsAsynchronously, which would leave the dispatcher's seam; what continues is our own code only.
    private readonly TaskCompletionSource _ended = new();
    private Exception? _cause;

    public IActorRef Actor => actor;

    public async Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        try
        {
            await _ended.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The message that it handles may end, those that wait may not. When all of the system ends, nobody is left who would tell us of it.
            context.System.Stop(actor);
            await actor.GracefulStopAsync(Timeout.InfiniteTimeSpan, cancellationToken: CancellationToken.None);
            if (_cause is not null)
            {
                throw _cause;
            }
        }
    }

    /// <summary>It has failed, and is being stopped.</summary>
    public void OnFailed(Exception cause) => _cause ??= cause;

    public void OnEnded()
    {
        if (_cause is null)
        {
            _ended.TrySetResult();
        }
        else
        {
            _ended.TrySetException(_cause);
        }
    }
}

/// <summary>The actor could not even be described.</summary>
internal sealed class NoActorBody(Exception cause) : IService
{
    public Task RunAsync(ServiceContext context, CancellationToken cancellationToken) => Task.FromException(cause);
}
