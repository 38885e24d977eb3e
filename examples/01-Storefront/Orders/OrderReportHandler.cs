using Actors.Jobs;

namespace Storefront.Orders;

/// <summary>Counts the orders of the last day, in the history of finished jobs. Every morning, once: a day that was missed is made up for at the next start.</summary>
internal sealed class OrderReportHandler(IJobs jobs, TimeProvider time, ILogger<OrderReportHandler> logger) : IJobHandler<OrderReport>
{
    public Task HandleAsync(OrderReport job, JobContext context, CancellationToken cancellationToken) => ReportAsync(cancellationToken);

    private async Task<JobResult> ReportAsync(CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - TimeSpan.FromDays(1);
        var orders = new HistoryFilter { Type = SendOrderConfirmation.JobName, FinishedFrom = since };
        var confirmed = await jobs.History.CountAsync(orders with { State = JobState.Succeeded }, cancellationToken);
        var failed = await jobs.History.CountAsync(orders with { State = JobState.Failed }, cancellationToken);
        logger.LogInformation("Orders since {Since:u}: {Confirmed} confirmed, {Failed} could not be confirmed", since, confirmed, failed);
        return JobResult.Succeed(new OrderReportMade(since, confirmed, failed)); // Kept with the job: GET /reports/orders
    }
}
