using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>Stands for somebody in another process who asked for a change of a job, and sends on what the queue answers.</summary>
internal sealed class ChangeReply : ReceiveActor
{
    public ChangeReply(IActorRef inbox, long node, string queue, long number)
    {
        Receive<QueueMessage.JobFound>(found => Answer(
            found.Status is null ? null : InboxBodies.ToProto(found.Status), found.Unknown?.Message ?? ""));
        Receive<Failure>(failure => Answer(null, failure.Cause.Message));

        void Answer(InboxJobStatus? status, string unknown)
        {
            var answer = new InboxAnswer { Number = number, Job = status, Unknown = unknown };
            inbox.Tell(new InboxActor.Post(node, new InboxBody { Queue = queue, Answer = answer }), Self);
            Context.Stop(Self);
        }
    }
}
