using System.Diagnostics.CodeAnalysis;
using Actors.Timing;

namespace Actors;

/// <summary>
/// The moments at which something is to be done: every 30 s, daily at 08:00, by a cron expression; in a time zone. Immutable and thread-safe; asking for a
/// moment allocates nothing.
/// </summary>
/// <remarks>
/// <para>Where the clocks go forward, a moment whose local time does not exist is at the end of the gap. Where they go back, a fixed hour comes once, the first
/// time, and an hour that is left open (<c>*</c>, <c>*/2</c>) comes twice. Moments of a cron expression are on whole seconds.</para>
/// <para>docs/schedules.md is the guide, with the grammar and examples.</para>
/// </remarks>
public sealed class Schedule : IEquatable<Schedule>
{
    private readonly ISlots _slots;
    private readonly CronFields? _cron;
    private readonly string? _key;
    private readonly TimeSpan _from;

    internal Schedule(string text, TimeZoneInfo zone, CronFields cron, string? key = null)
    {
        Text = text;
        Zone = zone;
        _cron = cron;
        _key = key;
        _slots = new CronSlots(cron, ZoneOffsets.Of(zone));
    }

    internal Schedule(string text, TimeZoneInfo zone, TimeSpan interval, long anchor)
    {
        Text = text;
        Zone = zone;
        Interval = interval;
        _slots = new IntervalSlots(interval.Ticks, anchor);
        _from = new TimeSpan((((anchor - DateTime.UnixEpoch.Ticks) % interval.Ticks) + interval.Ticks) % interval.Ticks);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The time zone in which the text is meant.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>The distance of its moments, when that is always the same; else null.</summary>
    public TimeSpan? Interval { get; }

    /// <summary>Reads a schedule.</summary>
    /// <param name="text">
    /// <c>every 30 s</c>, <c>every 6 h from 2 h</c>, <c>daily at 08:00</c>, <c>weekdays at 08:00</c>, a cron expression of five or six fields, or <c>@daily</c> and its like. A time zone may
    /// follow: <c>0 8 * * MON-FRI Europe/London</c>.
    /// </param>
    /// <param name="zone">The time zone when the text names none; null is UTC.</param>
    /// <param name="key">What <c>H</c> in a cron expression is made from, usually the name of what is scheduled.</param>
    /// <exception cref="ScheduleFormatException">It is no schedule; the message marks the place. Also when no moment ever matches, such as 30 February.</exception>
    public static Schedule Parse(string text, TimeZoneInfo? zone = null, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ScheduleParser.Parse(text, zone, key);
    }

    /// <summary>As <see cref="Parse"/>, without an exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Schedule? schedule, out string? fault)
    {
        try
        {
            schedule = Parse(text ?? "");
            fault = null;
            return true;
        }
        catch (ScheduleFormatException wrong)
        {
            schedule = null;
            fault = wrong.Message;
            return false;
        }
    }

    /// <summary>Moments at even distances, whatever the clocks of people do.</summary>
    /// <param name="interval">From 1 ms to ten years.</param>
    /// <param name="anchor">One of the moments. Null counts from midnight UTC of 1 January 1970, so that 30 s means the full and the half minutes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is too short or too long.</exception>
    public static Schedule Every(TimeSpan interval, DateTimeOffset? anchor = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, ScheduleParser.Longest);
        var from = (((anchor ?? DateTimeOffset.UnixEpoch) - DateTimeOffset.UnixEpoch).Ticks % interval.Ticks + interval.Ticks) % interval.Ticks;
        from -= from % TimeSpan.TicksPerMillisecond;
        var text = $"every {ScheduleText.Duration(interval)}{(from == 0 ? "" : $" from {ScheduleText.Duration(new TimeSpan(from))}")}";
        return new Schedule(text, TimeZoneInfo.Utc, interval, DateTime.UnixEpoch.Ticks + from);
    }

    /// <summary>Once a day, at a time of the clocks of a zone.</summary>
    /// <param name="at">The time, in whole seconds.</param>
    /// <param name="zone">Null is UTC.</param>
    public static Schedule Daily(TimeOnly at, TimeZoneInfo? zone = null) =>
        Parse(at.ToString(at.Second == 0 ? "'daily at 'HH:mm" : "'daily at 'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), zone);

    /// <summary>The time zone with an IANA name, such as <c>Europe/London</c>.</summary>
    /// <exception cref="TimeZoneNotFoundException">There is none; the message says what was expected.</exception>
    public static TimeZoneInfo FindZone(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return ScheduleParser.FindZone(id);
    }

    /// <summary>The first moment after another, in UTC; null when the calendar ends before (year 9999).</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => Moment(_slots.Next(after.UtcTicks));

    /// <summary>The last moment before another, in UTC; null when there is none.</summary>
    public DateTimeOffset? Previous(DateTimeOffset before) => Moment(_slots.Previous(before.UtcTicks));

    /// <summary>The moments after one time, up to and including another. For reading, a few at a time: <c>Take</c> as many as are wanted.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until)
    {
        for (var next = Next(after); next <= until; next = Next(next.Value))
        {
            yield return next.Value;
        }
    }

    /// <summary>The schedule in English: <c>at 08:00 on Monday to Friday, Europe/London</c>.</summary>
    public string Describe() => ScheduleText.Of(_cron, Interval, _from, Zone);

    /// <inheritdoc/>
    public bool Equals(Schedule? other) => other is not null && Text == other.Text && Zone.Id == other.Zone.Id && _key == other._key && _from == other._from;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Schedule);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Text, Zone.Id, _key, _from);

    /// <summary>The text, with the zone when it is not UTC.</summary>
    public override string ToString() =>
        Zone.Id == TimeZoneInfo.Utc.Id || Text.EndsWith(Zone.Id, StringComparison.OrdinalIgnoreCase) ? Text : $"{Text} {Zone.Id}";

    private static DateTimeOffset? Moment(long ticks) => ticks == CronFields.None ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}
