using System.Globalization;
using Actors.Hocon;
using Actors.Jobs;

namespace Actors.Hosting.Settings;

/// <summary>One key of the configuration: how its text is read into an options class.</summary>
/// <typeparam name="TOptions">The options class, which owns the default.</typeparam>
/// <param name="Key">Below the section of the options.</param>
/// <param name="Type">What kind of value it is, in a word.</param>
/// <param name="Expected">What a value looks like.</param>
/// <param name="TrySet">Reads a text into the options; false when it is no such value.</param>
/// <param name="Get">The value as text.</param>
internal sealed record Setting<TOptions>(string Key, string Type, string Expected, Func<TOptions, string, bool> TrySet, Func<TOptions, string> Get)
{
    /// <summary>As <see cref="TrySet"/>, where the name of what is set matters: the last of the three. Null where it does not.</summary>
    public Func<TOptions, string, string, bool>? TrySetOf { get; init; }

    public static Setting<TOptions> Duration(string key, Func<TOptions, TimeSpan> get, Action<TOptions, TimeSpan> set) => new(
        key,
        "duration",
        "a duration such as 500 ms, 30 s, 5 minutes or infinite",
        (options, text) => Set(HoconDuration.TryParse(text, out var value), value, options, set),
        options => DurationText.Of(get(options)));

    public static Setting<TOptions> Int(string key, Func<TOptions, int> get, Action<TOptions, int> set) => new(
        key,
        "integer",
        "a whole number",
        (options, text) => Set(int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value), value, options, set),
        options => get(options).ToString(CultureInfo.InvariantCulture));

    /// <summary>A count that may be without limit.</summary>
    public static Setting<TOptions> Limit(string key, Func<TOptions, int> get, Action<TOptions, int> set) => new(
        key,
        "integer",
        "a whole number, or unlimited",
        (options, text) =>
        {
            if (text == "unlimited")
            {
                set(options, RestartOptions.Unlimited);
                return true;
            }

            return Set(int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value), value, options, set);
        },
        options => get(options) == RestartOptions.Unlimited ? "unlimited" : get(options).ToString(CultureInfo.InvariantCulture));

    /// <summary>So many in a time; unlimited is null.</summary>
    public static Setting<TOptions> Rate(string key, Func<TOptions, RateLimit?> get, Action<TOptions, RateLimit?> set) => new(
        key,
        "rate",
        "a rate such as \"100 per minute\" or \"100 per minute, burst 10\", or unlimited",
        (options, text) =>
        {
            if (text == "unlimited")
            {
                set(options, null);
                return true;
            }

            return Set(RateLimit.TryParse(text, out var value), value, options, (o, v) => set(o, v));
        },
        options => get(options)?.ToString() ?? "unlimited");

    public static Setting<TOptions> Number(string key, Func<TOptions, double> get, Action<TOptions, double> set) => new(
        key,
        "number",
        "a number",
        (options, text) => Set(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value), value, options, set),
        options => get(options).ToString(CultureInfo.InvariantCulture));

    /// <summary>A part of a whole; off is null.</summary>
    public static Setting<TOptions> Share(string key, Func<TOptions, double?> get, Action<TOptions, double?> set) => new(
        key,
        "share",
        "a share such as 0.5, or off",
        (options, text) =>
        {
            if (text is "off" or "false" or "no")
            {
                set(options, null); // Another format than HOCON writes its own word for it.
                return true;
            }

            return Set(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value), value, options, (o, v) => set(o, v));
        },
        options => get(options)?.ToString(CultureInfo.InvariantCulture) ?? "off");

    public static Setting<TOptions> Bytes(string key, Func<TOptions, long> get, Action<TOptions, long> set) => new(
        key,
        "size",
        "a size such as 64 KiB or 16 MiB",
        (options, text) => Set(HoconSize.TryParse(text, out long value), value, options, set),
        options => get(options).ToString(CultureInfo.InvariantCulture));

    public static Setting<TOptions> Flag(string key, Func<TOptions, bool> get, Action<TOptions, bool> set) => new(
        key,
        "flag",
        "on or off",
        (options, text) =>
        {
            switch (text.ToLowerInvariant())
            {
                case "on" or "true" or "yes":
                    set(options, true);
                    return true;
                case "off" or "false" or "no":
                    set(options, false);
                    return true;
                default:
                    return false;
            }
        },
        options => get(options) ? "on" : "off");

    /// <summary>Any text that is not empty.</summary>
    public static Setting<TOptions> Text(string key, string expected, Func<TOptions, string> get, Action<TOptions, string> set) => new(
        key, "text", expected, (options, text) => Set(text.Length > 0, text, options, set), get);

    /// <summary>A word of an enumeration, in lower case with hyphens.</summary>
    public static Setting<TOptions> Word<TEnum>(string key, Func<TOptions, TEnum> get, Action<TOptions, TEnum> set)
        where TEnum : struct, Enum => new(
        key,
        "word",
        "one of " + string.Join(", ", Enum.GetNames<TEnum>().Select(SettingName.Hyphenate)),
        (options, text) => Set(
            Enum.TryParse<TEnum>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value),
            value,
            options,
            set),
        options => SettingName.Hyphenate(get(options).ToString()));

    /// <summary>A schedule, in which <c>H</c> is made from the name of the section. When it cannot be read, the exception says where and why.</summary>
    public static Setting<TOptions> Moments(string key, Func<TOptions, Schedule?> get, Action<TOptions, Schedule?> set) => new(
        key,
        "schedule",
        "a schedule such as \"daily at 08:00 Europe/London\", or none",
        (options, text) =>
        {
            set(options, text == "none" ? null : Schedule.Parse(text));
            return true;
        },
        options => get(options)?.ToString() ?? "none")
    {
        TrySetOf = (options, text, name) =>
        {
            set(options, text == "none" ? null : Schedule.Parse(text, key: name));
            return true;
        },
    };

    /// <summary>The type of <see cref="Words"/>, whose elements stand below the key.</summary>
    public const string ListType = "list";

    /// <summary>A list of names, as a list or as one text with commas.</summary>
    public static Setting<TOptions> Words(string key, Func<TOptions, IReadOnlyList<string>> get, Action<TOptions, IReadOnlyList<string>> set) => new(
        key,
        ListType,
        "a list of names such as [db, cache]",
        (options, text) => Set(true, text.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), options, (o, v) => set(o, v)),
        options => $"[{string.Join(", ", get(options))}]");

    /// <summary>Any text; <c>none</c> takes it away.</summary>
    public static Setting<TOptions> Text(string key, Func<TOptions, string?> get, Action<TOptions, string?> set) => new(
        key,
        "text",
        "a text, or none",
        (options, text) => Set(true, text == "none" ? null : text, options, set),
        options => get(options) ?? "none");

    /// <summary>A moment; none is null.</summary>
    public static Setting<TOptions> Moment(string key, Func<TOptions, DateTimeOffset?> get, Action<TOptions, DateTimeOffset?> set) => new(
        key,
        "moment",
        "a moment with its offset such as 2027-01-31T18:00:00Z, or none",
        (options, text) =>
        {
            if (text == "none")
            {
                set(options, null);
                return true;
            }

            // Without an offset it would be a moment of the zone of the machine.
            return DateTimeOffset.TryParseExact(
                    text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var value)
                && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
                && Set(true, value, options, (o, v) => set(o, v));
        },
        options => get(options)?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "none");

    /// <summary>The same setting of an options object that another holds.</summary>
    public Setting<TOuter> Of<TOuter>(Func<TOuter, TOptions> inner) => new(
        Key, Type, Expected, (options, text) => TrySet(inner(options), text), options => Get(inner(options)))
    {
        TrySetOf = TrySetOf is { } trySet ? (options, text, name) => trySet(inner(options), text, name) : null,
    };

    /// <summary>The same setting of an options object within another.</summary>
    public Setting<TOuter> Within<TOuter>(string prefix, Func<TOuter, TOptions> inner) => new(
        prefix + "." + Key, Type, Expected, (options, text) => TrySet(inner(options), text), options => Get(inner(options)))
    {
        TrySetOf = TrySetOf is { } trySet ? (options, text, name) => trySet(inner(options), text, name) : null,
    };

    private static bool Set<TValue>(bool isRead, TValue value, TOptions options, Action<TOptions, TValue> set)
    {
        if (isRead)
        {
            set(options, value);
        }

        return isRead;
    }
}
