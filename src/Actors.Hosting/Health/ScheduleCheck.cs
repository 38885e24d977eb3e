using System.Globalization;
using Actors.Hosting.Starting;
using Actors.Jobs;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Actors.Hosting.Health;

/// <summary>Whether the durable schedules are on time. A schedule that is overdue, or whose owner does not answer, is nothing that a new process or less load mends: degraded.</summary>
internal sealed class ScheduleCheck(ActorsRuntime runtime, ActorsHealthOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (runtime.Jobs is not { } jobs)
        {
            return HealthCheckResult.Degraded($"The actor system '{runtime.Name}' is starting.");
        }

        try
        {
            var (count, longest) = await jobs.GetOverdueSchedulesAsync(cancellationToken)
                .WaitAsync(options.Timeout, runtime.System.TimeProvider, cancellationToken).ConfigureAwait(false);
            return count == 0
                ? HealthCheckResult.Healthy("No schedule is overdue.")
                : new HealthCheckResult(
                    context.Registration.FailureStatus,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{count} schedule{(count == 1 ? " is" : "s are")} overdue, by up to {longest.TotalMinutes:0.#} min. 'actors schedules list' says which, and why."),
                    data: new Dictionary<string, object> { ["overdue"] = count, ["longest-seconds"] = longest.TotalSeconds });
        }
        catch (Exception fault) when (fault is TimeoutException or ActorException or JobException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The schedules of '{runtime.Name}' do not answer: {fault.Message}");
        }
    }

    /// <summary>Adds the check where there are queues, and with them schedules, also ones that are added later.</summary>
    public sealed class Registration(ActorsRuntime runtime, ActorsHealthOptions options) : IConfigureOptions<HealthCheckServiceOptions>
    {
        public void Configure(HealthCheckServiceOptions checks)
        {
            if (runtime.Settings.Queues.Count > 0)
            {
                checks.Registrations.Add(new HealthCheckRegistration(
                    "actors-schedules", _ => new ScheduleCheck(runtime, options), HealthStatus.Degraded, ["actors", "schedules"]));
            }
        }
    }
}
