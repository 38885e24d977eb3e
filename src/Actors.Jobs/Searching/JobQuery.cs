namespace Actors.Jobs.Searching;

/// <summary>A filter, and how its arguments are looked for.</summary>
/// <param name="Filter">What to look for.</param>
/// <param name="Marks">The marks of arguments that are declared <c>[Index]</c>: jobs keep them.</param>
/// <param name="Args">The other arguments, for which those of each job must be read.</param>
internal sealed record JobQuery(JobFilter Filter, IReadOnlyList<ulong> Marks, IReadOnlyList<JobArg> Args)
{
    public static uint AllStates { get; } = Bits(Enum.GetValues<JobState>());

    public static uint FinalStates { get; } = Bits([JobState.Succeeded, JobState.Failed, JobState.Cancelled]);

    /// <summary>A bit for each state that a job may have, by its number.</summary>
    public uint States { get; } = (Filter.States.Count == 0 ? AllStates : Bits(Filter.States)) & (Filter.IsOfFinished ? FinalStates : AllStates);

    private static uint Bits(IEnumerable<JobState> states) => states.Aggregate(0u, (bits, state) => bits | 1u << (int)state);
}
