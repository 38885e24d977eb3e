namespace Actors.Jobs;

/// <summary>What the handler of a job has said while it worked. Kept in memory, not in the journal.</summary>
/// <param name="Id">The job.</param>
/// <param name="Attempt">The attempt that said something last.</param>
/// <param name="Fraction">How far it is, 0 to 1; null when it has not said.</param>
/// <param name="Text">What it said with that; null for nothing.</param>
/// <param name="UpdatedAt">When it said something last.</param>
/// <param name="Lines">Its last 100 lines, oldest first, those of earlier attempts included.</param>
public sealed record JobProgress(JobId Id, int Attempt, double? Fraction, string? Text, DateTimeOffset UpdatedAt, IReadOnlyList<JobLogLine> Lines);

/// <summary>A line that an attempt has logged.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="At">When.</param>
/// <param name="Text">Up to 200 characters of it.</param>
public sealed record JobLogLine(int Attempt, DateTimeOffset At, string Text);
