using System.IO.Enumeration;
using Actors.Hosting.Starting;
using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>Carries out what the socket brings for the durable schedules.</summary>
internal sealed class ScheduleCommands(ActorsRuntime runtime)
{
    private ISchedules Schedules => runtime.Jobs?.Schedules ?? throw new InvalidOperationException(
        runtime.Settings.Queues.Count == 0
            ? $"'{runtime.Name}' has no queues, so it has no schedules."
            : $"'{runtime.Name}' is still starting: its schedules are not there yet. Ask again in a moment.");

    public async Task<Answer> ListAsync(ManagementRequest request, string heading, CancellationToken cancellationToken)
    {
        var found = await FindAsync(request, cancellationToken);
        return Answer(found, ScheduleText.Of(heading, found, isInFull: request.Schedules.Count > 0));
    }

    public async Task<Answer> NextAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var wanted = Math.Max(request.Lines ?? int.MaxValue, 1);
        List<ScheduleStatus> found = [.. (await FindAsync(request, cancellationToken)).Select(status => status with { Next = [.. status.Next.Take(wanted)] })];
        return Answer(found, found.Count == 0 ? "There are no schedules." : ScheduleText.OfNext(found)) with { Outcome = ManagementOutcome.Done };
    }

    public async Task<Answer> RunNowAsync(ManagementRequest request)
    {
        if (Missing(request, "run") is { } missing)
        {
            return missing;
        }

        var runs = new List<RunView>();
        foreach (var status in await FindAsync(request, CancellationToken.None))
        {
            runs.Add(new RunView(status.Name, (await Schedules.RunNowAsync(status.Name)).ToString()));
        }

        return new Answer(ManagementOutcome.Done, runs.Count == 0 ? "There are no schedules." : ScheduleText.OfRuns(runs)) { Runs = runs };
    }

    public Task<Answer> PauseAsync(ManagementRequest request, string heading) =>
        ChangeAsync(request, "pause", heading, name => Schedules.PauseAsync(name, request.Reason));

    public Task<Answer> ResumeAsync(ManagementRequest request, string heading) =>
        ChangeAsync(request, "resume", heading, name => Schedules.ResumeAsync(name));

    private async Task<Answer> ChangeAsync(ManagementRequest request, string command, string heading, Func<string, Task<ScheduleStatus>> change)
    {
        if (Missing(request, command) is { } missing)
        {
            return missing;
        }

        var changed = new List<ScheduleStatus>();
        foreach (var status in await FindAsync(request, CancellationToken.None))
        {
            changed.Add(await change(status.Name));
        }

        return Answer(changed, ScheduleText.Of(heading, changed, isInFull: false)) with { Outcome = ManagementOutcome.Done };
    }

    private static Answer? Missing(ManagementRequest request, string command) => request.Schedules.Count > 0
        ? null
        : new Answer(ManagementOutcome.BadRequest, $"Say which schedules to {command}: names, patterns such as 'report-*', or '*' for all.");

    private static Answer Answer(IReadOnlyList<ScheduleStatus> found, string text) => new(
        found.Any(status => ScheduleText.TroubleOf(status) is not null) ? ManagementOutcome.Incomplete : ManagementOutcome.Done, text)
    {
        Schedules = [.. found.Select(ScheduleView.Of)],
    };

    /// <summary>Those that are named, by name, before anything is done; one that does not exist is an error, also in a question.</summary>
    private async Task<IReadOnlyList<ScheduleStatus>> FindAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, ScheduleStatus>(StringComparer.Ordinal);
        IReadOnlyList<ScheduleStatus>? all = null;
        foreach (var name in request.Schedules.DefaultIfEmpty("*"))
        {
            if (!name.AsSpan().ContainsAny('*', '?'))
            {
                found[name] = await Schedules.GetAsync(name, cancellationToken);
                continue;
            }

            all ??= await Schedules.ListAsync(cancellationToken);
            var fitting = all.Where(status => FileSystemName.MatchesSimpleExpression(name, status.Name, ignoreCase: false)).ToList();
            if (fitting.Count == 0 && name != "*")
            {
                throw new UnknownScheduleException(name, all.Select(status => status.Name));
            }

            foreach (var status in fitting)
            {
                found[status.Name] = status;
            }
        }

        return [.. found.Values];
    }
}
