namespace Actors.Cli.Tests;

/// <summary>What a policy does, told by the kernel's own code; and with it, that the policies that we ship do what their comments say.</summary>
public sealed class WhyTests
{
    [Fact]
    public void Restarts_and_the_end_are_told_with_their_times()
    {
        var ran = Tool.Run("config", "why", "policies/crash-fast.conf", "--failures", "0 s, 10 s, 20 s, 30 s");
        (ran.ExitCode, ran.Error).ShouldBe((0, ""));
        ran.Output.ReplaceLineEndings("\n").ShouldBe(
            """
            policies.crash-fast (policies/crash-fast.conf:7:1)

              fails at       after running  what follows
              0 s            0 s            restart 1 after 100 ms, at 100 ms (max-restarts = 2 within 1 min)
              10 s           9.9 s          restart 2 after 200 ms, at 10.2 s (max-restarts = 2 within 1 min)
              20 s           9.8 s          it gives up: max-restarts = 2 within 1 min is used up; it escalates: the actor system ends, and the host with it
              30 s           -              nothing: it has given up and does not run

            It gives up at 20 s.
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Three_failures_in_more_than_a_minute_are_forgiven_by_crash_fast()
    {
        var json = Why("crash-fast", "--failures", "0 s, 30 s, 65 s");
        json.Actions.ShouldBe(["restart", "restart", "restart"]);
    }

    [Fact]
    public void A_web_api_client_backs_off_to_30_seconds_and_never_ends() =>
        Why("web-api-client", "--runs", "0,0,0,0,0,0,0,0").Delays.ShouldBe([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);

    [Fact]
    public void Two_minutes_of_health_forgive_a_web_api_client() =>
        Why("web-api-client", "--runs", "0,0,0,2m,0").Delays.ShouldBe([500, 1000, 2000, 500, 1000]);

    [Fact]
    public void A_database_consumer_goes_over_to_one_try_in_two_minutes()
    {
        var why = Why("database-consumer", "--runs", string.Join(',', Enumerable.Repeat("0", 12)));
        why.Delays.ShouldBe([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000, 60000, 120000, 120000]);
        why.Actions[9..].ShouldBe(["restart", "slow-retry", "slow-retry"]);
    }

    [Fact]
    public void Never_give_up_comes_back_within_5_seconds() =>
        Why("never-give-up").Delays.ShouldBe([200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 5000]);

    [Fact]
    public void What_is_like_cron_goes_on() => Why("cron-like").Actions.ShouldAllBe(action => action == "go-on");

    [Fact]
    public void A_seed_draws_the_delays_within_their_share_of_chance()
    {
        var drawn = Why("web-api-client", "--seed", "7").Delays;
        drawn.ShouldBe(Why("web-api-client", "--seed", "7").Delays);
        drawn.Zip(new double[] { 500, 1000, 2000, 4000 }).ShouldAllBe(pair => pair.First >= pair.Second / 2 && pair.First <= pair.Second);
        drawn[0].ShouldNotBe(500);
    }

    [Fact]
    public void A_failure_while_it_waits_cannot_be() => Why("web-api-client", "--failures", "0 s, 100 ms, 1 s").Actions.ShouldBe(["restart", "not-running", "restart"]);

    [Fact]
    public void The_times_may_stand_in_the_file_beside_the_policy()
    {
        using var folder = new Folder();
        var file = folder.Write("case.conf", "policy { restart-type = temporary }\nfailures = [3 s, 5 s]");
        var json = Tool.Run("config", "why", file, "--json").Json;
        json.GetProperty("policy").GetString().ShouldBe("policy");
        json.GetProperty("givesUpAtMs").GetDouble().ShouldBe(3000);
        json.GetProperty("steps")[0].GetProperty("reason").GetString().ShouldBe("restart-type = temporary: no restart; it is Failed until it is told to start");
    }

    [Fact]
    public void Which_policy_must_be_clear()
    {
        using var folder = new Folder();
        var file = folder.Write("two.conf", "actors.services { a {}, b.restart.max-restarts = 0 }");
        var unclear = Tool.Run("config", "why", file);
        (unclear.ExitCode, unclear.Error).ShouldBe((2, "Say which policy, with --policy. The file has actors.services.a, actors.services.b."));
        Tool.Run("config", "why", file, "--policy", "actors.services.c").Error.ShouldContain("There is no policy 'actors.services.c'.");
        Tool.Run("config", "why", file, "--policy", "actors.services.b").Output.ShouldContain("It gives up at 0 s.");
    }

    [Fact]
    public void Faults_of_the_policy_and_of_the_times_are_told()
    {
        using var folder = new Folder();
        var fault = Tool.Run("config", "why", folder.Write("a.conf", "policy.restart.max-restart = 3"));
        fault.ExitCode.ShouldBe(1);
        fault.Error.ShouldContain("did you mean 'max-restarts'?");
        Tool.Run("config", "why", "policies/crash-fast.conf", "--failures", "soon").ExitCode.ShouldBe(2);
        Tool.Run("config", "why", "policies/crash-fast.conf", "--failures", "1", "--runs", "1").ExitCode.ShouldBe(2);
        Tool.Run("config", "why", "no-such-file.conf").ExitCode.ShouldBe(3);
    }

    private static (string[] Actions, double[] Delays) Why(string policy, params string[] options)
    {
        var ran = Tool.Run(["config", "why", $"policies/{policy}.conf", "--json", .. options]);
        ran.ExitCode.ShouldBe(0, ran.Output + ran.Error);
        var steps = ran.Json.GetProperty("steps").EnumerateArray().ToList();
        return (
            [.. steps.Select(step => step.GetProperty("action").GetString() ?? "")],
            [.. steps.Where(step => step.TryGetProperty("delayMs", out _)).Select(step => step.GetProperty("delayMs").GetDouble())]);
    }
}
