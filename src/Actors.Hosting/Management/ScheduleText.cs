using System.Globalization;
using System.Text;
using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>Schedules in words. What is wrong comes first.</summary>
internal static class ScheduleText
{
    private const int MaxListed = 200;
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>What needs attention; null when nothing does.</summary>
    public static string? TroubleOf(ScheduleStatus status) => status switch
    {
        { State: ScheduleState.Faulted } => status.Description,
        _ when status.Overdue > Grace => string.Create(
            CultureInfo.InvariantCulture, $"overdue by {Words(status.Overdue)}{(status.Fault is null ? "" : ": " + status.Fault)}"),
        { Fault: { } fault, Undelivered: > 0 } => fault,
        { LastRun: { State: JobState.Failed or JobState.Parked or JobState.Quarantined } run } =>
            $"its last job is {run.State}{(run.Error is null ? "" : ": " + run.Error.Split('\n')[0].TrimEnd())}",
        _ => null,
    };

    /// <summary>Some or all, one line each, those in trouble first.</summary>
    public static string Of(string heading, IReadOnlyList<ScheduleStatus> schedules, bool isInFull)
    {
        if (schedules.Count == 0)
        {
            return $"{heading}: no schedules";
        }

        var states = schedules.GroupBy(status => status.State).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"));
        var text = new StringBuilder(heading).Append(
            CultureInfo.InvariantCulture, $": {schedules.Count} schedule{(schedules.Count == 1 ? "" : "s")}: {string.Join(", ", states)}");
        var listed = schedules.OrderBy(status => TroubleOf(status) is null).Take(MaxListed).ToList();
        var nameWidth = listed.Max(status => status.Name.Length);
        var stateWidth = listed.Max(status => status.State.ToString().Length);
        foreach (var status in listed)
        {
            var trouble = TroubleOf(status);
            text.Append('\n').Append(trouble is null ? ' ' : '!').Append(' ').Append(status.Name.PadRight(nameWidth)).Append("  ")
                .Append(status.State.ToString().PadRight(stateWidth)).Append("  ").Append(status.Schedule).Append(", ").Append(Now(status));
            if (trouble is not null)
            {
                text.Append("\n    ").Append(trouble);
            }

            if (isInFull)
            {
                AppendInFull(text, status);
            }
        }

        if (schedules.Count > listed.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  and {schedules.Count - listed.Count} more; name some, or use --json for all");
        }

        return text.ToString();
    }

    public static string OfRuns(IReadOnlyList<RunView> runs)
    {
        var width = runs.Max(run => run.Schedule.Length);
        return string.Join('\n', runs.Select(run => $"  {run.Schedule.PadRight(width)}  job {run.Job} is enqueued"));
    }

    public static string OfNext(IReadOnlyList<ScheduleStatus> schedules) =>
        string.Join('\n', schedules.SelectMany(status => status.Next.Select(Moment).DefaultIfEmpty("none: it is " + status.State.ToString().ToLowerInvariant())
            .Select(moment => "  " + moment).Prepend($"{status.Name}: {status.Description}")));

    private static string Now(ScheduleStatus status)
    {
        var parts = new List<string>();
        if (status.Next.Count > 0)
        {
            parts.Add("next " + Moment(status.Next[0]));
        }
        else if (status.PauseReason is { } reason)
        {
            parts.Add("paused: " + reason);
        }

        parts.Add(status.LastSlot is { } slot ? "last " + Moment(slot) + (status.LastRun is { } run ? " " + run.State : "") : "no slot has run");
        return string.Join(", ", parts);
    }

    private static void AppendInFull(StringBuilder text, ScheduleStatus status)
    {
        var culture = CultureInfo.InvariantCulture;
        var origin = status.Origin switch
        {
            ScheduleOrigin.Code => "declared in code",
            ScheduleOrigin.Configuration => "declared in the configuration",
            _ => "added at run time",
        };
        text.Append("\n    ").Append(status.Description).Append(culture, $"; job '{status.Job}' for queue '{status.Queue}', {origin}");
        if (status.LastJob is { } job)
        {
            text.Append(culture, $"\n    last job {job}: ");
            text.Append(status.LastRun is { } run
                ? string.Create(culture, $"{run.State}, {run.Attempts} attempt{(run.Attempts == 1 ? "" : "s")}{(run.FinishedAt is { } end ? ", finished " + Moment(end) : "")}")
                : "no longer remembered");
        }

        text.Append(culture, $"\n    {status.Runs} run{(status.Runs == 1 ? "" : "s")}, {status.CaughtUp} of them caught up; {status.Missed} skipped; ")
            .Append(culture, $"the last slot was {Words(status.Drift)} late, the latest {Words(status.MaxDrift)}");
        foreach (var skipped in status.Skipped.Reverse())
        {
            text.Append("\n    skipped ").Append(Moment(skipped.First));
            if (skipped.Last != skipped.First)
            {
                text.Append(culture, $" to {Moment(skipped.Last)}, {skipped.Count} slots");
            }

            text.Append(": ").Append(skipped.Reason.ToString().ToLowerInvariant());
        }

        if (status.Next.Count > 1)
        {
            text.Append("\n    next ").AppendJoin(", ", status.Next.Select(Moment));
        }
    }

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString(
        moment.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss'Z'" : "yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time as people say it.</summary>
    public static string Words(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.#} ms"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
    };
}
