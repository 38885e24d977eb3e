using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>The owner's look at the other processes: tells the queues which have ended, and asks all what they hold when a queue has been recovered.</summary>
internal sealed class NodesActor : ReceiveActor
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly object CheckTimer = new();

    private readonly ISharedStore _store;
    private readonly IActorRef _inbox;
    private readonly LiveFormats _formats;
    private readonly Dictionary<string, IActorRef> _queues = new(StringComparer.Ordinal);
    private readonly HashSet<long> _remembered = [];
    private bool _isChecking;

    public NodesActor(ISharedStore store, IActorRef inbox, LiveFormats formats)
    {
        _store = store;
        _inbox = inbox;
        _formats = formats;
        Receive<QueueReady>(OnQueueReady);
        Receive<Check>(_ => OnCheck());
        Receive<Checked>(OnChecked);
        Receive<GreetAgain>(again => Greet(again.Queue));
        Receive<Greeted>(OnGreeted);
    }

    protected override ValueTask PreStartAsync()
    {
        Context.Timers.StartPeriodic(CheckTimer, Check.Instance, Interval, Interval);
        return default;
    }

    /// <summary>The processes that live, and those that have joined and ended.</summary>
    public static async Task<(IReadOnlyList<StoreNode> Living, IReadOnlyList<long> Ended)> LookAsync(ISharedStore store, CancellationToken cancellationToken)
    {
        var living = new List<StoreNode>();
        var ended = new List<long>();
        foreach (var node in await store.GetNodesAsync(cancellationToken))
        {
            if (await store.IsAliveAsync(node.Id, cancellationToken))
            {
                living.Add(node);
            }
            else
            {
                ended.Add(node.Id);
            }
        }

        return (living, ended);
    }

    private void OnQueueReady(QueueReady ready)
    {
        _queues[ready.Queue] = ready.Actor;
        _remembered.UnionWith(ready.Nodes);
        Greet(ready.Queue);
        OnCheck();
    }

    private void Greet(string queue)
    {
        var inbox = _inbox;
        var self = _store.Node;
        Context.RunTask(
            async () =>
            {
                foreach (var node in await _store.GetNodesAsync(CancellationToken.None))
                {
                    inbox.Tell(new InboxActor.Post(node.Id, new InboxBody { Queue = queue, Owner = new InboxOwner { Node = self } }));
                }
            },
            cause => new Greeted(queue, cause));
    }

    /// <summary>Who is not greeted says nothing, and gets no jobs: it is tried until it is done.</summary>
    private void OnGreeted(Greeted greeted)
    {
        if (greeted.Cause is { } cause)
        {
            Log.OwnershipUnknown(Logger, cause.Message);
            Context.Timers.StartSingle(new GreetAgain(greeted.Queue), new GreetAgain(greeted.Queue), Interval);
        }
    }

    private void OnCheck()
    {
        if (_isChecking)
        {
            return;
        }

        _isChecking = true;
        var remembered = _remembered.ToArray();
        var ended = new List<long>();
        Context.RunTask(
            async () =>
            {
                var (living, dead) = await LookAsync(_store, CancellationToken.None);
                _formats.Look(living);
                ended.AddRange(dead);
                foreach (var node in remembered)
                {
                    if (!living.Any(other => other.Id == node) && !ended.Contains(node) && !await _store.IsAliveAsync(node, CancellationToken.None))
                    {
                        ended.Add(node);
                    }
                }

                if (ended.Count > 0)
                {
                    // What it said before it ended comes first.
                    await _inbox.AskAsync(InboxActor.ReadToEnd.Instance, Timeout.InfiniteTimeSpan);
                }
            },
            cause =>
            {
                return new Checked(cause is null ? ended : [], cause) { IsCheck = true };
            });
    }

    private void OnChecked(Checked found)
    {
        if (found.IsCheck)
        {
            _isChecking = false;
        }

        if (found.Cause is not null)
        {
            Log.OwnershipUnknown(Logger, found.Cause.Message);
            return;
        }

        foreach (var node in found.Ended)
        {
            _remembered.Remove(node);
            foreach (var queue in _queues.Values)
            {
                queue.Tell(new QueueMessage.NodeGone(node), Self);
            }

            // Before the queues have stored it: a next owner asks for the nodes that it remembers, and one that was removed does not live.
            Context.RunTask(() => _store.RemoveAsync(node, CancellationToken.None), cause => new Checked([], cause));
        }
    }

    /// <summary>From a queue that has been recovered; the nodes are those that it remembers.</summary>
    public sealed record QueueReady(string Queue, IActorRef Actor, IReadOnlyList<long> Nodes);

    private sealed record Greeted(string Queue, Exception? Cause);

    private sealed record GreetAgain(string Queue);

    private sealed record Check
    {
        public static Check Instance { get; } = new();
    }

    private sealed record Checked(IReadOnlyList<long> Ended, Exception? Cause)
    {
        public bool IsCheck { get; init; }
    }
}
