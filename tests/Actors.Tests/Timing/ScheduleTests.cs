using System.Globalization;
using Shouldly;

namespace Actors.Tests.Timing;

/// <summary>What the fields of a cron expression mean, as tables of moments. All times are UTC unless a zone is named.</summary>
public sealed class ScheduleTests
{
    [Theory]
    // Stars, lists, ranges, steps.
    [InlineData("* * * * *", "2026-01-01 00:00:00", "2026-01-01 00:01:00")]
    [InlineData("* * * * *", "2026-01-01 00:00:59.999", "2026-01-01 00:01:00")]
    [InlineData("* * * * *", "2026-12-31 23:59:00", "2027-01-01 00:00:00")]
    [InlineData("* * * * * *", "2026-01-01 00:00:00.5", "2026-01-01 00:00:01")]
    [InlineData("*/15 * * * *", "2026-01-01 10:07:00", "2026-01-01 10:15:00")]
    [InlineData("*/15 * * * *", "2026-01-01 10:45:00", "2026-01-01 11:00:00")]
    [InlineData("5/15 * * * *", "2026-01-01 10:35:00", "2026-01-01 10:50:00")]
    [InlineData("10-20/5 * * * *", "2026-01-01 10:15:00", "2026-01-01 10:20:00")]
    [InlineData("10-20/5 * * * *", "2026-01-01 10:20:00", "2026-01-01 11:10:00")]
    [InlineData("0,30,45 8,20 * * *", "2026-01-01 08:45:00", "2026-01-01 20:00:00")]
    [InlineData("0 22-2 * * *", "2026-01-01 02:00:00", "2026-01-01 22:00:00")]
    [InlineData("0 22-2 * * *", "2026-01-01 23:30:00", "2026-01-02 00:00:00")]
    [InlineData("30 15 12 * * *", "2026-01-01 12:15:30", "2026-01-02 12:15:30")]
    [InlineData("*/20 * * * * *", "2026-01-01 12:15:45", "2026-01-01 12:16:00")]
    [InlineData("59 59 23 31 12 *", "2026-01-01 00:00:00", "2026-12-31 23:59:59")]
    // Names and the two numbers of Sunday.
    [InlineData("0 0 * JAN,jul *", "2026-02-01 00:00:00", "2026-07-01 00:00:00")]
    [InlineData("0 0 * * MON", "2026-01-01 00:00:00", "2026-01-05 00:00:00")]
    [InlineData("0 0 * * 0", "2026-01-01 00:00:00", "2026-01-04 00:00:00")]
    [InlineData("0 0 * * 7", "2026-01-01 00:00:00", "2026-01-04 00:00:00")]
    [InlineData("0 0 * * 5-7", "2026-01-03 00:00:00", "2026-01-04 00:00:00")]
    [InlineData("0 0 * * FRI-MON", "2026-01-05 00:00:00", "2026-01-09 00:00:00")]
    [InlineData("0 0 * * SUN-TUE", "2026-01-06 00:00:00", "2026-01-11 00:00:00")]
    [InlineData("0 8 * * 1-5", "2026-01-02 08:00:00", "2026-01-05 08:00:00")]
    // Both days: one is enough, unless one begins with a star or the second with a plus.
    [InlineData("0 0 13 * 5", "2026-01-01 00:00:00", "2026-01-02 00:00:00")]
    [InlineData("0 0 13 * 5", "2026-01-09 00:00:00", "2026-01-13 00:00:00")]
    [InlineData("0 0 13 * +5", "2026-01-01 00:00:00", "2026-02-13 00:00:00")]
    [InlineData("0 0 */2 * 1", "2026-01-01 00:00:00", "2026-01-05 00:00:00")]
    [InlineData("0 0 */2 * 1", "2026-01-05 00:00:00", "2026-01-19 00:00:00")]
    [InlineData("0 0 1 * ?", "2026-01-01 00:00:00", "2026-02-01 00:00:00")]
    [InlineData("0 0 ? * 1", "2026-01-01 00:00:00", "2026-01-05 00:00:00")]
    // The ends of months.
    [InlineData("0 0 31 * *", "2026-01-31 00:00:00", "2026-03-31 00:00:00")]
    [InlineData("0 0 29 2 *", "2026-01-01 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01 00:00:00", "2104-02-29 00:00:00")]
    [InlineData("0 0 L * *", "2026-01-31 00:00:00", "2026-02-28 00:00:00")]
    [InlineData("0 0 L 2 *", "2027-03-01 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 L-2 * *", "2026-01-01 00:00:00", "2026-01-29 00:00:00")]
    [InlineData("0 0 L-30 * *", "2026-02-01 00:00:00", "2026-03-01 00:00:00")]
    [InlineData("0 0 1,L * *", "2026-01-02 00:00:00", "2026-01-31 00:00:00")]
    // The nearest weekday stays in its month.
    [InlineData("0 0 15W * *", "2026-08-01 00:00:00", "2026-08-14 00:00:00")]
    [InlineData("0 0 15W * *", "2026-02-01 00:00:00", "2026-02-16 00:00:00")]
    [InlineData("0 0 1W * *", "2026-07-15 00:00:00", "2026-08-03 00:00:00")]
    [InlineData("0 0 31W * *", "2026-05-01 00:00:00", "2026-05-29 00:00:00")]
    [InlineData("0 0 LW * *", "2026-02-01 00:00:00", "2026-02-27 00:00:00")]
    [InlineData("0 0 LW 5 *", "2026-01-01 00:00:00", "2026-05-29 00:00:00")]
    // The n-th and the last of a weekday.
    [InlineData("0 0 * * MON#2", "2026-01-01 00:00:00", "2026-01-12 00:00:00")]
    [InlineData("0 0 * * 5#5", "2026-02-01 00:00:00", "2026-05-29 00:00:00")]
    [InlineData("0 0 * * 4#1", "2026-01-01 00:00:00", "2026-02-05 00:00:00")]
    [InlineData("0 0 * * FRIL", "2026-01-01 00:00:00", "2026-01-30 00:00:00")]
    [InlineData("0 0 * * 6L", "2026-01-31 00:00:00", "2026-02-28 00:00:00")]
    [InlineData("0 0 * * TUE#1,THUL", "2026-01-07 00:00:00", "2026-01-29 00:00:00")]
    [InlineData("0 0 29 2 +1", "2026-01-01 00:00:00", "2044-02-29 00:00:00")]
    // Macros and sentences.
    [InlineData("@yearly", "2026-01-01 00:00:00", "2027-01-01 00:00:00")]
    [InlineData("@monthly", "2026-01-01 00:00:00", "2026-02-01 00:00:00")]
    [InlineData("@weekly", "2026-01-01 00:00:00", "2026-01-04 00:00:00")]
    [InlineData("@daily", "2026-01-01 00:00:00", "2026-01-02 00:00:00")]
    [InlineData("@Midnight", "2026-01-01 12:00:00", "2026-01-02 00:00:00")]
    [InlineData("@hourly", "2026-01-01 12:00:00", "2026-01-01 13:00:00")]
    [InlineData("@every 90s", "2026-01-01 00:00:00", "2026-01-01 00:01:30")]
    [InlineData("every 30 s", "2026-01-01 00:00:00.001", "2026-01-01 00:00:30")]
    [InlineData("every 1h30m", "2026-01-01 00:00:00", "2026-01-01 01:30:00")]
    [InlineData("every 6 h from 2 h", "2026-01-01 02:00:00", "2026-01-01 08:00:00")]
    [InlineData("every 1 s from 250 ms", "2026-01-01 00:00:00", "2026-01-01 00:00:00.25")]
    [InlineData("every minute", "2026-01-01 00:00:00", "2026-01-01 00:01:00")]
    [InlineData("daily at 08:00", "2026-01-01 08:00:00", "2026-01-02 08:00:00")]
    [InlineData("daily at 8:00:30", "2026-01-01 08:00:00", "2026-01-01 08:00:30")]
    [InlineData("weekdays at 08:00", "2026-01-02 08:00:00", "2026-01-05 08:00:00")]
    // Zones.
    [InlineData("0 8 * * * Europe/London", "2026-06-01 00:00:00", "2026-06-01 07:00:00")]
    [InlineData("daily at 08:00 America/New_York", "2026-01-01 00:00:00", "2026-01-01 13:00:00")]
    [InlineData("@daily Asia/Kathmandu", "2026-01-01 00:00:00", "2026-01-01 18:15:00")]
    public void The_next_moment_is_the_one_in_the_table_and_the_one_before_it_is_found_back(string text, string after, string next)
    {
        var schedule = Schedule.Parse(text);

        schedule.Next(At(after)).ShouldBe(At(next));
        schedule.Previous(At(next).AddMilliseconds(1)).ShouldBe(At(next));
        schedule.Previous(At(next))!.Value.ShouldBeLessThanOrEqualTo(At(after));
    }

    [Fact]
    public void A_moment_is_not_its_own_successor_and_not_its_own_predecessor()
    {
        var schedule = Schedule.Parse("0 8 * * *");

        schedule.Next(At("2026-01-01 08:00:00")).ShouldBe(At("2026-01-02 08:00:00"));
        schedule.Previous(At("2026-01-01 08:00:00")).ShouldBe(At("2025-12-31 08:00:00"));
    }

    [Fact]
    public void H_is_the_same_for_a_name_in_every_process_and_different_for_others()
    {
        Schedule.Parse("H H * * *", key: "order-report").Next(At("2026-01-01 00:00:00")).ShouldBe(At("2026-01-01 10:38:00"));
        var minutes = Enumerable.Range(0, 1000)
            .Select(i => Schedule.Parse("H * * * *", key: "report-" + i).Next(At("2026-01-01 00:00:00"))!.Value.Minute)
            .GroupBy(minute => minute).ToList();
        minutes.Count.ShouldBe(60);
        minutes.Max(group => group.Count()).ShouldBeLessThan(45);
    }

    [Theory]
    [InlineData("H/15 * * * *", 15)]
    [InlineData("H(0-29)/10 * * * *", 40)]
    public void H_with_a_step_keeps_the_distance(string text, int longestMinutes)
    {
        var schedule = Schedule.Parse(text, key: "mail");
        var moments = schedule.Between(At("2026-01-01 00:00:00"), At("2026-01-02 00:00:00")).ToList();

        moments.Zip(moments.Skip(1), (one, next) => (next - one).TotalMinutes).Max().ShouldBe(longestMinutes);
    }

    [Fact]
    public void An_interval_can_be_anchored_anywhere()
    {
        var schedule = Schedule.Every(TimeSpan.FromSeconds(30), At("2026-01-01 00:00:07"));

        schedule.Text.ShouldBe("every 30 s from 7 s");
        Schedule.Parse(schedule.Text).ShouldBe(schedule);
        schedule.Next(At("2025-06-01 00:00:00")).ShouldBe(At("2025-06-01 00:00:07"));
        schedule.Next(At("2026-06-01 00:00:07")).ShouldBe(At("2026-06-01 00:00:37"));
        schedule.Previous(At("2026-06-01 00:00:07")).ShouldBe(At("2026-05-31 23:59:37"));
    }

    [Fact]
    public void At_the_end_of_the_calendar_there_is_no_next_moment_and_at_its_beginning_none_before()
    {
        foreach (var text in new[] { "* * * * *", "0 0 29 2 *", "every 30 s", "0 0 1 1 * America/New_York", "0 0 1 1 * Asia/Tokyo" })
        {
            Schedule.Parse(text).Next(DateTimeOffset.MaxValue).ShouldBeNull(text);
            Schedule.Parse(text).Previous(DateTimeOffset.MinValue).ShouldBeNull(text);
        }

        Schedule.Parse("0 0 29 2 *").Next(At("9996-03-01 00:00:00")).ShouldBeNull();
        Schedule.Parse("0 0 1 1 *").Next(At("9998-06-01 00:00:00")).ShouldBe(At("9999-01-01 00:00:00"));
    }

    [Fact]
    public void Asking_for_moments_allocates_nothing()
    {
        Schedule[] schedules =
        [
            Schedule.Parse("*/15 8-17 * * MON-FRI Europe/London"), Schedule.Parse("0 0 L * *"), Schedule.Every(TimeSpan.FromSeconds(30)),
        ];
        var at = At("2026-01-01 00:00:00");
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Run()
        {
            foreach (var schedule in schedules)
            {
                for (var moment = at; moment < at.AddDays(300);)
                {
                    moment = schedule.Next(moment)!.Value.AddHours(5);
                    schedule.Previous(moment);
                }
            }
        }
    }

    [Theory]
    [InlineData("* * * * *", "every minute every day, UTC")]
    [InlineData("* * * * * *", "every second every day, UTC")]
    [InlineData("*/15 8-17 * * MON-FRI Europe/London", "every 15 minutes from 08:00 to 17:59 on Monday to Friday, Europe/London")]
    [InlineData("0 8 * * *", "at 08:00 every day, UTC")]
    [InlineData("30 8,20 * * *", "at 08:30 and 20:30 every day, UTC")]
    [InlineData("0 */2 * * *", "every 2 hours every day, UTC")]
    [InlineData("5 * * * *", "minute 5 of every hour every day, UTC")]
    [InlineData("0 0 13 * 5", "at 00:00 on day 13 of the month or Friday, UTC")]
    [InlineData("0 0 13 * +5", "at 00:00 on day 13 of the month if that is Friday, UTC")]
    [InlineData("0 0 1,L 1-3 *", "at 00:00 on day 1 and the last day of the month in January to March, UTC")]
    [InlineData("0 0 15W * *", "at 00:00 on the weekday nearest to day 15 of the month, UTC")]
    [InlineData("0 0 * * TUE#2,FRIL", "at 00:00 on the second Tuesday of the month and the last Friday of the month, UTC")]
    [InlineData("0 0 * * SAT,SUN", "at 00:00 on Saturday and Sunday, UTC")]
    [InlineData("30 15 12 * * *", "at 12:15:30 every day, UTC")]
    [InlineData("*/10 * 9 * * *", "every 10 seconds from 09:00 to 09:59 every day, UTC")]
    [InlineData("every 30 s", "every 30 s")]
    [InlineData("every 1h30m", "every 90 min")]
    [InlineData("every 6 h from 8 h", "every 6 h from 2 h")]
    [InlineData("weekdays at 08:00 Europe/London", "at 08:00 on Monday to Friday, Europe/London")]
    public void A_schedule_can_say_in_English_what_it_means(string text, string english) => Schedule.Parse(text).Describe().ShouldBe(english);

    internal static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
