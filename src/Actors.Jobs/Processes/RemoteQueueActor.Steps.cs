using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Google.Protobuf;

namespace Actors.Jobs.Processes;

/// <summary>Steps of jobs that run here are stored by the owner.</summary>
internal sealed partial class RemoteQueueActor
{
    private void OnSaveStep(QueueMessage.SaveStep step) => AskOwner(
        number => new InboxBody
        {
            Step = new InboxStep
            {
                Number = number,
                Job = step.Number,
                Grant = (uint)step.Grant,
                Name = step.Name,
                Value = UnsafeByteOperations.UnsafeWrap(step.Value),
            },
        },
        static _ => QueueMessage.StepSaved.Instance);
}
