using System.CommandLine;
using System.Globalization;
using Actors.Cli.Config;
using Actors.Cli.Running;
using Actors.Hosting;

namespace Actors.Cli.Schedules;

/// <summary><c>actors schedules</c>: what a schedule means, without the program that it is for; and the schedules of a program that runs.</summary>
internal static class SchedulesCommand
{
    private const int MostMoments = 1000;

    public static Command Create() => new("schedules", "Explains schedules, and shows and drives those of a program that runs.")
    {
        List(),
        Next(),
        Change("run", "run-schedule", "Enqueues one more job of each now, whatever its state is; its slots stay as they are."),
        Change("pause", "pause-schedule", "Gives their slots no jobs until they are resumed.", hasReason: true),
        Change("resume", "resume-schedule", "Goes on after a pause, with the slots that are still to come."),
    };

    private static Command List()
    {
        var names = new Argument<string[]>("NAME") { Description = "Schedules: names, or patterns such as 'report-*', each in full. Without one, all in a line each.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("list", "Says how the schedules of a program that runs are: next and last run, what was missed and why. What needs attention comes first.") { names };
        return RunningCommands.Ask(command, parsed => new ManagementRequest("schedules") { Schedules = parsed.GetValue(names) ?? [] });
    }

    private static Command Change(string name, string request, string description, bool hasReason = false)
    {
        var names = new Argument<string[]>("NAME") { Description = "Schedules: names, or patterns such as 'report-*'.", Arity = ArgumentArity.OneOrMore };
        var reason = new Option<string?>("--reason") { Description = "Why, for whoever reads the list.", HelpName = "TEXT" };
        var command = new Command(name, description) { names };
        if (hasReason)
        {
            command.Add(reason);
        }

        return RunningCommands.Ask(command, parsed => new ManagementRequest(request)
        {
            Schedules = parsed.GetRequiredValue(names),
            Reason = hasReason ? parsed.GetValue(reason) : null,
        });
    }

    private static Command Next()
    {
        var text = new Argument<string?>("SCHEDULE|NAME")
        {
            Description = "In quotes: \"daily at 08:00 Europe/London\", \"*/15 8-17 * * MON-FRI\", \"every 30 s\". Or the name of a schedule of a program that runs, or a pattern; without one, all of it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var count = new Option<int?>("--count") { Description = $"How many moments, 1 to {MostMoments}; at most 10 of a program that runs.", HelpName = "NUMBER", DefaultValueFactory = _ => 10, CustomParser = WholeNumber.Between(1, MostMoments) };
        var zone = new Option<string?>("--zone") { Description = "The time zone when the schedule names none; UTC otherwise.", HelpName = "ZONE" };
        var from = new Option<string?>("--from") { Description = "The moment after which it looks, such as 2026-10-24T12:00Z; now otherwise.", HelpName = "MOMENT" };
        var name = new Option<string?>("--name") { Description = "The name of the schedule, which H is made from.", HelpName = "NAME" };
        var socket = RunningCommands.Socket();
        var json = new Option<bool>("--json") { Description = "Answers in JSON." };
        var command = new Command("next", "Says in English what a schedule means, and lists its next moments in its zone and in UTC.") { text, count, zone, from, name, socket, json };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(text) is { } written && IsSchedule(written)
            ? Task.FromResult(Run(
                written,
                parsed.GetValue(count) ?? 10,
                parsed.GetValue(zone),
                parsed.GetValue(from),
                parsed.GetValue(name),
                new Answer(parsed.GetValue(json))))
            : Conversation.RunAsync(
                parsed.GetValue(socket),
                new ManagementRequest("next-slots") { Schedules = parsed.GetValue(text) is { } named ? [named] : [], Lines = parsed.GetValue(count) },
                parsed.GetValue(json),
                isFollowing: false,
                cancellationToken));
        return command;
    }

    /// <summary>All but <c>@daily</c> and its like have more than one word, which a name seldom has.</summary>
    private static bool IsSchedule(string text) => text.StartsWith('@') || text.Contains(' ', StringComparison.Ordinal);

    private static int Run(string text, int count, string? zone, string? from, string? name, Answer answer)
    {
        var after = TimeProvider.System.GetUtcNow();
        if (from is not null && !DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out after))
        {
            return Refuse(answer, $"'--from {from}' must be a moment such as 2026-10-24T12:00Z.");
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
