using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>Stands for somebody in another process who asked for a change or a search, and sends on what the queue answers.</summary>
internal sealed class ChangeReply : ReceiveActor
{
    public ChangeReply(IActorRef inbox, long node, string queue, long number)
    {
        Receive<QueueMessage.JobFound>(found => Answer(
            new InboxAnswer { Job = found.Status is null ? null : InboxBodies.ToProto(found.Status), Unknown = found.Unknown?.Message ?? "", Refusal = found.Refusal ?? "", IsDeleted = found.IsDeleted, MovedTo = found.MovedTo ?? "" }));
        Receive<QueueMessage.Explained>(explained => Answer(
            new InboxAnswer { Reason = explained.Reason is null ? null : InboxBodies.ToProto(explained.Reason), Unknown = explained.Unknown?.Message ?? "" }));
        Receive<QueueStatus>(status => Answer(new InboxAnswer { Queue = InboxBodies.ToProto(status) }));
        Receive<QueueMessage.JobsFound>(found => Answer(new InboxAnswer { Found = SearchBodies.ToProto(found) }));
        Receive<QueueMessage.JobsChanged>(changed => Answer(new InboxAnswer { BulkDone = InboxBodies.ToProto(changed) }));
        Receive<QueueMessage.StepSaved>(_ => Answer(new InboxAnswer()));
        Receive<QueueMessage.ParentFound>(found => Answer(
            new InboxAnswer { Parent = found.News is null ? null : InboxBodies.ToProto(found.News), Unknown = found.Unknown?.Message ?? "", MovedTo = found.MovedTo ?? "" }));
        Receive<QueueMessage.BatchFound>(found => Answer(
            new InboxAnswer { Batch = found.Counts, Refusal = found.Refusal ?? "", Unknown = found.Unknown?.Message ?? "" }));
        Receive<Failure>(failure => Answer(new InboxAnswer { Unknown = failure.Cause.Message }));

        void Answer(InboxAnswer answer)
        {
            answer.Number = number;
            inbox.Tell(new InboxActor.Post(node, new InboxBody { Queue = queue, Answer = answer }), Self);
            Context.Stop(Self);
        }
    }
}
