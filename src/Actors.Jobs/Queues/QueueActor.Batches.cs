using System.Globalization;
using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>Parts of jobs, and batches: what others may wait for besides whole jobs.</summary>
internal sealed partial class QueueActor
{
    private void OnCompletePart(QueueMessage.CompletePart part) => CompletePart(part.Number, part.Grant, part.Name, Sender);

    /// <summary>As a step: answered when it is durable.</summary>
    private void CompletePart(long number, int grant, string name, IActorRef caller)
    {
        if (IsNotHeld(number, grant, caller))
        {
            return;
        }

        if (_state.Traits(number)?.Parts.Contains(name, StringComparer.Ordinal) != true)
        {
            BeginChange(number);
            _draft.AddPart(number, name);
            _state.AddPart(number, name);
            TellParents(_state.Jobs[number].Id, NewsOf(number));
        }

        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(caller, _state.Jobs[number].Id, QueueMessage.StepSaved.Instance));
        FlushSoon();
    }

    /// <summary>There is something new of a job or a batch: those that wait for it here are told by the next commit, those elsewhere when it is durable.</summary>
    private void TellParents(JobId id, ParentNews news)
    {
        if (_parents.TryGetValue(id, out var parent))
        {
            TellChildren(parent, news);
        }

        if (_subscribers.TryGetValue(id, out var subscribers))
        {
            foreach (var subscriber in subscribers)
            {
                TellWhenDurable(subscriber, news);
            }
        }
    }

    private void OnEnqueueBatch(QueueMessage.EnqueueBatch enqueue)
    {
        if (IsRefused() || IsTooNew(CommitDraft.TraitsFormat))
        {
            return;
        }

        if (_state.Drain is not null)
        {
            Sender.Tell(ClosedFailure(), Self);
            return;
        }

        if (!_state.Batches.TryGet(enqueue.Batch, out var batch))
        {
            CloseDraftIfFull();
            _draft.AddBatch(enqueue.Batch, enqueue.Expected);
            _state.Batches.Begin(enqueue.Batch, enqueue.Expected, NowMs());
            _ = _state.Batches.TryGet(enqueue.Batch, out batch);
            NoteBatchEnd(enqueue.Batch);
        }

        if (batch.Expected != enqueue.Expected)
        {
            Sender.Tell(
                new QueueMessage.BatchFound(_name, batch.ToProto(enqueue.Batch), null)
                {
                    Refusal = string.Create(
                        CultureInfo.InvariantCulture,
                        $"Batch {enqueue.Batch} has {batch.Expected} jobs, and cannot be enqueued again with {enqueue.Expected}. A batch is completed with the jobs that it began with; others need another batch."),
                },
                Self);
            return;
        }

        var now = NowMs();
        for (var i = 0; i < enqueue.Jobs.Count; i++)
        {
            // A job of a place that was taken has been enqueued, though it may be long forgotten.
            if (enqueue.First + i == batch.Enqueued)
            {
                var draft = enqueue.Jobs[i];
                EnqueueAccepted(draft with { Traits = (draft.Traits ?? new JobTraits()) with { Batch = enqueue.Batch } }, now);
            }
        }

        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, enqueue.Batch, new QueueMessage.BatchFound(_name, batch.ToProto(enqueue.Batch), null)));
        FlushSoon();
    }

    private void OnGetBatch(JobId id) => Sender.Tell(
        new QueueMessage.BatchFound(_name, _state.Batches.TryGet(id, out var batch) ? batch.ToProto(id) : null, Term == 0 ? Unavailability : null), Self);

    /// <summary>One of its jobs has ended, or it has none: those that wait for the batch may go on.</summary>
    private void NoteBatchEnd(JobId id)
    {
        if (_state.Batches.TryGet(id, out var batch) && batch.IsOver)
        {
            TellParents(id, NewsOf(id, batch));
            _subscribers.Remove(id);
        }
    }

    private static ParentNews NewsOf(JobId id, JobBatches.Batch batch) => new(id, !batch.IsOver ? JobState.Running : batch.Succeeded == batch.Expected ? JobState.Succeeded : JobState.Failed)
    {
        BatchEnd = string.Create(CultureInfo.InvariantCulture, $"of its {batch.Expected} jobs, {batch.Failed} have failed and {batch.Cancelled} were cancelled"),
    };
}
