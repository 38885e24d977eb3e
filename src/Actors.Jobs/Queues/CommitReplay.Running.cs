using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

internal sealed partial class CommitReplay
{
    private void ApplySteps(QueueCommit commit)
    {
        if (commit.Steps is not { } steps)
        {
            return;
        }

        var number = 0L;
        for (var i = 0; i < steps.Number.Count; i++)
        {
            number += steps.Number[i];
            if (state.Jobs.Contains(number))
            {
                state.AddStep(number, steps.Name[i], steps.Value[i].Memory);
            }
        }
    }
}
