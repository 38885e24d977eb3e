using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>Jobs that others wait for, and batches, are known to the owner.</summary>
internal sealed partial class RemoteQueueActor
{
    private void OnOfParents(QueueMessage.OfParents message)
    {
        switch (message)
        {
            case QueueMessage.Expect expect:
                AskToChange(InboxBodies.ToProto(expect), answer => new QueueMessage.ParentFound(_name, answer.Parent is null ? null : InboxBodies.FromProto(answer.Parent), null) { MovedTo = InboxBodies.Text(answer.MovedTo) });
                break;
            case QueueMessage.CompletePart part:
                AskOwner(
                    number => new InboxBody { Step = new InboxStep { Number = number, Job = part.Number, Grant = (uint)part.Grant, Name = part.Name, IsPart = true } },
                    static _ => QueueMessage.StepSaved.Instance);
                break;
            case QueueMessage.EnqueueBatch batch:
                AskToChange(InboxBodies.ToProto(batch, Context.System.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds()), BatchFound);
                break;
            case QueueMessage.GetBatch get:
                AskToChange(InboxBodies.ToProto(get), BatchFound);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AskToChange(InboxChange change, Func<InboxAnswer, object> read) => AskOwner(
        number =>
        {
            change.Number = number;
            return new InboxBody { Change = change };
        },
        read);

    private QueueMessage.BatchFound BatchFound(InboxAnswer answer) => new(_name, answer.Batch, null) { Refusal = InboxBodies.Text(answer.Refusal) };
}
