using Actors.Jobs.Processes;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>
/// The owner of all jobs of one queue. It decides, collects the decisions of everything that is in its mailbox into one commit, and
/// lets answers and starts follow when the commit is durable.
/// </summary>
/// <remarks>Cut by concern: Enqueue, Requests, Commits, Recovery, Grants, Consuming, Nodes, Payloads, History.</remarks>
internal sealed partial class QueueActor : JournaledActor
{
    private readonly string _name;
    private readonly QueueOptions _options;
    private readonly IReadOnlyDictionary<string, JobHandler> _handlersByName;
    private readonly IHistory _history;
    private readonly IServiceProvider _services;
    private readonly ConsumingSwitch _consuming;
    private readonly TimeSpan _enqueueTimeout;
    private readonly Neighbours? _neighbours;
    private GrantedJobs _granted = new();

    public QueueActor(
        string name,
        QueueOptions options,
        IReadOnlyDictionary<string, JobHandler> handlersByName,
        IJournal journal,
        IActorRef journalActor,
        IHistory history,
        IServiceProvider services,
        ConsumingSwitch consuming,
        TimeSpan enqueueTimeout,
        Neighbours? neighbours = null)
        : base(journal, journalActor)
    {
        _name = name;
        _options = options;
        _handlersByName = handlersByName;
        _history = history;
        _services = services;
        _consuming = consuming;
        _enqueueTimeout = enqueueTimeout;
        _neighbours = neighbours;
    }

    /// <summary>No worker needs another.</summary>
    protected override SupervisorStrategy SupervisorStrategy { get; } = new OneForOneStrategy { StopOrder = StopOrder.Parallel };

    protected override string PersistenceId => "queue/" + _name;

    protected override int ReadableFormat => CommitReplay.ReadableFormat;

    protected override ValueTask OnCommandAsync(object message)
    {
        switch (message)
        {
            case QueueMessage.Enqueue enqueue:
                OnEnqueue(enqueue);
                break;
            case QueueMessage.AttemptEnded ended:
                OnAttemptEnded(ended);
                break;
            case QueueMessage.AttemptOverdue overdue:
                OnAttemptOverdue(overdue);
                break;
            case QueueMessage.Flush:
                OnFlush();
                break;
            case QueueMessage.ExpireCallers:
                OnExpireCallers();
                break;
            case QueueMessage.ReleaseOrphans:
                OnReleaseOrphans();
                break;
            case QueueMessage.DueReached:
                OnDueReached();
                break;
            case QueueMessage.PayloadsRead read:
                OnPayloadsRead(read);
                break;
            case QueueMessage.WriteHistory:
                WriteHistory();
                break;
            case QueueMessage.HistoryWritten written:
                OnHistoryWritten(written);
                break;
            case QueueMessage.CancelJob cancel:
                OnCancelJob(cancel);
                break;
            case QueueMessage.RetryJob retry:
                OnRetryJob(retry);
                break;
            case QueueMessage.GetJob get:
                OnGetJob(get.Id);
                break;
            case QueueMessage.GetQueue:
                Sender.Tell(QueueStatus(), Self);
                break;
            case QueueMessage.StartConsuming:
                OnStartConsuming();
                break;
            case QueueMessage.StopConsuming:
                OnStopConsuming();
                break;
            case QueueMessage.StopTimeoutReached reached:
                OnStopTimeoutReached(reached);
                break;
            case InboxActor.FromNode row:
                OnFromNode(row);
                break;
            case QueueMessage.NodeGone gone:
                OnNodeGone(gone);
                break;
            default:
                Unhandled(message);
                break;
        }

        return default;
    }

    private long NowMs() => _clock.NowMs();

    private void OnGetJob(JobId id)
    {
        // Before it is recovered, a queue does not know what it holds.
        var unknown = Term == 0 ? Unavailability : null;
        Sender.Tell(new QueueMessage.JobFound(_state.Jobs.TryFind(id, out var number) ? Status(number) : null, unknown), Self);
    }

    private JobStatus Status(long number)
    {
        ref var entry = ref _state.Jobs[number];
        var isLater = entry.State is JobState.Scheduled or JobState.Retrying;
        var finished = entry.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
        return new JobStatus(
            entry.Id,
            _name,
            _state.Names[entry.Type],
            entry.State,
            entry.Attempts,
            DateTimeOffset.FromUnixTimeMilliseconds(entry.EnqueuedAtMs),
            isLater ? DateTimeOffset.FromUnixTimeMilliseconds(entry.DueAtMs) : null,
            finished ? DateTimeOffset.FromUnixTimeMilliseconds(entry.DueAtMs) : null,
            _state.Error(number))
        {
            IsCancelling = _state.IsCancelling(number, out _),
        };
    }

    private QueueStatus QueueStatus() => new(
        _name,
        _consuming.IsOn,
        _options.Workers,
        _state.Count(JobState.Scheduled),
        _state.Count(JobState.Waiting),
        _state.Count(JobState.Running),
        _state.Count(JobState.Retrying),
        _state.Count(JobState.Parked),
        _state.Count(JobState.Quarantined),
        _state.Succeeded,
        _state.Failed,
        _state.Cancelled,
        Unavailability?.Message)
    {
        Overdue = _overdue.Count,
    };
}

/// <summary>Whether the consumer of a queue is started. It outlives the instance of the queue's actor, so that a restart goes on where it was.</summary>
internal sealed class ConsumingSwitch
{
    public bool IsOn { get; set; }
}
