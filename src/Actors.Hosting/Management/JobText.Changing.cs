using System.Globalization;
using System.Text;
using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>A job in full; and what has become of those that were to be changed.</summary>
internal static partial class JobText
{
    private const int MaxShown = 4_000;

    public static string Of(JobStatus job, JobReason reason, JobProgress? progress, FinishedJob? finished)
    {
        var text = new StringBuilder();
        Add("job", job.Id.ToString());
        Add("type", job.Type);
        Add("queue", job.Queue);
        Add("state", job.State + (job.IsCancelling ? ", told to end" : ""));
        Add("why", reason.Text);
        Add("attempts", job.Attempts.ToString(CultureInfo.InvariantCulture) + (reason.MaxAttempts is { } most ? string.Create(CultureInfo.InvariantCulture, $" of {most}") : ""));
        Add("enqueued", Moment(job.EnqueuedAt));
        Add("due", job.DueAt is { } due ? Moment(due) : null);
        Add("finished", job.FinishedAt is { } end ? Moment(end) : null);
        Add("priority", job.Priority == JobPriority.Normal ? null : job.Priority.ToString());
        Add("key", job.Key);
        Add("tags", job.Tags.Count == 0 ? null : string.Join(", ", job.Tags));
        Add("repeats", job.CopyOf?.ToString());
        Add("batch", job.Batch?.ToString());
        Add("parts", job.Parts.Count == 0 ? null : string.Join(", ", job.Parts));
        Add("cut short", job.LastInterruption is { } cut ? string.Create(CultureInfo.InvariantCulture, $"attempt {cut.Attempt} at {Moment(cut.At)}: {cut.Text}") : null);
        Add("args", finished is null || finished.Args.IsEmpty ? null : Shortened(Encoding.UTF8.GetString(finished.Args.Span)));
        Add("result", Shortened(job.Result));
        Add("progress", progress is null ? null : $"{(progress.Fraction is { } part ? part.ToString("P0", CultureInfo.InvariantCulture) + " " : "")}{progress.Text}".TrimEnd() is { Length: > 0 } said ? $"{said} (at {Moment(progress.UpdatedAt)})" : null);
        foreach (var line in progress?.Lines ?? [])
        {
            Add("log", string.Create(CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:HH:mm:ss.fff}Z attempt {line.Attempt}: {line.Text}"));
        }

        Add("error", job.Error?.ReplaceLineEndings("\n          "));
        return text.ToString().TrimEnd('\n');

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(name.PadRight(10)).Append(value).Append('\n');
            }
        }
    }

    public static string Of(JobBatch batch) => string.Create(
        CultureInfo.InvariantCulture,
        $"batch     {batch.Id}\nqueue     {batch.Queue}\njobs      {batch.Expected:N0}: {batch.Succeeded:N0} succeeded, {batch.Failed:N0} failed, {batch.Cancelled:N0} cancelled, {batch.Pending:N0} to go") +
        (batch.CompletedAt is { } end
            ? $"\nended     {Moment(end)}"
            : batch.Enqueued < batch.Expected
                ? string.Create(CultureInfo.InvariantCulture, $"\nenqueued  {batch.Enqueued:N0}: the others are on their way, or whoever enqueues it was cut short and must do so again, with its id")
                : "");

    /// <summary>What has become of one job, and whether that is what was asked.</summary>
    public static (string Line, bool IsAsAsked) OfChange(string command, JobId id, JobStatus status)
    {
        var isFinished = status.FinishedAt is not null;
        return command switch
        {
            "cancel-jobs" when status.IsCancelling => ($"{id}  {status.State}: its attempt is told to end, and it is Cancelled then", true),
            "cancel-jobs" when status.State == JobState.Cancelled => ($"{id}  Cancelled", true),
            "cancel-jobs" => ($"{id}  {status.State}: it has finished and stays as it is", false),
            "retry-jobs" when isFinished => ($"{id}  {status.State}: it has finished and stays as it is. To run it once more: actors jobs run-again {id}", false),
            "run-jobs-again" when status.Id != id => ($"{id}  stays as it is; job {status.Id} repeats it and is {status.State}", true),
            "move-jobs" => ($"{id}  {status.State}, in queue {status.Queue}", true),
            _ => ($"{id}  {status.State}", true),
        };
    }

    public static string Of(string command, BulkResult result) => result.Matched == 0
        ? $"No job matches that could be {Done(command)}."
        : string.Create(CultureInfo.InvariantCulture, $"{Jobs(result.Changed)} {(result.Changed == 1 ? "was" : "were")} {Done(command)}.")
            + (result.Unchanged == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {result.Unchanged:N0} more had matched, {(command == "move-jobs" ? "and did not any more when their turn came, or were refused by the other queue; 'actors jobs move ID' says why." : "and did not any more when their turn came, or were so already.")}"));

    public static string Of(string command, TooManyJobsException more, long? count)
    {
        var (verb, them) = more.Matched == 1 ? ("matches", "it") : ("match", "them");
        var number = more.Matched.ToString(CultureInfo.InvariantCulture);
        var expected = count is { } some ? string.Create(CultureInfo.InvariantCulture, $", more than the {some:N0} that you expect") : "";
        return $"{Jobs(more.Matched)} {verb}{expected}. Nothing was changed.\n" +
            $"To {Do(command, them)}: the same with --count {number}, which is refused if there are more by then; or with --yes, however many there are.\n" +
            "To look at them first: actors jobs search with the same filter.";
    }

    private static string Done(string command) => command switch
    {
        "cancel-jobs" => "cancelled",
        "retry-jobs" => "told to run now",
        "delete-jobs" => "deleted",
        "move-jobs" => "moved",
        _ => "run again",
    };

    private static string Do(string command, string them) => command switch
    {
        "cancel-jobs" => $"cancel {them}",
        "retry-jobs" => $"let {them} run now",
        "delete-jobs" => $"delete {them}",
        "move-jobs" => $"move {them}",
        _ => $"run {them} again",
    };

    private static string Jobs(long count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "job" : "jobs")}");

    private static string? Shortened(string? json) => json is null || json.Length <= MaxShown ? json : json[..MaxShown] + "…";
}
