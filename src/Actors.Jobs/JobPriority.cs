namespace Actors.Jobs;

/// <summary>Which of the jobs that wait starts first. While jobs of several priorities wait, each priority gets four times as many starts as the next lower one, so that none starves.</summary>
/// <remarks>
/// The first job of its priority waits for no more than so many jobs of other priorities: Highest 4, High 8, Normal 24, Low 88, Lowest 344. Numbers are
/// stored: they never change meaning.
/// </remarks>
public enum JobPriority
{
    /// <summary>One start in 341, while all priorities wait.</summary>
    Lowest = -2,

    /// <summary>Four starts in 341, while all priorities wait.</summary>
    Low = -1,

    /// <summary>The default.</summary>
    Normal = 0,

    /// <summary>Four starts for each of a normal job.</summary>
    High = 1,

    /// <summary>Sixteen starts for each of a normal job.</summary>
    Highest = 2,
}
