using System.Text;

namespace Actors.Timing;

/// <summary>Reads a cron expression of five or six fields; the first of six is the second.</summary>
internal sealed class CronParser(string text, string? key)
{
    private int _at;
    private int _end;

    /// <param name="fields">Where the fields are in the text.</param>
    public CronFields Parse(IReadOnlyList<Range> fields)
    {
        var cron = new CronFields { Seconds = 1 };
        var i = 0;
        if (fields.Count == 6)
        {
            cron.Seconds = Field(CronField.Second, fields[i++]);
        }

        cron.Minutes = Field(CronField.Minute, fields[i++]);
        cron.Hours = (uint)Field(CronField.Hour, fields[i]);
        cron.IsHourOpen = IsOpen(fields[i++]) || cron.Hours == CronField.Hour.All;
        var dayField = fields[i];
        cron.Days.IsDayOpen = IsOpen(fields[i]);
        cron.Days.Days = (uint)(Field(CronField.Day, fields[i++], cron.Days) >> 1);
        var monthField = fields[i];
        cron.Months = (int)Field(CronField.Month, fields[i++]);
        cron.Days.NeedsBoth = text[fields[i].Start] == '+';
        var weekday = cron.Days.NeedsBoth ? (fields[i].Start.Value + 1)..fields[i].End : fields[i];
        cron.Days.IsWeekdayOpen = weekday.Start.Value < weekday.End.Value && IsOpen(weekday);
        cron.Days.Weekdays = (int)Field(CronField.Weekday, weekday, cron.Days);
        cron.Days.Complete();
        CheckPossible(cron, dayField, monthField);
        return cron;
    }

    private bool IsOpen(Range field) => text[field.Start] is '*' or '?';

    /// <summary>A search that would find nothing is refused here, once, so that none ever runs to the end of the calendar.</summary>
    private void CheckPossible(CronFields cron, Range day, Range month)
    {
        if (cron.First(new DateTime(2000, 1, 1).Ticks) == CronFields.None)
        {
            var (from, to) = (day.Start.Value, month.End.Value);
            throw new ScheduleFormatException(
                text, from, to - from, $"There is no such day: none of these months ever has the day '{text[day]}'. Say L for the last day of a month.");
        }
    }

    private ulong Field(CronField field, Range place, CronDays? days = null)
    {
        (_at, _end) = (place.Start.Value, place.End.Value);
        var bits = Item(field, days);
        while (Accept(','))
        {
            bits |= Item(field, days);
        }

        return _at == _end ? bits : throw Fault(_at, _end - _at, $"'{text[_at.._end]}' was not expected here: after a value come ',', '-' or '/'");
    }

    private ulong Item(CronField field, CronDays? days)
    {
        var start = _at;
        if (Accept('*'))
        {
            return Stepped(field, field.Min, field == CronField.Weekday ? 6 : field.Max);
        }

        if (_at < _end && text[_at] == '?')
        {
            _at++;
            return days is not null ? field.All : throw Fault(start, 1, $"'?' is for days of the month and days of the week; say * for all {field.Name}");
        }

        if (AcceptLetter('H'))
        {
            return Hashed(field, start);
        }

        if (field == CronField.Day && AcceptLetter('L'))
        {
            LastDay(days!); // Days come with their masks.
            return 0;
        }

        var from = Value(field);
        if (field == CronField.Weekday && (AcceptLetter('L') || (_at < _end && text[_at] == '#')))
        {
            NthWeekday(days!, from % 7); // As above.
            return 0;
        }

        if (field == CronField.Day && AcceptLetter('W'))
        {
            days!.NearestWeekday |= 1u << (from - 1); // As above.
            return 0;
        }

        return Accept('-') ? Stepped(field, from, Value(field))
            : _at < _end && text[_at] == '/' ? Stepped(field, from, field == CronField.Weekday ? 6 : field.Max)
            : field.Bits(from, from, 1);
    }

    private ulong Stepped(CronField field, int from, int to)
    {
        if (!Accept('/'))
        {
            return field.Bits(from, to, 1);
        }

        var (start, step) = (_at, Number($"a step, such as /{Math.Min(5, field.Max)}"));
        return step >= 1 && step <= field.Max
            ? field.Bits(from, to, step)
            : throw Fault(start, _at - start, $"a step of {field.Name} is from 1 to {field.Max}");
    }

    /// <summary><c>H</c>, <c>H/15</c>, <c>H(0-29)</c>: a value that the name of the schedule decides on.</summary>
    private ulong Hashed(CronField field, int start)
    {
        // Every month has 28 days, so that no month is left out; and no Sunday has two chances.
        var (from, to) = (field.Min, field == CronField.Day ? 28 : field == CronField.Weekday ? 6 : field.Max);
        if (Accept('('))
        {
            from = Value(field);
            to = Accept('-') ? Value(field) : throw Fault(_at, 1, "'-' was expected: H(0-29)");
            if (to < from || !Accept(')'))
            {
                throw Fault(start, Math.Max(1, _at - start), "a range from a lower to a higher value and ')' were expected: H(0-29)");
            }
        }

        var hash = Hash(field, start);
        if (!Accept('/'))
        {
            var value = from + (int)(hash % (uint)(to - from + 1));
            return field.Bits(value, value, 1);
        }

        var (place, step) = (_at, Number("a step, such as H/15"));
        return step >= 1 && step <= to - from + 1
            ? field.Bits(from + (int)(hash % (uint)step), to, step)
            : throw Fault(place, _at - place, $"a step of H is here from 1 to {to - from + 1}");
    }

    /// <summary>FNV-1a: the same in every process and version, which string.GetHashCode is not.</summary>
    private uint Hash(CronField field, int start)
    {
        if (key is null)
        {
            throw Fault(start, 1, "H stands for a value that is made from the name of the schedule, and there is no name here");
        }

        var hash = 2166136261;
        foreach (var octet in Encoding.UTF8.GetBytes(field.Name + "/" + key))
        {
            hash = (hash ^ octet) * 16777619;
        }

        return hash ^ (hash >> 15);
    }

    private void LastDay(CronDays days)
    {
        if (AcceptLetter('W'))
        {
            days.IsLastWeekday = true;
        }
        else if (Accept('-'))
        {
            var (start, before) = (_at, Number("a number of days, such as L-3"));
            days.BeforeLast |= before is >= 1 and <= 30
                ? 1u << before
                : throw Fault(start, _at - start, "L-1 is the day before the last one, and L-30 the earliest");
        }
        else
        {
            days.BeforeLast |= 1;
        }
    }

    private void NthWeekday(CronDays days, int weekday)
    {
        if (!Accept('#'))
        {
            days.NthWeekdays |= 1L << (CronDays.LastShift + weekday);
            return;
        }

        var (start, nth) = (_at, Number("a number from 1 to 5, such as MON#2"));
        days.NthWeekdays |= nth is >= 1 and <= 5
            ? 1L << ((7 * (nth - 1)) + weekday)
            : throw Fault(start, _at - start, "a month has from 1 to 5 of each day of the week");
    }

    private int Value(CronField field)
    {
        var start = _at;
        if (_at < _end && char.IsAsciiLetter(text[_at]))
        {
            while (_at < _end && char.IsAsciiLetter(text[_at]) && _at - start < 3)
            {
                _at++;
            }

            var name = text[start.._at];
            var index = Array.FindIndex(field.Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
            return index >= 0 ? index + field.Min : throw Unknown(field, start);
        }

        var value = Number(field.Expected);
        return value >= field.Min && value <= field.Max ? value : throw Fault(start, _at - start, field.Expected);
    }

    private ScheduleFormatException Unknown(CronField field, int start)
    {
        while (_at < _end && char.IsAsciiLetter(text[_at]))
        {
            _at++;
        }

        var word = text[start.._at];
        return field == CronField.Weekday && word.StartsWith('L')
            ? Fault(start, _at - start, "say of which day of the week the last one is meant: FRIL or 5L")
            : Fault(start, _at - start, $"'{word}' is not known: {field.Expected}");
    }

    private int Number(string expected)
    {
        var start = _at;
        var value = 0;
        while (_at < _end && char.IsAsciiDigit(text[_at]))
        {
            value = Math.Min(1_000_000, (value * 10) + (text[_at++] - '0')); // Far out of every range, without an overflow.
        }

        return _at > start ? value : throw Fault(start, 1, _at < _end ? $"'{text[_at]}' was not expected: {expected}" : $"something is missing: {expected}");
    }

    private bool Accept(char c)
    {
        var isHere = _at < _end && text[_at] == c;
        _at += isHere ? 1 : 0;
        return isHere;
    }

    /// <summary>A letter that stands alone, in either case: not the beginning of a name.</summary>
    private bool AcceptLetter(char c)
    {
        var isHere = _at < _end && char.ToUpperInvariant(text[_at]) == c
            && (_at + 1 == _end || !char.IsAsciiLetter(text[_at + 1]) || (c == 'L' && char.ToUpperInvariant(text[_at + 1]) == 'W'));
        _at += isHere ? 1 : 0;
        return isHere;
    }

    private ScheduleFormatException Fault(int position, int length, string fault) =>
        new(text, position, length, char.ToUpperInvariant(fault[0]) + fault[1..] + (fault[^1] is '.' ? "" : "."));
}
