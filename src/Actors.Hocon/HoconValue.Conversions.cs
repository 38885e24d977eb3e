using System.Globalization;
using System.Numerics;
using Actors.Hocon.Conversion;

namespace Actors.Hocon;

public abstract partial class HoconValue
{
    /// <summary>Whether this is the word <c>null</c>, which converts to nothing else.</summary>
    public bool IsNull => Kind == HoconValueKind.Null;

    /// <summary>The text of a string, number or boolean, as written.</summary>
    /// <exception cref="HoconException">It is null, a list or an object.</exception>
    public string GetString() => Convert<string>(static (text, out value) => (value = text) is not null, "a string");

    /// <summary><c>true yes on</c> or <c>false no off</c>, in lower case.</summary>
    /// <exception cref="HoconException">It is something else.</exception>
    public bool GetBoolean() => Convert<bool>(HoconBoolean.TryParse, HoconBoolean.Expected);

    /// <summary>A whole number; <c>5.0</c> and <c>1e3</c> count.</summary>
    /// <exception cref="HoconException">It is something else, or does not fit.</exception>
    public int GetInt32() => Convert<int>(Numbers.TryParse, $"a whole number from {int.MinValue} to {int.MaxValue}");

    /// <summary>A whole number; <c>5.0</c> and <c>1e3</c> count.</summary>
    /// <exception cref="HoconException">It is something else, or does not fit.</exception>
    public long GetInt64() => Convert<long>(Numbers.TryParse, $"a whole number from {long.MinValue} to {long.MaxValue}");

    /// <summary>A number.</summary>
    /// <exception cref="HoconException">It is something else.</exception>
    public double GetDouble() => Convert<double>(Numbers.TryParse, "a number such as 42, 0.5 or 1e-3");

    /// <summary>A number, exactly as written.</summary>
    /// <exception cref="HoconException">It is something else, or does not fit.</exception>
    public decimal GetDecimal() => Convert<decimal>(Numbers.TryParse, "a number such as 42, 0.5 or 1e-3");

    /// <summary>A duration such as <c>500ms</c>, <c>30 s</c>, <c>2 hours</c> or <c>infinite</c>; a bare number is
    /// milliseconds.</summary>
    /// <returns><see cref="Timeout.InfiniteTimeSpan"/> for <c>infinite</c>. Below 100 ns it is rounded.</returns>
    /// <exception cref="HoconException">It is something else, or does not fit.</exception>
    public TimeSpan GetDuration() => Convert<TimeSpan>(HoconDuration.TryParse, HoconDuration.Expected, HoconDuration.Units);

    /// <summary>A period of the calendar such as <c>3 days</c>, <c>2w</c>, <c>6 months</c> or <c>1y</c>; a bare number is
    /// days.</summary>
    /// <exception cref="HoconException">It is something else, or does not fit.</exception>
    public HoconPeriod GetPeriod() => Convert<HoconPeriod>(HoconPeriod.TryParse, HoconPeriod.Expected, HoconPeriod.Units);

    /// <summary>A size in bytes such as <c>512</c>, <c>64 KiB</c> (1024 each), <c>10 MB</c> (1000 each) or <c>1G</c>
    /// (1024 each).</summary>
    /// <exception cref="HoconException">It is something else, or does not fit in 64 bits.</exception>
    public long GetSize() => Convert<long>(HoconSize.TryParse, HoconSize.Expected, HoconSize.Units);

    /// <summary>A size in bytes that may be as large as <c>1000 YiB</c>.</summary>
    /// <exception cref="HoconException">It is something else.</exception>
    public BigInteger GetLargeSize() => Convert<BigInteger>(HoconSize.TryParse, HoconSize.Expected, HoconSize.Units);

    /// <summary>The elements of a list. An object with numeric keys counts as one: its values in the order of those keys;
    /// gaps close and other keys are ignored.</summary>
    /// <exception cref="HoconException">It is something else.</exception>
    public IReadOnlyList<HoconValue> GetList()
    {
        if (this is HoconArray items)
        {
            return items;
        }

        if (this is HoconObject fields && Resolution.NumericKeys.InOrder(fields.Keys).ToList() is { Count: > 0 } keys)
        {
            return keys.ConvertAll(key => fields[key]);
        }

        throw Mismatch("a list, or an object with numeric keys");
    }

    /// <summary>The value as an object.</summary>
    /// <exception cref="HoconException">It is something else.</exception>
    public HoconObject GetObject() => this as HoconObject ?? throw Mismatch("an object");

    private T Convert<T>(TryConvert<T> convert, string expected, IReadOnlyCollection<string>? units = null)
    {
        if (this is HoconScalar { IsNull: false } scalar)
        {
            if (convert(scalar.Text, out var value))
            {
                return value;
            }

            throw Mismatch(UnitText.Suggest(scalar.Text, units) is { } hint ? $"{expected}; {hint}" : expected);
        }

        throw Mismatch(expected);
    }

    private HoconException Mismatch(string expected)
    {
        var found = this switch
        {
            HoconScalar { IsNull: false } scalar => string.Create(
                CultureInfo.InvariantCulture, $"The {Kind.ToString().ToLowerInvariant()} '{scalar.Text}' does not fit."),
            HoconScalar => "The value is null.",
            HoconArray => "The value is a list.",
            _ => "The value is an object.",
        };
        return new HoconException(new HoconError(Origin, found, expected));
    }

    private delegate bool TryConvert<T>(string text, out T value);
}
