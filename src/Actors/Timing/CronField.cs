namespace Actors.Timing;

/// <summary>What one field of a cron expression may say.</summary>
internal sealed record CronField(string Name, int Min, int Max, string[] Names)
{
    public static CronField Second { get; } = new("seconds", 0, 59, []);

    public static CronField Minute { get; } = new("minutes", 0, 59, []);

    public static CronField Hour { get; } = new("hours", 0, 23, []);

    public static CronField Day { get; } = new("days of the month", 1, 31, []);

    public static CronField Month { get; } =
        new("months", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);

    /// <summary>7 is Sunday, too.</summary>
    public static CronField Weekday { get; } = new("days of the week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    public string Expected => Names.Length == 0 ? $"{Name} go from {Min} to {Max}" : $"{Name} go from {Min} to {Max}, or {Names[0]} to {Names[^1]}";

    /// <summary>The bits of all values.</summary>
    public ulong All => Bits(Min, Max, 1);

    /// <summary>The bits from one value to another; from a higher one to a lower one goes over the end.</summary>
    public ulong Bits(int from, int to, int step)
    {
        // Sunday has two numbers, so the week is one shorter than its numbers.
        var cycle = this == Weekday ? 7 : Max - Min + 1;
        var count = from <= to ? to - from : to - from + cycle;
        var bits = 0UL;
        for (var i = 0; i <= count; i += step)
        {
            bits |= 1UL << (((from - Min + i) % cycle) + Min);
        }

        return bits;
    }
}
