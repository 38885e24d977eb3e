namespace Actors.Jobs.Processes;

/// <summary>The way to a queue: its owner, or who speaks for it while another process owns it.</summary>
internal sealed class QueueHandle(IActorRef actor, QueueOptions options)
{
    private readonly TaskCompletionSource _owned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IActorRef _actor = actor;
    private volatile QueueOptions _options = options;

    public IActorRef Actor => _actor;

    /// <summary>The settings as they are now.</summary>
    public QueueOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>Ends when this process has become the owner.</summary>
    public Task Owned => _owned.Task;

    public void Own(IActorRef owner)
    {
        _actor = owner;
        _owned.TrySetResult();
    }
}
