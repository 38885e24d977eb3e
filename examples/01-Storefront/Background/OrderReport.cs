using Actors.Jobs;
using Actors.Services;
using Storefront.Orders;

namespace Storefront.Background;

/// <summary>Counts the orders of the day, in the history of finished jobs.</summary>
internal sealed class OrderReport(IJobs jobs) : ITick
{
    public async Task TickAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var today = new DateTimeOffset(context.TimeProvider.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var orders = new HistoryFilter { Type = SendOrderConfirmation.JobName, FinishedFrom = today };
        var confirmed = await jobs.History.CountAsync(orders with { State = JobState.Succeeded }, cancellationToken);
        var failed = await jobs.History.CountAsync(orders with { State = JobState.Failed }, cancellationToken);
        context.Report($"{confirmed} confirmed, {failed} failed");
        context.Logger.LogInformation("Orders of {Day:yyyy-MM-dd}: {Confirmed} confirmed, {Failed} could not be confirmed", today, confirmed, failed);
    }
}
