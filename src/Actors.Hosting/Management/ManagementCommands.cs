using System.Globalization;
using Actors.Hosting.Ending;
using Actors.Hosting.Starting;
using Actors.Jobs;
using Actors.Services;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Management;

/// <summary>Carries out what the socket brings.</summary>
internal sealed class ManagementCommands(ActorsRuntime runtime, IHostApplicationLifetime lifetime)
{
    private const int DefaultLines = 20;
    private static readonly string[] All = ["*"];
    private readonly SettingsUpdate _settings = new(runtime);
    private readonly ScheduleCommands _schedules = new(runtime);
    private readonly JobCommands _jobs = new(runtime);
    private readonly QueueCommands _queues = new(runtime);
    private readonly DateTimeOffset _since = runtime.System.TimeProvider.GetUtcNow();

    private string Self => string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ('{runtime.Name}')");

    /// <summary>Never throws for what was asked: that is an answer.</summary>
    public async Task<Answer> RunAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.Command switch
            {
                "ping" => Done(Self),
                "status" => await StatusAsync(request, cancellationToken),
                "start" => await CommandAsync(request, (services, name) => services.StartAsync(name, cancellationToken), IsUp),
                "stop" => await CommandAsync(request, (services, name) => services.StopAsync(name, cancellationToken), IsDown),
                "restart" => await CommandAsync(request, (services, name) => services.RestartAsync(name, cancellationToken), IsUp),
                "tail" => await TailAsync(request, cancellationToken),
                "incidents" => await IncidentsAsync(request, cancellationToken),
                "reread" => Reread(),
                "update" => await UpdateAsync(cancellationToken),
                "shutdown" => Shutdown(),
                "schedules" => Signed(await _schedules.ListAsync(request, Self, cancellationToken)),
                "next-slots" => Signed(await _schedules.NextAsync(request, cancellationToken)),
                "run-schedule" => Signed(await _schedules.RunNowAsync(request)),
                "pause-schedule" => Signed(await _schedules.PauseAsync(request, Self)),
                "resume-schedule" => Signed(await _schedules.ResumeAsync(request, Self)),
                "search-jobs" => Signed(await _jobs.SearchAsync(request, cancellationToken)),
                "job-errors" => Signed(await _jobs.CountErrorsAsync(request, cancellationToken)),
                "queues" => Signed(await _queues.ListAsync(request, Self, cancellationToken)),
                "pause-queue" => Signed(await _queues.PauseAsync(request, Self)),
                "resume-queue" => Signed(await _queues.ResumeAsync(request, Self)),
                "drain-queue" => Signed(await _queues.DrainAsync(request, Self, cancellationToken)),
                "change-queue" => Signed(await _queues.ConfigureAsync(request, Self)),
                "reset-queue" => Signed(await _queues.ResetAsync(request, Self)),
                "job" => Signed(await _jobs.ShowAsync(request, cancellationToken)),
                "why-job" => Signed(await _jobs.WhyAsync(request, cancellationToken)),
                "edit-job" => Signed(await _jobs.EditAsync(request)),
                "cancel-jobs" or "retry-jobs" or "run-jobs-again" or "delete-jobs" or "move-jobs" => Signed(await _jobs.ChangeAsync(request, cancellationToken)),
                var unknown => new Answer(
                    ManagementOutcome.BadRequest,
                    $"There is no command '{unknown}'. There are: ping, status, start, stop, restart, tail, incidents, reread, update, shutdown, " +
                    "schedules, next-slots, run-schedule, pause-schedule, resume-schedule, search-jobs, job-errors, " +
                    "queues, pause-queue, resume-queue, drain-queue, change-queue, reset-queue, job, why-job, cancel-jobs, retry-jobs, run-jobs-again, delete-jobs, move-jobs, edit-job."),
            };
        }
        catch (Exception fault) when (fault is UnknownServiceException or UnknownScheduleException or UnknownQueueException or UnknownJobException)
        {
            return new Answer(ManagementOutcome.UnknownService, fault.Message);
        }
        catch (Exception fault) when (ActorsExitCode.Of(fault) == ActorsExitCode.BadConfiguration)
        {
            return new Answer(ManagementOutcome.Refused, $"The settings cannot be used; nothing was changed.\n{UnhandledFaults.InWords(fault)}");
        }
        catch (Exception fault) when (fault is ActorException or ServiceException or JobException or InvalidOperationException)
        {
            return new Answer(ManagementOutcome.Refused, fault.Message);
        }
    }

    private static bool IsUp(ServiceStatus service) => service.State is ServiceState.Running or ServiceState.Completed;

    private static bool IsDown(ServiceStatus service) => service.Abandoned == 0;

    private Answer Done(string text) => Signed(new Answer(ManagementOutcome.Done, text));

    private Answer Signed(Answer answer) => answer with { System = runtime.Name, Process = Environment.ProcessId, Since = _since };

    private IServices Services() => runtime.Services ?? throw new InvalidOperationException($"{Self} is still starting: its services are not there yet. Ask again in a moment.");

    private async Task<Answer> StatusAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var overview = new Overview(await FindAsync(request, cancellationToken));
        return Done(StatusText.OfAll(Self, overview)) with
        {
            Outcome = overview.Troubled.Count == 0 ? ManagementOutcome.Done : ManagementOutcome.Incomplete,
            Services = [.. overview.Services.Select(ServiceView.Of)],
        };
    }

    private async Task<Answer> CommandAsync(
        ManagementRequest request, Func<IServices, string, Task<IReadOnlyList<ServiceStatus>>> command, Func<ServiceStatus, bool> isAsAsked)
    {
        if (request.Services.Count == 0)
        {
            return new Answer(
                ManagementOutcome.BadRequest, $"Say which services to {request.Command}: names, patterns such as 'worker-*', or '*' for all.");
        }

        // All names first, so that a slip of the pen in the last one leaves the first alone.
        await FindAsync(request, CancellationToken.None);
        var services = Services();
        var done = new Dictionary<string, ServiceStatus>(StringComparer.Ordinal);
        foreach (var name in request.Services)
        {
            foreach (var status in await command(services, name))
            {
                done[status.Name] = status;
            }
        }

        return Done(StatusText.OfCommand([.. done.Values])) with
        {
            Outcome = done.Values.All(isAsAsked) ? ManagementOutcome.Done : ManagementOutcome.Incomplete,
            Services = [.. done.Values.Select(ServiceView.Of)],
        };
    }

    private async Task<Answer> TailAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var services = Services();
        var lines = new List<LineView>();
        var wanted = Math.Max(request.Lines ?? DefaultLines, 1);
        foreach (var status in await FindAsync(request, cancellationToken))
        {
            var output = await services.GetOutputAsync(status.Name, wanted, cancellationToken);
            var after = request.After?.GetValueOrDefault(status.Name) ?? 0;
            if (output.Count > 0 && output[^1].Number < after)
            {
                after = 0; // It has been registered anew, and counts from 1.
            }

            lines.AddRange(output.Where(line => line.Number > after).Select(line => new LineView(status.Name, line.Number, line.At, line.IsError, line.Text)));
        }

        // A stable sort: lines of one moment stay in the order in which they were printed.
        lines = [.. lines.OrderBy(line => line.At).TakeLast(wanted)];
        return Done(StatusText.Of(lines, request.Services.Count == 0 ? "any service" : string.Join(", ", request.Services))) with { Lines = lines };
    }

    private async Task<Answer> IncidentsAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var services = Services();
        var incidents = new List<(string Service, Incident Incident)>();
        foreach (var status in await FindAsync(request, cancellationToken))
        {
            if (status.LastIncident is not null)
            {
                incidents.AddRange((await services.GetIncidentsAsync(status.Name, cancellationToken)).Select(incident => (status.Name, incident)));
            }
        }

        // One incident of many services is one line.
        incidents =
        [
            .. incidents.GroupBy(incident => incident.Incident)
                .Select(same => same.Count() == 1 || same.Key.Services.Count == 0 ? same.ToList() : [($"{same.Count()} services", same.Key)])
                .SelectMany(same => same),
        ];
        incidents = [.. incidents.OrderBy(incident => incident.Incident.At).TakeLast(Math.Max(request.Lines ?? DefaultLines, 1))];
        return Done(StatusText.Of(incidents, request.Services.Count == 0 ? "any service" : string.Join(", ", request.Services))) with
        {
            Incidents = [.. incidents.Select(incident => IncidentView.Of(incident.Service, incident.Incident))],
        };
    }

    private Answer Reread()
    {
        Services();
        var changes = _settings.Find();
        return Done(changes.Describe(isDone: false)) with { Changes = ChangesView.Of(changes) };
    }

    private async Task<Answer> UpdateAsync(CancellationToken cancellationToken)
    {
        var (changes, statuses) = await _settings.ApplyAsync(Services(), cancellationToken);
        var text = changes.Describe(isDone: true);
        return Done(statuses.Count == 0 ? text : $"{text}\n{StatusText.OfCommand(statuses)}") with
        {
            Outcome = statuses.All(service => IsUp(service) || service.State == ServiceState.Stopped) ? ManagementOutcome.Done : ManagementOutcome.Incomplete,
            Changes = ChangesView.Of(changes),
            Services = [.. statuses.Select(ServiceView.Of)],
        };
    }

    private Answer Shutdown()
    {
        lifetime.StopApplication();
        return Done($"{Self} is stopping: its services in reverse order of their start, each within its own time limit.");
    }

    /// <summary>Those that are named; one that does not exist is an error, also in a question.</summary>
    private async Task<IReadOnlyList<ServiceStatus>> FindAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var services = Services();
        var found = new Dictionary<string, ServiceStatus>(StringComparer.Ordinal);
        foreach (var name in request.Services.Count == 0 ? All : request.Services)
        {
            var fitting = await services.GetServicesAsync(name, cancellationToken);
            if (fitting.Count == 0 && name != "*")
            {
                await services.GetStatusAsync(name, cancellationToken); // Says that there is none, and what may have been meant.
            }

            foreach (var status in fitting)
            {
                found[status.Name] = status;
            }
        }

        return [.. found.Values];
    }
}
