namespace Actors.Cli.Tests;

public sealed class ExplainTests
{
    private const string Path = "actors.services.mailer.restart.max-restarts";

    [Fact]
    public void A_key_is_told_with_its_value_its_origin_what_it_overrode_its_unit_and_its_meaning()
    {
        using var folder = new Folder();
        var policy = folder.Write("patient.conf", "policies.patient.restart {\n  max-restarts = 3\n  window = 1 m\n}");
        var file = folder.Write("shop.conf", "include \"patient.conf\"\nactors.services.mailer = ${policies.patient}\nactors.services.mailer.restart.max-restarts = 9\n");
        var ran = Tool.Run("config", "explain", Path, file);
        (ran.ExitCode, ran.Error).ShouldBe((0, ""));
        ran.Output.ReplaceLineEndings("\n").ShouldBe(
            $"""
            {Path} = 9
              set at     {file}:3:47    actors.services.mailer.restart.max-restarts = 9
              overrides  {policy}:2:18    max-restarts = 3
              type       integer
              value      a whole number, or unlimited
              default    unlimited
              a change   applies while the program runs

            Restarts allowed within the window; the failure after them is the end. 0 allows none. unlimited never ends.
            """.ReplaceLineEndings("\n"));

        var json = Tool.Run("config", "explain", Path, file, "--json").Json;
        json.GetProperty("value").GetString().ShouldBe("9");
        json.GetProperty("origin").GetProperty("line").GetInt32().ShouldBe(3);
        json.GetProperty("overridden")[0].GetProperty("file").GetString().ShouldBe(policy);
        json.GetProperty("setting").GetProperty("default").GetString().ShouldBe("unlimited");
    }

    [Fact]
    public void A_duration_has_its_unit()
    {
        var ran = Tool.Run("config", "explain", "actors.ask-timeout");
        ran.Output.ShouldContain("actors.ask-timeout = 5 s");
        ran.Output.ShouldContain("duration; a bare number is ms");
        ran.Output.ShouldContain("applies at the next start");
        Tool.Run("config", "explain", "actors.ask-timeout", "--json").Json.GetProperty("setting").GetProperty("unit").GetString().ShouldBe("ms");
    }

    [Fact]
    public void A_key_that_the_file_leaves_out_has_its_default()
    {
        using var folder = new Folder();
        var ran = Tool.Run("config", "explain", Path, folder.Write("shop.conf", "x = 1"));
        ran.ExitCode.ShouldBe(0);
        ran.Output.ShouldContain("this is the default");
        ran.Output.ShouldStartWith($"{Path} = unlimited");
    }

    [Fact]
    public void A_value_that_is_the_application_s_own_is_told_too()
    {
        using var folder = new Folder();
        var ran = Tool.Run("config", "explain", "shop.title", folder.Write("shop.conf", "title = Corner shop\nshop.title = ${title}"));
        ran.ExitCode.ShouldBe(0);
        ran.Output.ShouldContain("shop.title = \"Corner shop\"");
        ran.Output.ShouldContain("shop.conf:2:14    shop.title = ${title}");
        ran.Output.ShouldContain("shop.conf:1:9    title = Corner shop");
    }

    [Fact]
    public void A_section_is_told_with_its_members()
    {
        Tool.Run("config", "explain", "actors.dead-letters").Output.ShouldContain("actors.dead-letters.capacity = 1000");
        using var folder = new Folder();
        Tool.Run("config", "explain", "shop", folder.Write("shop.conf", "shop { a = 1, b { c = yes } }")).Output.ShouldContain("b.c = \"yes\"");
    }

    [Fact]
    public void The_spelling_of_appsettings_finds_the_same()
    {
        using var folder = new Folder();
        var ran = Tool.Run("config", "explain", Path, folder.Write("shop.json", "{ \"Actors\": { \"Services\": { \"mailer\": { \"Restart\": { \"MaxRestarts\": 9 } } } } }"), "--json");
        ran.Json.GetProperty("value").GetString().ShouldBe("9");
        ran.Json.GetProperty("setting").GetProperty("path").GetString().ShouldBe("actors.services.NAME.restart.max-restarts");
    }

    [Fact]
    public void A_path_that_nobody_knows_is_an_answer_of_its_own()
    {
        var ran = Tool.Run("config", "explain", "actors.services.mailer.restart.max-restart");
        ran.ExitCode.ShouldBe(4);
        ran.Error.ShouldBe("Nobody knows 'actors.services.mailer.restart.max-restart'. Did you mean 'actors.services.mailer.restart.max-restarts'?");
        Tool.Run("config", "explain", "a..b").ExitCode.ShouldBe(2);
        Tool.Run("config", "explain", "a", "no-such-file.conf").ExitCode.ShouldBe(3);
    }
}
