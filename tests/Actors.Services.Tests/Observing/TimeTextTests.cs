using Actors.Services.Running;

namespace Actors.Services.Tests.Observing;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.25, "250 ms")]
    [InlineData(0.9996, "1 s")]
    [InlineData(1.94, "1.9 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(125, "2 min 5 s")]
    [InlineData(12_000, "3 h 20 min")]
    [InlineData(352_800, "4 d 2 h")]
    [InlineData(-5, "-5 s")]
    public void Times_are_written_as_people_read_them(double seconds, string text) => TimeText.Of(TimeSpan.FromSeconds(seconds)).ShouldBe(text);
}
