using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>Jobs that go to other queues, and come from them.</summary>
internal sealed partial class QueueState
{
    private readonly SortedDictionary<string, TakenMoves> _takenMoves = new(StringComparer.Ordinal);

    /// <summary>Where the jobs went that have left last.</summary>
    public DepartedJobs Departed { get; } = new();

    /// <summary>Whether jobs of other queues have ever come.</summary>
    public bool HasTakenMoves => _takenMoves.Count > 0;

    /// <summary>Where a job is on its way to; null when it is not.</summary>
    public JobMove? MoveOf(long number) => Jobs[number].HasTraits ? Traits(number)?.Move : null;

    /// <summary>The job is on its way to another queue.</summary>
    public void Leave(long number, JobMove move) => SetTraits(number, (Traits(number) ?? new JobTraits()) with { Move = move });

    /// <summary>The other queue has refused it.</summary>
    public void Stay(long number)
    {
        if (Traits(number) is { } traits)
        {
            SetTraits(number, traits with { Move = null });
        }
    }

    /// <summary>The other queue has it.</summary>
    public void Depart(long number)
    {
        Departed.Add(Jobs[number].Id, MoveOf(number)?.Queue ?? "");
        Forget(number);
    }

    /// <summary>What has been decided on the jobs of another queue.</summary>
    public TakenMoves MovesFrom(string source)
    {
        if (!_takenMoves.TryGetValue(source, out var taken))
        {
            _takenMoves.Add(source, taken = new TakenMoves());
        }

        return taken;
    }

    private void RestoreMoves(IEnumerable<Protos.TakenMoves> moves)
    {
        foreach (var taken in moves)
        {
            MovesFrom(taken.Source).Restore(taken);
        }
    }

    /// <summary>What a commit says of jobs that have come.</summary>
    public void ApplyTakenMoves(QueueCommit commit) => RestoreMoves(commit.TakenMoves);
}
