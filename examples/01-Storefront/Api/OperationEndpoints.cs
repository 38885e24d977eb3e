using Actors.Jobs;
using Actors.Services;
using Storefront.Orders;

namespace Storefront.Api;

/// <summary>What the people who run the shop use: everything here is one question or command to Actors, and its answer as JSON.</summary>
internal static class OperationEndpoints
{
    public static void MapOperations(this WebApplication app)
    {
        app.MapGet("/services", async (IServices services, CancellationToken cancellationToken) =>
            (await services.GetServicesAsync(cancellationToken: cancellationToken)).Select(InShort));
        app.MapGet("/services/{name}", (string name, IServices services, CancellationToken cancellationToken) =>
            services.GetStatusAsync(name, cancellationToken));
        app.MapPost("/services/{name}/start", (string name, IServices services) => InShortAsync(services.StartAsync(name)));
        app.MapPost("/services/{name}/stop", (string name, IServices services) => InShortAsync(services.StopAsync(name)));
        app.MapPost("/services/{name}/restart", (string name, IServices services) => InShortAsync(services.RestartAsync(name)));
        app.MapGet("/queues", (IJobs jobs, CancellationToken cancellationToken) => jobs.GetQueuesAsync(cancellationToken));
        app.MapGet("/jobs/{id}", GetJobAsync);
        app.MapGet("/jobs/{id}/why", GetWhyAsync);
        app.MapPost("/reports/orders", async (IJobs jobs) => new { Job = await jobs.EnqueueAsync(new OrderReport()) });
        app.MapGet("/reports/orders", GetReportAsync);
        app.MapGet("/schedules", async (ISchedules schedules, CancellationToken cancellationToken) =>
            (await schedules.ListAsync(cancellationToken)).Select(InShort));
        app.MapGet("/schedules/{name}", (string name, ISchedules schedules, CancellationToken cancellationToken) =>
            schedules.GetAsync(name, cancellationToken));
        app.MapPost("/schedules/{name}/run", async (string name, ISchedules schedules) => new { Job = await schedules.RunNowAsync(name) });
        app.MapPost("/schedules/{name}/pause", async (string name, ISchedules schedules) => InShort(await schedules.PauseAsync(name)));
        app.MapPost("/schedules/{name}/resume", async (string name, ISchedules schedules) => InShort(await schedules.ResumeAsync(name)));
        app.MapFallback((HttpRequest request) => Faults.Answer(
            StatusCodes.Status404NotFound, $"There is nothing at {request.Method} {request.Path}. Begin with GET /services or GET /api/products/featured."));
    }

    private static async Task<IResult> InShortAsync(Task<IReadOnlyList<ServiceStatus>> services) =>
        Results.Ok((await services).Select(InShort)); // Several, because a name may be a pattern: cache-*, or * for all.

    private static object InShort(ServiceStatus service) => new
    {
        service.Name,
        service.State,
        service.Since,
        service.Restarts,
        service.NextRestartAt,
        service.Report,
        LastIncident = service.LastIncident?.Message,
    };

    private static object InShort(ScheduleStatus schedule) => new
    {
        schedule.Name,
        schedule.Description,
        schedule.State,
        Next = schedule.Next.Take(1),
        LastRun = schedule.LastRun?.State,
        schedule.LastSlot,
        schedule.Runs,
        schedule.Missed,
    };

    private static async Task<IResult> GetJobAsync(string id, IJobs jobs, CancellationToken cancellationToken) =>
        JobId.TryParse(id, null, out var job) ? Results.Ok(await jobs.GetAsync(job, cancellationToken)) : NoId(id);

    private static async Task<IResult> GetWhyAsync(string id, IJobs jobs, CancellationToken cancellationToken) =>
        JobId.TryParse(id, null, out var job) ? Results.Ok(await jobs.WhyAsync(job, cancellationToken)) : NoId(id);

    private static IResult NoId(string id) =>
        Faults.Answer(StatusCodes.Status400BadRequest, $"'{id}' is not the id of a job. An id looks like 0197f2b0-5c1e-7a3b-9d2f-3c4d5e6f7a8b.");

    private static async Task<IResult> GetReportAsync(IJobs jobs, CancellationToken cancellationToken) =>
        await jobs.FindLatestAsync<OrderReport>(cancellationToken: cancellationToken) is { Status: var job }
            ? Results.Ok(new
            {
                Job = job.Id,
                job.State,
                Report = job.State == JobState.Succeeded ? await jobs.GetResultAsync<OrderReportMade>(job.Id, cancellationToken) : null,
            })
            : Faults.Answer(StatusCodes.Status404NotFound, "There is no report yet. POST /reports/orders makes one, and so does the schedule order-report.");
}
