using Actors.Jobs;

namespace Storefront.Newsletters;

/// <summary>Says what became of a newsletter, once all its messages have been sent or have failed for good.</summary>
[Job("report-newsletter", Queue = "reports")]
internal sealed record ReportNewsletter(JobId Newsletter, string Subject);

internal sealed class ReportNewsletterHandler(IJobs jobs, ILogger<ReportNewsletterHandler> logger) : IJobHandler<ReportNewsletter>
{
    public async Task HandleAsync(ReportNewsletter job, JobContext context, CancellationToken cancellationToken)
    {
        if (await jobs.GetBatchAsync(job.Newsletter, cancellationToken) is { } sent)
        {
            logger.LogInformation(
                "Newsletter '{Subject}': {Sent} of {Count} sent, {Failed} could not be", job.Subject, sent.Succeeded, sent.Expected, sent.Failed);
        }
    }
}
