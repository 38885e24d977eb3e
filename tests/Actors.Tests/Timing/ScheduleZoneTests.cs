using Shouldly;

namespace Actors.Tests.Timing;

/// <summary>Schedules against a reference that goes through the years minute by minute and knows nothing of fields, masks or changes.</summary>
/// <remarks>Every run takes the zones with the oddest clocks and some others by the day. ACTORS_ZONES=all takes every zone of the runtime's database.</remarks>
public sealed class ScheduleZoneTests
{
    private static readonly DateTime From = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime To = new(2036, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly string[] OddZones =
    [
        "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll", "America/Nuuk", "Asia/Gaza", "Africa/Cairo",
        "Pacific/Apia", "Asia/Tehran", "Pacific/Chatham", "Africa/Juba", "Antarctica/Casey", "Europe/Volgograd", "America/Scoresbysund",
    ];

    /// <summary>Each expression, whether an hour that comes twice has its slots twice, and what it means.</summary>
    private static readonly (string Text, bool IsOpen, Func<DateTime, bool> IsMatch)[] Expressions =
    [
        ("*/30 * * * *", true, t => t.Minute % 30 == 0),
        ("15 */2 * * *", true, t => t.Minute == 15 && t.Hour % 2 == 0),
        ("30 1 * * *", false, t => t is { Hour: 1, Minute: 30 }),
        ("30 2 * * *", false, t => t is { Hour: 2, Minute: 30 }),
        ("0,20,40 0-3 * * SUN", false, t => t.Minute % 20 == 0 && t.Hour <= 3 && t.DayOfWeek == DayOfWeek.Sunday),
        ("0 0 * * *", false, t => t is { Hour: 0, Minute: 0 }),
        ("30 23 L * *", false, t => t is { Hour: 23, Minute: 30 } && t.AddDays(1).Day == 1),
    ];

    public static IEnumerable<TheoryDataRow<string>> Zones()
    {
        var all = TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Order(StringComparer.Ordinal).ToList();
        if (Environment.GetEnvironmentVariable("ACTORS_ZONES") == "all")
        {
            return all.Select(zone => new TheoryDataRow<string>(zone));
        }

        var start = DateTime.UtcNow.DayOfYear * 4 % all.Count;
        return OddZones.Where(all.Contains).Concat(Enumerable.Range(start, 4).Select(i => all[i % all.Count])).Distinct().Select(zone => new TheoryDataRow<string>(zone));
    }

    [Theory]
    [MemberData(nameof(Zones), DisableDiscoveryEnumeration = true)]
    public void From_2020_to_2035_every_slot_is_where_the_clocks_of_the_zone_say(string id)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var expected = Reference(zone);
        for (var i = 0; i < Expressions.Length; i++)
        {
            var schedule = Schedule.Parse(Expressions[i].Text, zone);
            var slots = new List<long>(expected[i].Count);
            for (var next = schedule.Next(From.AddTicks(-1)); next < To; next = schedule.Next(next!.Value))
            {
                slots.Add(next!.Value.UtcTicks);
            }

            FirstDifference(slots, expected[i]).ShouldBeNull($"{id}, {schedule.Text}, forward");
            slots.Clear();
            for (var previous = schedule.Previous(To); previous >= From; previous = schedule.Previous(previous!.Value))
            {
                slots.Add(previous!.Value.UtcTicks);
            }

            slots.Reverse();
            FirstDifference(slots, expected[i]).ShouldBeNull($"{id}, {schedule.Text}, backward");
        }
    }

    [Theory]
    // Forward at 01:00 UTC on 29 March 2026 from 01:00 to 02:00; back at 01:00 UTC on 25 October from 02:00 to 01:00.
    [InlineData("30 1 * * *", "2026-03-28 12:00:00", "2026-03-29 01:00:00, 2026-03-30 00:30:00")]
    [InlineData("0,30 1 * * *", "2026-03-28 12:00:00", "2026-03-29 01:00:00, 2026-03-30 00:00:00")]
    [InlineData("*/30 * * * *", "2026-03-29 00:00:00", "2026-03-29 00:30:00, 2026-03-29 01:00:00, 2026-03-29 01:30:00")]
    [InlineData("30 1 * * *", "2026-10-24 12:00:00", "2026-10-25 00:30:00, 2026-10-26 01:30:00")]
    [InlineData("30 * * * *", "2026-10-25 00:00:00", "2026-10-25 00:30:00, 2026-10-25 01:30:00, 2026-10-25 02:30:00")]
    [InlineData("0 */2 * * *", "2026-10-24 22:00:00", "2026-10-24 23:00:00, 2026-10-25 02:00:00")]
    [InlineData("every 1 h", "2026-10-25 00:00:00", "2026-10-25 01:00:00, 2026-10-25 02:00:00")]
    [InlineData("daily at 08:00", "2026-10-24 08:00:00", "2026-10-25 08:00:00, 2026-10-26 08:00:00")]
    public void In_London_the_hour_that_is_left_out_fires_at_its_end_and_the_one_that_comes_twice_fires_once_unless_it_is_open(
        string text, string after, string moments) =>
        Schedule.Parse(text, Schedule.FindZone("Europe/London"))
            .Between(ScheduleTests.At(after), DateTimeOffset.MaxValue).Take(moments.Split(',').Length)
            .ShouldBe(moments.Split(',').Select(ScheduleTests.At));

    [Fact]
    public void A_day_that_a_zone_left_out_has_its_slot_at_the_end_of_the_gap()
    {
        // Samoa had no 30 December 2011.
        var schedule = Schedule.Parse("0 12 30 12 * Pacific/Apia");

        schedule.Next(ScheduleTests.At("2011-06-01 00:00:00")).ShouldBe(ScheduleTests.At("2011-12-30 10:00:00"));
    }

    private static List<long>[] Reference(TimeZoneInfo zone)
    {
        // It begins some days before, so that it knows which times of the first hours have been before.
        var slots = Expressions.Select(_ => new List<long>()).ToArray();
        var start = From.AddDays(-3);
        var seen = DateTime.MinValue;
        var expectedLocal = start + zone.GetUtcOffset(start);
        var offset = TimeSpan.Zero;
        var isChanging = false;
        for (var utc = start; utc < To; utc = utc.AddMinutes(1))
        {
            if (utc.Minute % 15 == 0)
            {
                offset = zone.GetUtcOffset(utc);
                isChanging = offset != zone.GetUtcOffset(utc.AddMinutes(15));
            }
            else if (isChanging)
            {
                // Casey has changed its clocks at one minute past midnight.
                offset = zone.GetUtcOffset(utc);
            }

            var local = DateTime.SpecifyKind(utc + offset, DateTimeKind.Unspecified);
            for (var i = 0; i < Expressions.Length; i++)
            {
                var (_, isOpen, isMatch) = Expressions[i];
                var isSlot = isMatch(local) && (isOpen || local > seen);
                for (var skipped = DateTime.SpecifyKind(expectedLocal, DateTimeKind.Unspecified); skipped < local && !isSlot; skipped = skipped.AddMinutes(1))
                {
                    isSlot = isMatch(skipped);
                }

                if (isSlot && utc >= From)
                {
                    slots[i].Add(utc.Ticks);
                }
            }

            seen = local > seen ? local : seen;
            expectedLocal = local.AddMinutes(1);
        }

        return slots;
    }

    private static string? FirstDifference(List<long> actual, List<long> expected)
    {
        var i = actual.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
        return i == actual.Count && i == expected.Count
            ? null
            : $"slot {i} is {(i < actual.Count ? new DateTime(actual[i]).ToString("u") : "none")}, expected {(i < expected.Count ? new DateTime(expected[i]).ToString("u") : "none")}";
    }
}
