namespace Actors.Hocon.Tests.Conversion;

public class DurationTests
{
    [Theory]
    [InlineData("ns", 0.000001), InlineData("nano", 0.000001), InlineData("nanos", 0.000001)]
    [InlineData("nanosecond", 0.000001), InlineData("nanoseconds", 0.000001)]
    [InlineData("us", 0.001), InlineData("micro", 0.001), InlineData("micros", 0.001)]
    [InlineData("microsecond", 0.001), InlineData("microseconds", 0.001)]
    [InlineData("", 1), InlineData("ms", 1), InlineData("milli", 1), InlineData("millis", 1)]
    [InlineData("millisecond", 1), InlineData("milliseconds", 1)]
    [InlineData("s", 1e3), InlineData("second", 1e3), InlineData("seconds", 1e3)]
    [InlineData("m", 60e3), InlineData("minute", 60e3), InlineData("minutes", 60e3)]
    [InlineData("h", 3600e3), InlineData("hour", 3600e3), InlineData("hours", 3600e3)]
    [InlineData("d", 86400e3), InlineData("day", 86400e3), InlineData("days", 86400e3)]
    public void Every_unit_has_its_length(string unit, double milliseconds)
    {
        var expected = TimeSpan.FromTicks((long)(5_000m * (decimal)milliseconds * TimeSpan.TicksPerMillisecond));
        Snippet.Parse($"a = 5000{unit}").GetDuration("a").ShouldBe(expected);
        Snippet.Parse($"a = 5000 {unit}").GetDuration("a").ShouldBe(expected);
        Snippet.Parse($"a = \"  5000   {unit}  \"").GetDuration("a").ShouldBe(expected);
    }

    [Theory]
    [InlineData("1.5 hours", 5_400_000), InlineData("0.5s", 500), InlineData("1e3", 1_000), InlineData("1e3 s", 1_000_000)]
    [InlineData("2.5e-1s", 250), InlineData("-3s", -3_000), InlineData("0", 0), InlineData(".5s", 500), InlineData("+2s", 2_000)]
    public void Fractions_exponents_and_signs_count(string text, long milliseconds) =>
        HoconDuration.Parse(text).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void Infinite_is_a_duration() => Snippet.Parse("a = infinite").GetDuration("a").ShouldBe(Timeout.InfiniteTimeSpan);

    [Theory]
    [InlineData("5 S"), InlineData("5 sec"), InlineData("s"), InlineData(""), InlineData(" "), InlineData("5 s s"), InlineData("1.s")]
    [InlineData("."), InlineData("-"), InlineData("5s5"), InlineData("0x5s"), InlineData("5,0s"), InlineData("99999999999999 d"), InlineData("1e99 s")]
    [InlineData("Infinite"), InlineData("NaN"), InlineData("--5s"), InlineData("1e"), InlineData("five s"), InlineData("٥s")]
    public void Anything_else_is_refused(string text)
    {
        HoconDuration.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<HoconException>(() => Snippet.Parse($"a = \"{text}\"").GetDuration("a"));
    }

    [Fact]
    public void The_runtimes_marker_for_infinite_cannot_be_written_by_accident() => HoconDuration.TryParse("-1", out _).ShouldBeFalse();

    [Fact]
    public void A_wrong_unit_is_named_with_the_nearest_and_its_place()
    {
        var error = Should.Throw<HoconException>(() => Snippet.Parse("a {\n  b = 5 secons\n}").GetDuration("a.b")).Errors[0];
        (error.Line, error.Column).ShouldBe((2, 7));
        error.Expected.ShouldNotBeNull().ShouldEndWith("the unit 'secons' is unknown, did you mean 'second'?");
    }
}
