using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

internal sealed partial class CommitReplay
{
    /// <summary>Before what is enqueued: an id that has left may come again.</summary>
    private void ApplyMoves(QueueCommit commit)
    {
        var number = 0L;
        foreach (var difference in commit.MovesOver?.Left ?? [])
        {
            number += difference;
            if (state.Jobs.Contains(number))
            {
                ledger.Forget(state.Jobs[number].PayloadRow, state.Jobs[number].PayloadLength);
                state.Depart(number);
            }
        }

        number = 0;
        foreach (var difference in commit.MovesOver?.Stay ?? [])
        {
            number += difference;
            if (state.Jobs.Contains(number))
            {
                state.Stay(number);
            }
        }

        number = 0;
        for (var i = 0; i < (commit.Leaving?.Number.Count ?? 0); i++)
        {
            number += commit.Leaving!.Number[i]; // It has some.
            if (state.Jobs.Contains(number))
            {
                state.Leave(number, new JobMove(commit.Leaving.Queue[i], commit.Leaving.Order[i]));
            }
        }
    }
}
