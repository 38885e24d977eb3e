using System.CommandLine;
using System.Globalization;
using Actors.Cli.Config;

namespace Actors.Cli.Schedules;

/// <summary><c>actors schedules</c>: what a schedule means, without the program that it is for.</summary>
internal static class SchedulesCommand
{
    private const int MostMoments = 1000;

    public static Command Create() => new("schedules", "Explains schedules.") { Next() };

    private static Command Next()
    {
        var text = new Argument<string>("SCHEDULE") { Description = "In quotes: \"daily at 08:00 Europe/London\", \"*/15 8-17 * * MON-FRI\", \"every 30 s\"." };
        var count = new Option<int>("--count") { Description = $"How many moments, 1 to {MostMoments}.", HelpName = "NUMBER", DefaultValueFactory = _ => 10 };
        var zone = new Option<string?>("--zone") { Description = "The time zone when the schedule names none; UTC otherwise.", HelpName = "ZONE" };
        var from = new Option<string?>("--from") { Description = "The moment after which it looks, such as 2026-10-24T12:00Z; now otherwise.", HelpName = "MOMENT" };
        var name = new Option<string?>("--name") { Description = "The name of the schedule, which H is made from.", HelpName = "NAME" };
        var json = new Option<bool>("--json") { Description = "Answers in JSON." };
        var command = new Command("next", "Says in English what a schedule means, and lists its next moments in its zone and in UTC.") { text, count, zone, from, name, json };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(text),
            parsed.GetValue(count),
            parsed.GetValue(zone),
            parsed.GetValue(from),
            parsed.GetValue(name),
            new Answer(parsed.GetValue(json))));
        return command;
    }

    private static int Run(string text, int count, string? zone, string? from, string? name, Answer answer)
    {
        var after = TimeProvider.System.GetUtcNow();
        if (from is not null && !DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out after))
        {
            return Refuse(answer, $"'--from {from}' must be a moment such as 2026-10-24T12:00Z.");
        }

        if (count is < 1 or > MostMoments)
        {
            return Refuse(answer, $"'--count {count}' must be from 1 to {MostMoments}.");
        }

        try
        {
            var schedule = Schedule.Parse(text, zone is null ? null : Schedule.FindZone(zone), name);
            var moments = schedule.Between(after, DateTimeOffset.MaxValue).Take(count)
                .Select(moment => new Moment(TimeZoneInfo.ConvertTime(moment, schedule.Zone), moment.UtcDateTime)).ToList();
            return answer.Give(
                ExitCode.Fine,
                new { schedule = schedule.Text, zone = schedule.Zone.Id, description = schedule.Describe(), next = moments },
                string.Join(Environment.NewLine, moments.Select(InWords).Prepend(schedule.Describe())));
        }
        catch (Exception wrong) when (wrong is ScheduleFormatException or TimeZoneNotFoundException)
        {
            return Refuse(answer, wrong.Message);
        }
    }

    private static int Refuse(Answer answer, string fault) => answer.Give(ExitCode.Faults, new { error = fault }, fault);

    private static string InWords(Moment moment) =>
        moment.Local.ToString("  ddd yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) + moment.Utc.ToString("   yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private sealed record Moment(DateTimeOffset Local, DateTime Utc);
}
