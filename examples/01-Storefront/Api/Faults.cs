using Actors;
using Actors.Jobs;
using Actors.Services;
using Microsoft.AspNetCore.Diagnostics;

namespace Storefront.Api;

/// <summary>Answers errors with a status and one sentence, <c>{"error": "…"}</c>. The sentences are those of the exceptions.</summary>
internal sealed class Faults : IExceptionHandler
{
    public static IResult Answer(int status, string sentence) => Results.Json(new { error = sentence }, statusCode: status);

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        int? status = exception switch
        {
            UnknownServiceException or UnknownJobException or UnknownScheduleException => StatusCodes.Status404NotFound,
            ServiceException => StatusCodes.Status400BadRequest,
            JobTooLargeException => StatusCodes.Status413PayloadTooLarge,
            QueueUnavailableException or BatchIncompleteException or SchedulesUnavailableException or JobOutcomeUnknownException or ActorException => StatusCodes.Status503ServiceUnavailable,
            BadHttpRequestException bad => bad.StatusCode,
            _ => null,
        };
        if (status is null)
        {
            return false; // A defect of ours: 500, and the log has the stack.
        }

        await Answer(status.Value, exception.Message).ExecuteAsync(context);
        return true;
    }
}
