namespace Actors.Hocon.Tests.Conversion;

public class PeriodTests
{
    [Theory]
    [InlineData("3", 0, 3), InlineData("3d", 0, 3), InlineData("3 day", 0, 3), InlineData("3 days", 0, 3)]
    [InlineData("2w", 0, 14), InlineData("2 week", 0, 14), InlineData("2 weeks", 0, 14)]
    [InlineData("5m", 5, 0), InlineData("5mo", 5, 0), InlineData("5 month", 5, 0), InlineData("5 months", 5, 0)]
    [InlineData("1y", 12, 0), InlineData("1 year", 12, 0), InlineData("2 years", 24, 0), InlineData("-1y", -12, 0)]
    public void Every_unit_counts_days_or_months(string text, int months, int days) =>
        Snippet.Parse($"a = {text}").GetPeriod("a").ShouldBe(new HoconPeriod(months, days));

    [Theory]
    [InlineData("1.5y"), InlineData("3 h"), InlineData("y"), InlineData("infinite"), InlineData("9999999999y")]
    public void Anything_else_is_refused(string text) =>
        Should.Throw<HoconException>(() => Snippet.Parse($"a = {text}").GetPeriod("a"));

    [Fact]
    public void A_month_ends_with_the_month() =>
        new HoconPeriod(1, 0).After(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero)).Day.ShouldBe(28);
}
