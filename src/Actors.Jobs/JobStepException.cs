namespace Actors.Jobs;

/// <summary>A step of a job could not be made, or what it returned could not be kept: see <see cref="JobContext.StepAsync{T}"/>.</summary>
public sealed class JobStepException(JobId id, string step, string problem, Exception? cause = null)
    : JobException($"Step '{step}' of job {id}: {problem}", cause)
{
    /// <summary>The job.</summary>
    public JobId Id { get; } = id;

    /// <summary>The name of the step.</summary>
    public string Step { get; } = step;
}
