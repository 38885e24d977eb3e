using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>The end of a job is waited for at its owner, a bounded time for each question.</summary>
internal sealed partial class RemoteQueueActor
{
    private void OnAwaitEnd(QueueMessage.AwaitEnd wait) => AskOwner(
        number => new InboxBody
        {
            Query = new InboxQuery { Number = number, Job = InboxBodies.Bytes(wait.Id), WaitMs = Math.Max(1, (long)Math.Min(wait.Patience.TotalMilliseconds, QuestionTimeout.TotalMilliseconds / 2)) },
        },
        answer => new QueueMessage.JobFound(answer.Job is null ? null : InboxBodies.FromProto(answer.Job, _name), null) { IsDeleted = answer.IsDeleted });
}
