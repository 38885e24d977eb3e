using Actors.Hosting.Starting;
using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>Carries out what the socket brings for jobs.</summary>
internal sealed partial class JobCommands(ActorsRuntime runtime)
{
    private const int DefaultJobs = 20;
    private const int MaxJobs = 1000;

    private IJobs Jobs => Of(runtime);

    /// <summary>The jobs of a program.</summary>
    /// <exception cref="InvalidOperationException">It has none, or not yet.</exception>
    public static IJobs Of(ActorsRuntime runtime) => runtime.Jobs ?? throw new InvalidOperationException(
        runtime.Settings.Queues.Count == 0
            ? $"'{runtime.Name}' has no queues, so it has no jobs."
            : $"'{runtime.Name}' is still starting: its queues are not there yet. Ask again in a moment.");

    public async Task<Answer> SearchAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var page = await Jobs.SearchAsync(request.Jobs ?? new JobFilter(), Limit(request), request.Cursor, cancellationToken);
            return new Answer(ManagementOutcome.Done, JobText.Of(page)) { Jobs = [.. page.Jobs.Select(JobView.Of)], Next = page.Next };
        }
        catch (ArgumentException fault)
        {
            return Answer.Bad(fault);
        }
    }

    public async Task<Answer> CountErrorsAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var errors = await Jobs.CountErrorsAsync(request.Jobs ?? new JobFilter(), Limit(request), cancellationToken);
            return new Answer(ManagementOutcome.Done, JobText.Of(errors)) { Errors = [.. errors.Select(ErrorView.Of)] };
        }
        catch (ArgumentException fault)
        {
            return Answer.Bad(fault);
        }
    }

    private static int Limit(ManagementRequest request) => Math.Clamp(request.Lines ?? DefaultJobs, 1, MaxJobs);
}
