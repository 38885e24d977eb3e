using Actors.Persistence;

namespace Actors.Jobs.Processes;

/// <summary>Waits for the ownership of a shared store: the process that had it may end at any time.</summary>
internal sealed class OwnershipActor : ReceiveActor
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly object TryTimer = new();

    private readonly ISharedStore _store;
    private readonly Func<IJournal, Task> _takeOver;

    public OwnershipActor(ISharedStore store, Func<IJournal, Task> takeOver)
    {
        _store = store;
        _takeOver = takeOver;
        Receive<Try>(_ => OnTry());
        Receive<Tried>(OnTried);
    }

    protected override ValueTask PreStartAsync()
    {
        Context.Timers.StartSingle(TryTimer, Try.Instance, Interval);
        return default;
    }

    private void OnTry()
    {
        var isOwned = false;
        var cancellationToken = Context.CancellationToken;
        Context.RunTask(
            async () =>
            {
                if (await _store.TryOwnAsync(cancellationToken) is { } journal)
                {
                    await _takeOver(journal);
                    isOwned = true;
                }
            },
            cause => new Tried(isOwned, cause));
    }

    private void OnTried(Tried tried)
    {
        if (tried.Cause is not null)
        {
            Log.OwnershipUnknown(Logger, tried.Cause.Message);
        }

        if (tried.IsOwned)
        {
            Context.Stop(Self);
        }
        else
        {
            Context.Timers.StartSingle(TryTimer, Try.Instance, Interval);
        }
    }

    private sealed record Try
    {
        public static Try Instance { get; } = new();
    }

    private sealed record Tried(bool IsOwned, Exception? Cause);
}
