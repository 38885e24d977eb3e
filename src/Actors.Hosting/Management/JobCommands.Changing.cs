using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>One job is looked at or edited; some, or all that match, are changed.</summary>
internal sealed partial class JobCommands
{
    /// <summary>Whoever says yes to any number.</summary>
    private const long AnyNumber = -1;

    public async Task<Answer> ShowAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var id = Id(Single(request));
        if (await Jobs.FindAsync(id, cancellationToken) is not { } status)
        {
            // What a job waits for may be a batch.
            return await Jobs.GetBatchAsync(id, cancellationToken) is { } batch ? new Answer(ManagementOutcome.Done, JobText.Of(batch)) { Batch = batch } : throw new UnknownJobException(id);
        }

        var reason = await Jobs.WhyAsync(id, cancellationToken);
        var progress = await Jobs.GetProgressAsync(id, cancellationToken);
        var finished = status.FinishedAt is null ? null : await Jobs.History.FindAsync(id, cancellationToken);
        return new Answer(ManagementOutcome.Done, JobText.Of(status, reason, progress, finished))
        {
            Jobs = [JobView.Of(status)],
            Reason = ReasonView.Of(reason),
            Progress = ProgressView.Of(progress),
        };
    }

    public async Task<Answer> WhyAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        var reason = await Jobs.WhyAsync(Id(Single(request)), cancellationToken);
        return new Answer(ManagementOutcome.Done, reason.Text) { Reason = ReasonView.Of(reason) };
    }

    public async Task<Answer> EditAsync(ManagementRequest request)
    {
        var id = Id(Single(request));
        if (request.Args is null)
        {
            return new Answer(ManagementOutcome.BadRequest, "Say the arguments, as JSON.");
        }

        var status = await Jobs.EditArgsAsync(id, request.Args);
        return new Answer(
            ManagementOutcome.Done,
            status.Id == id
                ? $"Job {id} has the new arguments. It is {status.State}{(status.State is JobState.Scheduled or JobState.Retrying ? $"; to run it now: actors jobs retry {id}" : "")}."
                : $"Job {id} has finished and stays as it was. Job {status.Id} runs with the new arguments.")
        {
            Jobs = [JobView.Of(status)],
        };
    }

    public Task<Answer> ChangeAsync(ManagementRequest request, CancellationToken cancellationToken) => request switch
    {
        { Command: "move-jobs", To: null } => Task.FromResult(new Answer(ManagementOutcome.BadRequest, "Say which queue they are to go to.")),
        { Ids.Count: > 0, Jobs: not null } => Task.FromResult(new Answer(ManagementOutcome.BadRequest, "Name jobs by their ids, or say by a filter which are meant, not both.")),
        { Ids.Count: > 0 } => ChangeNamedAsync(request, cancellationToken),
        { Jobs: { } filter } => ChangeMatchingAsync(request, filter, cancellationToken),
        _ => Task.FromResult(new Answer(ManagementOutcome.BadRequest, "Say which jobs: ids, or a filter such as a queue and a state.")),
    };

    private async Task<Answer> ChangeNamedAsync(ManagementRequest request, CancellationToken cancellationToken)
    {
        // All first, so that a slip of the pen in the last one leaves the first alone.
        List<JobId> ids = [.. request.Ids.Select(Id).Distinct()];
        foreach (var id in ids)
        {
            await Jobs.GetAsync(id, cancellationToken);
        }

        var (lines, changed, isAsAsked) = (new List<string>(), new List<JobView>(), true);
        foreach (var id in ids)
        {
            if (request.Command == "delete-jobs")
            {
                await Jobs.DeleteAsync(id, cancellationToken);
                var left = await Jobs.FindAsync(id, cancellationToken);
                lines.Add(left is null ? $"{id}  deleted" : $"{id}  {left.State}: its attempt is told to end, and it is gone then");
                continue;
            }

            var status = request.Command switch
            {
                "cancel-jobs" => await Jobs.CancelAsync(id, request.Reason, cancellationToken),
                "retry-jobs" => await Jobs.RetryAsync(id, cancellationToken),
                "move-jobs" => await Jobs.MoveAsync(id, request.To!, cancellationToken), // Checked before.
                _ => await Jobs.RunAgainAsync(id, cancellationToken),
            };
            var (line, isDone) = JobText.OfChange(request.Command, id, status);
            lines.Add(line);
            isAsAsked &= isDone;
            changed.Add(JobView.Of(status));
        }

        return new Answer(isAsAsked ? ManagementOutcome.Done : ManagementOutcome.Incomplete, string.Join('\n', lines)) { Jobs = changed };
    }

    private async Task<Answer> ChangeMatchingAsync(ManagementRequest request, JobFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            // Who expects none is told how many there are.
            var expected = request.Count switch { null => 0, AnyNumber => long.MaxValue, var count => count.Value };
            var result = await (request.Command switch
            {
                "cancel-jobs" => Jobs.CancelManyAsync(filter, expected, request.Reason, cancellationToken),
                "retry-jobs" => Jobs.RetryManyAsync(filter, expected, cancellationToken),
                "delete-jobs" => Jobs.DeleteManyAsync(filter, expected, cancellationToken),
                "move-jobs" => Jobs.MoveManyAsync(filter, request.To!, expected, cancellationToken), // As above.
                _ => Jobs.RunAgainManyAsync(filter, expected, cancellationToken),
            });
            return new Answer(result.Unchanged == 0 ? ManagementOutcome.Done : ManagementOutcome.Incomplete, JobText.Of(request.Command, result))
            {
                Matched = result.Matched,
                Changed = result.Changed,
            };
        }
        catch (TooManyJobsException more)
        {
            return new Answer(ManagementOutcome.Refused, JobText.Of(request.Command, more, request.Count)) { Matched = more.Matched, Changed = 0 };
        }
        catch (ArgumentException) when (filter is { IsEmpty: true, IsEverything: false })
        {
            return new Answer(ManagementOutcome.BadRequest, "That would be every job of every queue. Nothing was changed. Name a queue, a type, a state or the like; or say --everything if all are meant.");
        }
        catch (ArgumentException fault)
        {
            return Answer.Bad(fault);
        }
    }

    private static string Single(ManagementRequest request) =>
        request.Ids.Count == 1 ? request.Ids[0] : throw new InvalidOperationException($"Say which job, by its id; {request.Ids.Count} were given.");

    private static JobId Id(string text) => JobId.TryParse(text, null, out var id)
        ? id
        : throw new InvalidOperationException($"'{text}' is no id of a job, which looks like 019b76da-a800-7127-b25b-a8c3d267018b. 'actors jobs search' lists them.");
}
