using Actors.Jobs.Workers;

namespace Actors.Jobs;

/// <summary>Parts of a job that are done once, whatever happens to the attempt.</summary>
public sealed partial class JobContext
{
    private AttemptSteps? _steps;

    /// <summary>Who has granted the job; null for a job in no queue.</summary>
    internal IActorRef? Owner { get; init; }

    /// <summary>
    /// Does a part of the work, unless an earlier attempt of this job has: then what that returned is returned again, and nothing is run. When the task completes, the
    /// value is durable.
    /// </summary>
    /// <remarks>
    /// A step that returns has been done at least once: if the process dies between its end and the write, the next attempt does it again. So give what it calls a key,
    /// such as <see cref="Id"/> and the name of the step. Steps may run side by side. They are kept until the job has finished, for at most 1,000 steps and 256 KiB of a job.
    /// </remarks>
    /// <param name="name">1 to 100 characters, another one for each step of the job. It must not change while jobs of the type exist.</param>
    /// <param name="step">The work. What it throws is thrown, and it is not noted as done.</param>
    /// <param name="cancellationToken">What the step gets. A step that has returned is stored all the same.</param>
    /// <returns>What the step has returned; of an earlier attempt, read from JSON.</returns>
    /// <exception cref="JobStepException">
    /// The name was used before in this attempt; the value cannot be written or has more than 64 KiB, cannot be read as this type, or could not be stored, for
    /// example because the job runs elsewhere by now.
    /// </exception>
    public async Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(step);
        var steps = Begin(name);
        if (steps.TryGetFinished(name, out var finished))
        {
            return steps.Read<T>(name, finished);
        }

        T value;
        try
        {
            value = await step(cancellationToken);
        }
        catch
        {
            steps.End(name);
            throw;
        }

        await steps.SaveAsync(name, steps.Write(name, value));
        return value;
    }

    /// <summary>The same for work that returns nothing.</summary>
    /// <inheritdoc cref="StepAsync{T}"/>
    public async Task StepAsync(string name, Func<CancellationToken, Task> step, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(step);
        var steps = Begin(name);
        if (steps.TryGetFinished(name, out _))
        {
            return;
        }

        try
        {
            await step(cancellationToken);
        }
        catch
        {
            steps.End(name);
            throw;
        }

        await steps.SaveAsync(name, []);
    }

    private AttemptSteps Begin(string name)
    {
        if (_steps is not { } steps)
        {
            var made = new AttemptSteps(Id, Execution, Granted, Owner);
            steps = Interlocked.CompareExchange(ref _steps, made, null) ?? made;
        }

        steps.Begin(name);
        return steps;
    }
}
