using System.Diagnostics;
using Shouldly;

namespace Actors.Tests.Timing;

public sealed class ScheduleFaultTests
{
    [Theory]
    [InlineData("61 * * * *", 0, 2, "Minutes go from 0 to 59.")]
    [InlineData("* 24 * * *", 2, 2, "Hours go from 0 to 23.")]
    [InlineData("* * 0 * *", 4, 1, "Days of the month go from 1 to 31.")]
    [InlineData("* * * 13 *", 6, 2, "Months go from 1 to 12, or JAN to DEC.")]
    [InlineData("* * * FOO *", 6, 3, "'FOO' is not known: months go from 1 to 12, or JAN to DEC.")]
    [InlineData("* * * * 8", 8, 1, "Days of the week go from 0 to 7, or SUN to SAT.")]
    [InlineData("* * * * MONDAY", 11, 3, "'DAY' was not expected here: after a value come ',', '-' or '/'.")]
    [InlineData("*/0 * * * *", 2, 1, "A step of minutes is from 1 to 59.")]
    [InlineData("*/60 * * * *", 2, 2, "A step of minutes is from 1 to 59.")]
    [InlineData("1--100000000 * * * *", 2, 1, "'-' was not expected: minutes go from 0 to 59.")]
    [InlineData("1-100000000 * * * *", 2, 9, "Minutes go from 0 to 59.")]
    [InlineData("0-59/99999999999999999999 * * * *", 5, 20, "A step of minutes is from 1 to 59.")]
    [InlineData("1, * * * *", 2, 1, "Something is missing: minutes go from 0 to 59.")]
    [InlineData("1x * * * *", 1, 1, "'x' was not expected here: after a value come ',', '-' or '/'.")]
    [InlineData("-5 * * * *", 0, 1, "'-' was not expected: minutes go from 0 to 59.")]
    [InlineData("? * * * *", 0, 1, "'?' is for days of the month and days of the week; say * for all minutes.")]
    [InlineData("0 0 * * L", 8, 1, "Say of which day of the week the last one is meant: FRIL or 5L.")]
    [InlineData("0 0 L-0 * *", 6, 1, "L-1 is the day before the last one, and L-30 the earliest.")]
    [InlineData("0 0 * * MON#6", 12, 1, "A month has from 1 to 5 of each day of the week.")]
    [InlineData("0 0 * * +", 9, 1, "Something is missing: days of the week go from 0 to 7, or SUN to SAT.")]
    [InlineData("H * * * *", 0, 1, "H stands for a value that is made from the name of the schedule, and there is no name here.")]
    [InlineData("0 0 30 2 *", 4, 4, "There is no such day: none of these months ever has the day '30'. Say L for the last day of a month.")]
    [InlineData("0 0 31 4,6,9,11 *", 4, 11, "There is no such day: none of these months ever has the day '31'. Say L for the last day of a month.")]
    [InlineData("0 0 30 * +MON#1", 4, 4, "There is no such day: none of these months ever has the day '30'. Say L for the last day of a month.")]
    [InlineData("0 0 1-7 * +MON#5", 4, 5, "There is no such day: none of these months ever has the day '1-7'. Say L for the last day of a month.")]
    [InlineData("0 0 15W * +SAT", 4, 5, "There is no such day: none of these months ever has the day '15W'. Say L for the last day of a month.")]
    [InlineData("0 0 L-30 2 *", 4, 6, "There is no such day: none of these months ever has the day 'L-30'. Say L for the last day of a month.")]
    [InlineData("* * * *", 7, 1, "A cron expression has 5 fields (minute, hour, day, month, day of the week), or 6 with the second before them; this has 4.")]
    [InlineData("* * * * * * *", 12, 1, "A cron expression has 5 fields (minute, hour, day, month, day of the week), or 6 with the second before them; this has 7.")]
    [InlineData("0 8 * * * Europe/Lundon", 10, 13, "The time zone 'Europe/Lundon' is not known. Write its name in the IANA database, such as Europe/London or UTC.")]
    [InlineData("0 8 * * * UK/London", 10, 9, "The time zone 'UK/London' is not known. Write its name in the IANA database, such as Europe/London or UTC; did you mean Europe/London.")]
    [InlineData("@fortnightly", 0, 12, "'@fortnightly' is not known. There are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and @every.")]
    [InlineData("@reboot", 0, 7, "A start is no time: do what is to be done then in a service.")]
    [InlineData("@daily at", 7, 2, "After @daily comes nothing but a time zone.")]
    [InlineData("every 0 s", 6, 3, "An interval is from 1 ms to ten years, in whole milliseconds, such as 30 s or 1h30m.")]
    [InlineData("every 100000 days", 6, 11, "An interval is from 1 ms to ten years, in whole milliseconds, such as 30 s or 1h30m.")]
    [InlineData("every 30 parsecs", 6, 10, "A number and a unit were expected, such as 30 s, 5 minutes, 1 h or 1h30m.")]
    [InlineData("every", 5, 1, "An interval is from 1 ms to ten years, in whole milliseconds, such as 30 s or 1h30m.")]
    [InlineData("every from 3 s", 5, 1, "A number and a unit were expected, such as 30 s, 5 minutes, 1 h or 1h30m.")]
    [InlineData("every 3 s from", 14, 1, "An interval is from 1 ms to ten years, in whole milliseconds, such as 30 s or 1h30m.")]
    [InlineData("daily at 25:00", 9, 5, "\"daily at 08:00\" was expected, with a time from 00:00 to 23:59:59.")]
    [InlineData("daily", 5, 1, "\"daily at 08:00\" was expected, with a time from 00:00 to 23:59:59.")]
    [InlineData("", 0, 1, "There is no schedule. Write \"every 30 s\", \"daily at 08:00\", \"weekdays at 08:00\", \"0 8 * * MON-FRI\" or \"@daily\".")]
    [InlineData("tomorrow", 0, 8, "'tomorrow' was not expected. Write \"every 30 s\", \"daily at 08:00\", \"weekdays at 08:00\", \"0 8 * * MON-FRI\" or \"@daily\".")]
    public void A_fault_is_told_with_its_place_and_with_what_was_expected(string text, int position, int length, string fault)
    {
        var thrown = Should.Throw<ScheduleFormatException>(() => Schedule.Parse(text));

        (thrown.Position, thrown.Length, thrown.Fault).ShouldBe((position, length, fault));
        Schedule.TryParse(text, out _, out var told).ShouldBeFalse();
        told.ShouldBe(thrown.Message);
    }

    [Fact]
    public void The_message_marks_the_place_with_carets() =>
        Should.Throw<ScheduleFormatException>(() => Schedule.Parse("0 61 * * *")).Message.ReplaceLineEndings("\n")
            .ShouldBe("Hours go from 0 to 23.\n  0 61 * * *\n    ^^");

    [Fact]
    public void A_zone_that_does_not_exist_is_named() =>
        Should.Throw<TimeZoneNotFoundException>(() => Schedule.FindZone("Mars/Olympus")).Message.ShouldContain("Mars/Olympus");

    [Theory]
    [InlineData("0 0 29 2 *")]
    [InlineData("0 0 29 2 +MON#5")]
    [InlineData("* * * * * * Asia/Tokyo")]
    [InlineData("0 0 1 1 * America/Los_Angeles")]
    [InlineData("every 30 s")]
    public void At_the_end_of_the_calendar_a_search_ends_at_once(string text)
    {
        var schedule = Schedule.Parse(text);
        var watch = Stopwatch.StartNew();
        var end = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
        schedule.Next(end).ShouldBeNull();
        schedule.Next(DateTimeOffset.MaxValue).ShouldBeNull();
        schedule.Previous(end).ShouldNotBeNull();
        schedule.Previous(DateTimeOffset.MinValue).ShouldBeNull();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(400_000_000_000)]
    public void An_interval_that_makes_no_sense_is_refused(long milliseconds) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Schedule.Every(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Any_text_is_read_or_refused_at_once()
    {
        var random = new Random(7);
        const string Alphabet = "0123456789*/,-?LWH#+()@ MONJANevryx\t\n";
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20_000; i++)
        {
            var fields = Enumerable.Range(0, random.Next(4, 8))
                .Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]));
            var text = random.Next(3) == 0 ? string.Join(' ', fields) : Likely(random);
            if (Schedule.TryParse(text, out var schedule, out var fault))
            {
                schedule.Next(ScheduleTests.At("2026-01-01 00:00:00")).ShouldNotBeNull(text);
                schedule.Describe().ShouldNotBeEmpty();
            }
            else
            {
                fault.ShouldNotBeNull().ShouldContain("^");
            }
        }

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    /// <summary>Expressions of which about half can be read.</summary>
    private static string Likely(Random random)
    {
        string Value(int max) => random.Next(8) == 0 ? "*/" + random.Next(max) : random.Next(3) == 0 ? "*" : random.Next(max + 2).ToString();
        string[] days = [Value(31), "L", "LW", "L-" + random.Next(32), random.Next(1, 33) + "W", "?"];
        string[] weekdays = [Value(7), "FRIL", "5#" + random.Next(7), "+" + random.Next(8), "?"];
        return $"{Value(59)} {Value(23)} {days[random.Next(days.Length)]} {Value(12)} {weekdays[random.Next(weekdays.Length)]}";
    }
}
