using System.Globalization;
using System.Text;
using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>Queues in words. What needs attention comes first, and says what to type next.</summary>
internal static class QueueText
{
    /// <param name="heading">Who says so.</param>
    /// <param name="queues">The queues.</param>
    /// <param name="stopped">Those of them that this process would consume, and whose consumer does not run.</param>
    /// <param name="now">The moment.</param>
    public static string Of(string heading, IReadOnlyList<QueueStatus> queues, IReadOnlyCollection<string> stopped, DateTimeOffset now)
    {
        var troubled = queues.Where(queue => TroubleOf(queue, stopped).Count > 0).ToList();
        var text = new StringBuilder(heading).Append(CultureInfo.InvariantCulture, $": {queues.Count} {(queues.Count == 1 ? "queue" : "queues")}");
        text.Append(troubled.Count == 0 ? ", nothing needs attention" : $", {troubled.Count} of them {(troubled.Count == 1 ? "needs" : "need")} attention");
        var width = queues.Select(queue => queue.Queue.Length).DefaultIfEmpty().Max();
        foreach (var queue in troubled.Concat(queues.Except(troubled)))
        {
            Append(text, queue, stopped, width, now);
        }

        return text.ToString();
    }

    /// <summary>What a person should know of, and do about it; the worst first.</summary>
    public static IReadOnlyList<string> TroubleOf(QueueStatus queue, IReadOnlyCollection<string> stopped)
    {
        var name = queue.Queue;
        var trouble = new List<string>();
        Add(queue.Unavailable is not null, $"unavailable: {queue.Unavailable?.TrimEnd('.')}. It goes on by itself when the cause is gone; look at the disk and the log");
        Add(queue.Pause is not null, $"paused{(queue.Pause?.IsAutomatic == true ? " by itself" : "")}{End(queue.Pause?.Until)}: {Reason(queue.Pause?.Reason)}. To let it go on: actors jobs resume {name}");
        Add(queue.Drain is not null, $"drained, takes no new jobs: {Reason(queue.Drain?.Reason)}. To let it take them: actors jobs resume {name}");
        Add(queue.IsOnTrial, "on trial: it had paused itself, and a few attempts decide whether it goes on");
        Add(stopped.Contains(name), $"its consumer does not run, so this process starts none of its jobs: actors start {name}");
        Add(queue.Quarantined > 0, $"{Count(queue.Quarantined)} brought the process down and {(queue.Quarantined == 1 ? "waits" : "wait")} for you: actors jobs search --queue {name} --state quarantined");
        Add(queue.Parked > 0, $"{Count(queue.Parked)} cannot be decoded: actors jobs search --queue {name} --state parked. They run when a program that can read them starts, or when they are edited");
        Add(queue.Suspects > 0, $"{Count(queue.Suspects)} ran when the process died and {(queue.Suspects == 1 ? "runs" : "run")} alone, before all others");
        Add(queue.Overdue > 0, $"{Count(queue.Overdue)} {(queue.Overdue == 1 ? "goes" : "go")} on though the time is over, and {(queue.Overdue == 1 ? "keeps its worker" : "keep their workers")}");
        return trouble;

        void Add(bool isSo, string what)
        {
            if (isSo)
            {
                trouble.Add(what);
            }
        }
    }

    private static void Append(StringBuilder text, QueueStatus queue, IReadOnlyCollection<string> stopped, int width, DateTimeOffset now)
    {
        var trouble = TroubleOf(queue, stopped);
        var state = queue switch
        {
            { Unavailable: not null } => "Unavailable",
            { Pause: not null } => "Paused",
            { Drain: not null, Waiting: 0, Running: 0 } => "Drained",
            { Drain: not null } => "Draining",
            _ => "Open",
        };
        text.Append('\n').Append(queue.Unavailable is not null || queue.Quarantined > 0 ? '!' : trouble.Count > 0 ? '~' : ' ').Append(' ').Append(queue.Queue.PadRight(width)).Append("  ").Append(state);
        if ((queue.Pause?.Since ?? queue.Drain?.Since) is { } since && queue.Unavailable is null)
        {
            text.Append(CultureInfo.InvariantCulture, $" for {ScheduleText.Words(now - since)}");
        }

        text.Append(CultureInfo.InvariantCulture, $"  {queue.Waiting:N0} waiting, {queue.Running:N0} running of {queue.Workers:N0}, {queue.Scheduled:N0} scheduled, {queue.Retrying:N0} retrying");
        text.Append(queue.HeldRetries == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({queue.HeldRetries:N0} of them due, beyond the budget)"));
        text.Append(queue.Awaiting == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {queue.Awaiting:N0} awaiting others"));
        text.Append(CultureInfo.InvariantCulture, $"; so far {queue.Succeeded:N0} succeeded, {queue.Failed:N0} failed, {queue.Cancelled:N0} cancelled");
        text.Append(queue.IsConsumed || stopped.Contains(queue.Queue) ? "" : "; not consumed here");
        foreach (var line in trouble)
        {
            text.Append("\n    ").Append(line);
        }

        if (queue.Override is { } changed)
        {
            text.Append("\n    ").Append(OfChange(changed, queue.Queue));
        }
    }

    private static string Reason(string? reason) => reason?.TrimEnd('.') ?? "no reason was given";

    private static string OfChange(QueueOverride changed, string queue)
    {
        var (change, configured) = (changed.Change, changed.Configured);
        var what = new List<string>();
        Add("workers", change.Workers, configured.Workers);
        Add("concurrency", change.Concurrency, configured.Concurrency);
        Add("concurrency per key", change.ConcurrencyPerKey, configured.ConcurrencyPerKey);
        Add("rate", change.Rate, configured.Rate);
        Add("rate per key", change.RatePerKey, configured.RatePerKey);
        return $"changed by {changed.By ?? "somebody"} at {changed.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)} ({Reason(changed.Reason)}): {string.Join(", ", what)}. To go back: actors jobs reset {queue}";

        void Add(string name, object? value, object? before)
        {
            if (value is not null)
            {
                what.Add($"{name} {value} (configured: {before ?? "none"})");
            }
        }
    }

    private static string End(DateTimeOffset? until) => until is { } end ? string.Create(CultureInfo.InvariantCulture, $" until {end.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z") : "";

    private static string Count(long jobs) => string.Create(CultureInfo.InvariantCulture, $"{jobs:N0} {(jobs == 1 ? "job" : "jobs")}");
}
