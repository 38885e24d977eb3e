using Actors.Jobs.Processes;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>
/// The owner of all jobs of one queue. It decides, collects the decisions of everything that is in its mailbox into one commit, and
/// lets answers and starts follow when the commit is durable.
/// </summary>
/// <remarks>Cut by concern: Enqueue, Requests, Commits, Recovery, Grants, Suspects, Consuming, Pausing, Nodes, Silence, Payloads, Forwarding, History, Formats, Limits, Uniqueness, Searching, Reports, Steps, Interruptions, Operating, Draining, Editing, Explaining, ExplainingTurns, Bulk, Overriding, Moving, Taking, Seeking, Results, Awaiting, Parents, Batches, Pulling, Retention, AutoPause, RetryBudget.</remarks>
internal sealed partial class QueueActor : JournaledActor
{
    private readonly QueueSetup _setup;
    private readonly string _name;
    private QueueOptions _configured;
    private QueueOptions _options;
    private readonly IHistory _history;
    private readonly Neighbours? _neighbours;
    private GrantedJobs _granted = new();

    public QueueActor(QueueSetup setup, IJournal journal, IActorRef journalActor)
        : base(journal, journalActor)
    {
        _setup = setup;
        _name = setup.Name;
        _configured = _options = setup.Options;
        _history = setup.History;
        _neighbours = setup.Neighbours;
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
            case QueueMessage.EndPulled end:
                OnEndPulled(end);
                break;
            case QueueMessage.PullChanged:
                OnPullChanged();
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
            case QueueMessage.EndDisplaced:
                OnEndDisplaced();
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
            case QueueMessage.ForwardFound found:
                OnForwardFound(found);
                break;
            case QueueMessage.ForwardRead read:
                OnForwardRead(read);
                break;
            case QueueMessage.Forward:
                OnForward();
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
            case QueueMessage.SaveStep step:
                OnSaveStep(step);
                break;
            case QueueMessage.GetProgress get:
                OnGetProgress(get.Id);
                break;
            case QueueMessage.PauseQueue pause:
                OnPauseQueue(pause);
                break;
            case QueueMessage.ResumeQueue:
                OnResumeQueue();
                break;
            case QueueMessage.OfParents parents:
                OnParentAsked(parents);
                break;
            case QueueMessage.Operation operation:
                OnOperation(operation);
                break;
            case QueueMessage.DiscardJobs discard:
                OnDiscardJobs(discard);
                break;
            case QueueMessage.ListJobs list:
                OnListJobs(list);
                break;
            case QueueMessage.SearchJobs search:
                OnSearchJobs(search);
                break;
            case QueueMessage.SearchOn on:
                OnSearchOn(on);
                break;
            case QueueMessage.SearchRead read:
                OnSearchRead(read);
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
            case QueueMessage.Reconfigure reconfigure:
                OnReconfigure(reconfigure.Options);
                break;
            case Terminated ended:
                _workers?.OnEnded(ended.Actor);
                break;
            case QueueMessage.Hold hold:
                OnHold(hold);
                break;
            case QueueMessage.Go:
                OnGo();
                break;
            case QueueMessage.RunAlone run:
                OnRunAlone(run);
                break;
            case QueueMessage.StopTimeoutReached reached:
                OnStopTimeoutReached(reached);
                break;
            case InboxActor.FromNode row:
                OnFromNode(row);
                break;
            case QueueMessage.LookForSilence:
                OnLookForSilence();
                break;
            case InboxActor.EndReached:
                OnInboxRead();
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
        var isFound = _state.Jobs.TryFind(id, out var number);
        Sender.Tell(isFound ? new QueueMessage.JobFound(Status(number), unknown) { IsDeleted = HasLeft(number) } : NotFound(id), Self);
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
            Priority = entry.Priority,
            IsCancelling = _state.IsCancelling(number, out _),
            LastInterruption = finished ? null : _state.Traits(number)?.Interruption, // The history does not keep it.
            Key = _state.Keys.Name(entry.Key),
            Tags = _state.Traits(number)?.Tags ?? TagList.Empty,
            CopyOf = _state.Traits(number)?.CopyOf,
            Awaits = AwaitsOf(number),
            Parts = finished ? ValueList<string>.Empty : ValueList<string>.Of(_state.Traits(number)?.Parts ?? []),
            Batch = finished ? null : _state.Traits(number)?.Batch,
            Result = ResultOf(number),
        };
    }

    private QueueStatus QueueStatus() => new(
        _name,
        _setup.IsConsuming,
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
        Refusal?.Message)
    {
        Awaiting = _state.Count(JobState.Awaiting),
        Overdue = _overdue.Count,
        Suspects = _state.Suspects,
        Pause = _state.Pause,
        Drain = _state.Drain,
        Override = _state.Override?.Against(_configured),
        HeldRetries = _heldRetries.Count,
        IsOnTrial = _failures?.Trial is not null,
    };
}
