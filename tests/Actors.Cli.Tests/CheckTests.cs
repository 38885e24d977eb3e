namespace Actors.Cli.Tests;

public sealed class CheckTests
{
    private const string Faulty =
        """
        actors {
          ask-timeuot = 3 s
          services.mailer {
            restart { max-restarts = many, backoff { min = 2 s, max = 1 s } }
          }
        }
        """;

    [Fact]
    public void A_good_file_is_fine()
    {
        using var folder = new Folder();
        var file = folder.Write("shop.conf", "actors { ask-timeout = 3 s, services.mailer.restart.max-restarts = 3 }\nshop.title = x");
        var ran = Tool.Run("config", "check", file);
        (ran.ExitCode, ran.Error).ShouldBe((0, ""));
        ran.Output.ShouldBe($"{file}: nothing is wrong. 2 keys of 'actors' in 1 file.");
    }

    [Theory]
    [InlineData("reference/actors.conf"), InlineData("reference/jobs.conf"), InlineData("reference/persistence.conf"), InlineData("reference/services.conf"), InlineData("reference/operations.conf")]
    [InlineData("policies/cron-like.conf"), InlineData("policies/crash-fast.conf"), InlineData("policies/database-consumer.conf")]
    [InlineData("policies/never-give-up.conf"), InlineData("policies/web-api-client.conf")]
    public void Nothing_is_wrong_with_the_files_that_we_ship(string file) => Tool.Run("config", "check", file).ExitCode.ShouldBe(0);

    [Fact]
    public void Every_fault_has_its_line_and_a_caret()
    {
        using var folder = new Folder();
        var file = folder.Write("shop.conf", Faulty);
        var ran = Tool.Run("config", "check", file);
        (ran.ExitCode, ran.Output).ShouldBe((1, ""));
        ran.Error.ReplaceLineEndings("\n").ShouldBe(
            $"""
            {file}:2:3: unknown key 'actors.ask-timeuot'
                2 |   ask-timeuot = 3 s
                  |   ^
                  = did you mean 'ask-timeout'?

            {file}:4:30: 'actors.services.mailer.restart.max-restarts = many' must be a whole number, or unlimited.
                4 |     restart {"{"} max-restarts = many, backoff {"{"} min = 2 s, max = 1 s {"} }"}
                  |                              ^

            {file}:4:63: 'actors.services.mailer.restart.backoff.max = 1 s' must be greater than or equal to 2 s.
                4 |     restart {"{"} max-restarts = many, backoff {"{"} min = 2 s, max = 1 s {"} }"}
                  |                                                               ^

            3 faults in {file}
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Faults_come_as_JSON_too()
    {
        using var folder = new Folder();
        var ran = Tool.Run("config", "check", folder.Write("shop.conf", Faulty), "--json");
        (ran.ExitCode, ran.Error).ShouldBe((1, ""));
        ran.Json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        var first = ran.Json.GetProperty("faults")[0];
        (first.GetProperty("line").GetInt32(), first.GetProperty("column").GetInt32()).ShouldBe((2, 3));
        first.GetProperty("message").GetString().ShouldBe("unknown key 'actors.ask-timeuot'");
        first.GetProperty("expected").GetString().ShouldBe("did you mean 'ask-timeout'?");
        first.GetProperty("sourceLine").GetString().ShouldBe("  ask-timeuot = 3 s");
    }

    [Fact]
    public void Faults_of_the_syntax_and_of_substitutions_are_found_as_well()
    {
        using var folder = new Folder();
        var syntax = Tool.Run("config", "check", folder.Write("a.conf", "a = 1,,\nb = @\nc = [1\n"), "--json");
        syntax.ExitCode.ShouldBe(1);
        syntax.Json.GetProperty("faults").EnumerateArray().Select(fault => $"{fault.GetProperty("line")}:{fault.GetProperty("column")}").ShouldBe(["1:7", "2:5", "3:7"]);
        Tool.Run("config", "check", folder.Write("b.conf", "a = ${b}")).Error.ShouldContain("'b' is not set anywhere");
        Tool.Run("config", "check", folder.Write("c.conf", "a = 1, A = 2")).Error.ShouldContain("differ only by case");
        Tool.Run("config", "check", folder.Write("d.conf", "[1]")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public void A_fault_in_an_included_file_names_that_file()
    {
        using var folder = new Folder();
        var policy = folder.Write("patient.conf", "policies.patient.restart.max-restart = 3");
        var ran = Tool.Run("config", "check", folder.Write("shop.conf", "include \"patient.conf\"\nactors.services.mailer = ${policies.patient}"), "--json");
        ran.ExitCode.ShouldBe(1);
        ran.Json.GetProperty("faults")[0].GetProperty("file").GetString().ShouldBe(policy);
    }

    [Fact]
    public void A_missing_file_and_a_wrong_command_line_have_codes_of_their_own()
    {
        var missing = Tool.Run("config", "check", "no-such-file.conf");
        (missing.ExitCode, missing.Error).ShouldBe((3, "There is no file 'no-such-file.conf'."));
        Tool.Run("config", "check").ExitCode.ShouldBe(2);
        Tool.Run("config", "chek", "x").ExitCode.ShouldBe(2);
        Tool.Run("config", "check", "x", "--jsn").Error.ShouldContain("See 'actors config check --help'.");
        Tool.Run("--help").ExitCode.ShouldBe(0);
    }
}
