using Actors.Jobs.Processes;
using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What attempts have done is stored before they go on. The grant is the fence: an attempt that another has overtaken adds nothing.</summary>
internal sealed partial class QueueActor
{
    private void OnSaveStep(QueueMessage.SaveStep step) => SaveStep(step.Number, step.Grant, step.Name, step.Value, Sender);

    /// <summary>As if it ran here; the answer goes to the node when the step is durable.</summary>
    private void OnRemoteStep(long node, InboxStep step)
    {
        if (step.IsPart)
        {
            CompletePart(step.Job, (int)step.Grant, step.Name, AnswersTo(node, step.Number));
        }
        else
        {
            SaveStep(step.Job, (int)step.Grant, step.Name, step.Value.Memory, AnswersTo(node, step.Number));
        }
    }

    /// <summary>It was taken in by an owner that may have died before it answered.</summary>
    private void AnswerAgain(InboxActor.FromNode row)
    {
        if (row.Body.Step is { } step)
        {
            AnswersTo(row.Node, step.Number).Tell(QueueMessage.StepSaved.Instance, Self);
        }
    }

    private void SaveStep(long number, int grant, string name, ReadOnlyMemory<byte> value, IActorRef caller)
    {
        if (IsNotHeld(number, grant, caller))
        {
            return;
        }

        // As the ends of attempts: while the store is away, it waits for it.
        BeginChange(number);
        _draft.AddStep(number, name, value);
        _state.AddStep(number, name, value);
        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(caller, _state.Jobs[number].Id, QueueMessage.StepSaved.Instance));
        FlushSoon();
    }

    /// <summary>Whether the job is not with this attempt any more; who asked has been answered then.</summary>
    private bool IsNotHeld(long number, int grant, IActorRef caller)
    {
        if (IsRunning(number, grant))
        {
            return false;
        }

        // Before it is recovered, a queue does not know what runs.
        Exception refused = Term == 0 && Unavailability is { } unknown
            ? unknown
            : new InvalidOperationException("the job is not in the hands of this attempt any more: it runs again elsewhere, or has ended.");
        caller.Tell(new Failure(new QueueUnavailableException(_name, refused)), Self);
        return true;
    }

    private IActorRef AnswersTo(long node, long question)
    {
        var inbox = _neighbours!.Inbox; // Who has no neighbours gets no rows.
        return Context.ActorOf(Props.Create(() => new ChangeReply(inbox, node, _name, question)) with { RestartType = RestartType.Temporary });
    }
}
