namespace Actors.Cli.Tests;

public sealed class SchedulesTests
{
    [Fact]
    public void A_schedule_is_explained_with_its_next_moments_across_a_change_of_clocks()
    {
        var ran = Tool.Run("schedules", "next", "30 1 * * * Europe/London", "--from", "2026-10-24T12:00Z", "--count", "2");
        (ran.ExitCode, ran.Error).ShouldBe((0, ""));
        ran.Output.ReplaceLineEndings("\n").ShouldBe(
            """
            at 01:30 every day, Europe/London
              Sun 2026-10-25 01:30:00 +01:00   2026-10-25 00:30:00Z
              Mon 2026-10-26 01:30:00 +00:00   2026-10-26 01:30:00Z
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_same_in_JSON()
    {
        var json = Tool.Run("schedules", "next", "H H * * *", "--name", "order-report", "--zone", "Europe/London", "--count", "3", "--json").Json;
        json.GetProperty("next").GetArrayLength().ShouldBe(3);
        json.GetProperty("zone").GetString().ShouldBe("Europe/London");
    }

    [Theory]
    [InlineData("@daily", "at 00:00 every day, UTC")]
    [InlineData("@every 30 s", "every 30 s")]
    public void A_name_of_cron_is_no_file_with_arguments(string schedule, string description)
    {
        var ran = Tool.Run("schedules", "next", schedule, "--count", "1");
        (ran.ExitCode, ran.Error).ShouldBe((0, ""));
        ran.Output.Split('\n')[0].TrimEnd().ShouldBe(description);
    }

    [Fact]
    public void A_fault_is_told_with_its_place()
    {
        var ran = Tool.Run("schedules", "next", "0 61 * * *");
        (ran.ExitCode, ran.Output).ShouldBe((1, ""));
        ran.Error.ReplaceLineEndings("\n").ShouldBe("Hours go from 0 to 23.\n  0 61 * * *\n    ^^");
    }
}
