using Actors.Jobs;
using Storefront.Newsletters;

namespace Storefront.Api;

/// <summary>What the marketing people use.</summary>
internal static class NewsletterEndpoints
{
    public static void MapNewsletters(this WebApplication app)
    {
        app.MapPut("/api/newsletters/{id}", PutAsync);
        app.MapGet("/api/newsletters/{id}", GetAsync);
    }

    /// <summary>Who gets no answer says the same again, with the same id: nobody hears from us twice.</summary>
    private static async Task<IResult> PutAsync(string id, HttpRequest request, IJobs jobs, CancellationToken cancellationToken)
    {
        if (!JobId.TryParse(id, null, out var newsletter))
        {
            return NoId(id);
        }

        var (received, refusal) = await JsonBody.ReadAsync<NewsletterRequest>(request, "a newsletter", NewsletterRequest.Sample, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        received ??= new NewsletterRequest(null, null, null);
        if (received.Faults() is { Count: > 0 } faults)
        {
            return JsonBody.Refuse("a newsletter", faults);
        }

        var messages = received.Messages();
        if (await jobs.GetBatchAsync(newsletter, cancellationToken) is { } sent && sent.Expected != messages.Count)
        {
            return Faults.Answer(StatusCodes.Status409Conflict, $"Newsletter {id} went to {sent.Expected} readers, not to {messages.Count}. Give another newsletter another id.");
        }

        // Ordinary jobs, counted together. The report begins when the last of them has ended, whatever became of it.
        var batch = await jobs.EnqueueBatchAsync(
            messages,
            b => b.Id(newsletter).OnFinished(new ReportNewsletter(newsletter, messages[0].Subject)),
            cancellationToken);
        return Results.Accepted($"/api/newsletters/{id}", InShort(batch));
    }

    private static async Task<IResult> GetAsync(string id, IJobs jobs, CancellationToken cancellationToken) =>
        !JobId.TryParse(id, null, out var newsletter) ? NoId(id)
        : await jobs.GetBatchAsync(newsletter, cancellationToken) is { } batch ? Results.Ok(InShort(batch))
        : Faults.Answer(StatusCodes.Status404NotFound, $"There is no newsletter {id}.");

    private static object InShort(JobBatch batch) => new { batch.Id, batch.Expected, batch.Enqueued, batch.Pending, batch.Succeeded, batch.Failed, batch.CompletedAt };

    private static IResult NoId(string id) =>
        Faults.Answer(StatusCodes.Status400BadRequest, $"'{id}' is not an id. Make a UUID for each newsletter, such as 0197f2b0-5c1e-7a3b-9d2f-3c4d5e6f7a8b.");
}
