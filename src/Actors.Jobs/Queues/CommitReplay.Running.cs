using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

internal sealed partial class CommitReplay
{
    private static Dictionary<int, byte[]>? Results(Finished finished) =>
        finished.Results.Count == 0 ? null : finished.Results.ToDictionary(result => (int)result.Index, result => result.Json.ToByteArray());

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
