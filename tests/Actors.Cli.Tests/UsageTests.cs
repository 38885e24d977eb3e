namespace Actors.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("There is no command 'actors jobs pasue'. There are: status, search, ", "jobs", "pasue", "mails")]
    [InlineData("There is no command 'actors stats'. There are: up, status, ", "stats")]
    [InlineData("Say what to do: 'actors config' has check, explain, ", "config")]
    [InlineData("Say what to do: 'actors' has up, status, ")]
    public void A_command_that_is_none_is_answered_with_those_that_there_are(string answer, params string[] typed)
    {
        var ran = Tool.Run(typed);
        (ran.ExitCode, ran.Output).ShouldBe((2, ""));
        ran.Error.ShouldStartWith(answer);
        ran.Error.Split('\n').Length.ShouldBe(2);
    }
}
