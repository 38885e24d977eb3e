using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;

namespace Actors.Jobs.Processes;

/// <summary>Speaks for a queue in a process that does not own it: takes the same messages as the owner, and passes them on through the inbox.</summary>
/// <remarks>An enqueue is answered when it is durable in the inbox. Jobs that the owner grants to this process run here; their ends go back the same way.</remarks>
internal sealed partial class RemoteQueueActor : ActorBase
{
    private static readonly TimeSpan QuestionTimeout = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private QueueOptions _configured;
    private QueueOptions _options;
    private readonly IReadOnlyDictionary<string, JobHandler> _handlers;
    private readonly QueueExecution _execution;
    private readonly IBegunTable _begun;
    private readonly IActorRef _inbox;
    private readonly object _attachment = new();
    private readonly Dictionary<long, (IActorRef Asker, Question About)> _questions = [];
    private long _question;

    public RemoteQueueActor(
        string name,
        QueueOptions options,
        IReadOnlyDictionary<string, JobHandler> handlers,
        QueueExecution execution,
        IBegunTable begun,
        IActorRef inbox)
    {
        _name = name;
        _configured = _options = options;
        _handlers = handlers;
        _execution = execution;
        _begun = begun;
        _inbox = inbox;
    }

    protected override ValueTask PreStartAsync()
    {
        _inbox.Tell(new InboxActor.Attach(_name, Self, _attachment), Self);
        _execution.Reports.Listener = Self;
        return default;
    }

    protected override ValueTask OnReceiveAsync(object message)
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
            case QueueMessage.GetJob get:
                Ask(new InboxQuery { Job = InboxBodies.Bytes(get.Id) }, Question.Job);
                break;
            case QueueMessage.SaveStep step:
                OnSaveStep(step);
                break;
            case QueueMessage.OfParents ofParents:
                OnOfParents(ofParents);
                break;
            case QueueMessage.GetProgress get:
                AskForProgress(get.Id);
                break;
            case JobReports.Changed changed:
                OnReportChanged(changed);
                break;
            case ReportDue due:
                OnReportDue(due);
                break;
            case AskExpired expired:
                OnAskExpired(expired);
                break;
            case QueueMessage.GetQueue:
                Ask(new InboxQuery(), Question.Queue);
                break;
            case QueueMessage.SearchJobs search:
                OnSearchJobs(search);
                break;
            case QueueMessage.CancelJob cancel:
                Ask(new InboxChange
                {
                    Job = InboxBodies.Bytes(cancel.Id), Change = InboxBodies.CancelChange, Reason = cancel.Reason ?? "", HasReason = cancel.Reason is not null,
                });
                break;
            case QueueMessage.RetryJob retry:
                Ask(new InboxChange { Job = InboxBodies.Bytes(retry.Id), Change = InboxBodies.RetryChange });
                break;
            case QueueMessage.PauseQueue pause:
                Ask(InboxBodies.ToProto(pause), Question.Queue);
                break;
            case QueueMessage.ResumeQueue:
                Ask(new InboxChange { Change = InboxBodies.ResumeChange }, Question.Queue);
                break;
            case QueueMessage.ChangeJobs bulk:
                AskOwner(
                    number =>
                    {
                        var change = InboxBodies.ToProto(bulk);
                        change.Number = number;
                        return new InboxBody { Change = change };
                    },
                    InboxBodies.FromBulkAnswer);
                break;
            case QueueMessage.AwaitEnd wait:
                OnAwaitEnd(wait);
                break;
            case QueueMessage.Operation operation when InboxBodies.ToProto(operation) is { } change:
                Ask(change, operation is IRequest<QueueMessage.JobFound> ? Question.Job : operation is IRequest<QueueMessage.Explained> ? Question.Reason : Question.Queue);
                break;
            case QueueMessage.DiscardJobs or QueueMessage.ListJobs or QueueMessage.Operation:
                Sender.Tell(
                    new Failure(new QueueUnavailableException(_name, new NotSupportedException("another process owns it; ask there."))), Self);
                break;
            case QueueMessage.StartConsuming:
                OnStartConsuming();
                break;
            case QueueMessage.StopConsuming stop:
                OnStopConsuming(stop);
                break;
            case QueueMessage.Reconfigure reconfigure:
                OnReconfigure(reconfigure.Options);
                break;
            case Terminated ended:
                _workers?.OnEnded(ended.Actor);
                break;
            case QueueMessage.StopTimeoutReached reached:
                OnStopTimeoutReached(reached);
                break;
            case InboxActor.FromNode row when ReferenceEquals(row.Attachment, _attachment):
                OnRow(row);
                break;
            case InboxActor.FromNode:
                break; // Handed out again, to this instance.
            case InboxActor.Synced:
                OnSynced();
                break;
            case QuestionExpired expired when _questions.Remove(expired.Number, out var unanswered):
                unanswered.Asker.Tell(
                    new Failure(new QueueUnavailableException(_name, new TimeoutException("the process that owns it has not answered."))), Self);
                break;
            case QuestionExpired expired:
                OnSearchExpired(expired.Number);
                break;
            default:
                Unhandled(message);
                break;
        }

        return default;
    }

    private void OnEnqueue(QueueMessage.Enqueue enqueue)
    {
        var now = Context.System.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        var body = new InboxEnqueue();
        foreach (var job in enqueue.Jobs)
        {
            body.Jobs.Add(InboxBodies.ToProto(job, now));
        }

        _inbox.Tell(new InboxActor.Post(InboxMessage.Owner, new InboxBody { Queue = _name, Enqueue = body }, Sender, enqueue.First), Self);
    }

    private void Ask(InboxQuery query, Question about)
    {
        query.Number = NoteQuestion(about);
        Post(new InboxBody { Queue = _name, Query = query });
    }

    private void Ask(InboxChange change, Question about = Question.Job)
    {
        change.Number = NoteQuestion(about);
        Post(new InboxBody { Queue = _name, Change = change });
    }

    private long NoteQuestion(Question about)
    {
        _questions.Add(++_question, (Sender, about));
        Context.Timers.StartSingle(_question, new QuestionExpired(_question), QuestionTimeout);
        return _question;
    }

    private void Post(InboxBody body) => _inbox.Tell(new InboxActor.Post(InboxMessage.Owner, body), Self);

    private void OnRow(InboxActor.FromNode row)
    {
        switch (row.Body.ContentCase)
        {
            case InboxBody.ContentOneofCase.Owner:
                Apply(null); // Whatever is otherwise now, the new one says.
                Announce(isComplete: true);
                break;
            case InboxBody.ContentOneofCase.Grants:
                OnGrants(row.Body.Grants);
                break;
            case InboxBody.ContentOneofCase.Cancel:
                OnCancel(row.Body.Cancel);
                break;
            case InboxBody.ContentOneofCase.Settings:
                OnSettings(row.Body.Settings);
                break;
            case InboxBody.ContentOneofCase.Recall:
                GiveBackNotBegun();
                break;
            case InboxBody.ContentOneofCase.Answer:
                OnAnswer(row.Body.Answer);
                break;
        }

        _inbox.Tell(new InboxActor.Taken([row.Row]), Self);
    }

    private void OnAnswer(InboxAnswer answer)
    {
        if (TryAnswerAsked(answer))
        {
            return;
        }

        Context.Timers.Cancel(answer.Number);
        OnSearchAnswered(answer);
        if (!_questions.Remove(answer.Number, out var question))
        {
            return;
        }

        var unknown = answer.Unknown.Length == 0 ? null : new InvalidOperationException(answer.Unknown);
        if (question.About == Question.Reason)
        {
            question.Asker.Tell(new QueueMessage.Explained(answer.Reason is null ? null : InboxBodies.FromProto(answer.Reason, _name), unknown), Self);
        }
        else if (question.About == Question.Job)
        {
            question.Asker.Tell(
                new QueueMessage.JobFound(
                    answer.Job is null ? null : InboxBodies.FromProto(answer.Job, _name),
                    unknown)
                {
                    Refusal = InboxBodies.Text(answer.Refusal),
                    IsDeleted = answer.IsDeleted,
                    MovedTo = InboxBodies.Text(answer.MovedTo),
                },
                Self);
        }
        else if (answer.Queue is null)
        {
            question.Asker.Tell(new Failure(new QueueUnavailableException(_name, new InvalidOperationException(answer.Unknown))), Self);
        }
        else
        {
            var status = InboxBodies.FromProto(answer.Queue, _name, _isConsuming);
            question.Asker.Tell(status with { Overdue = status.Overdue + _overdue.Count }, Self);
        }
    }

    /// <summary>What somebody here waits to be told about.</summary>
    private enum Question
    {
        Queue,
        Job,
        Reason,
    }

    private sealed record QuestionExpired(long Number);
}
