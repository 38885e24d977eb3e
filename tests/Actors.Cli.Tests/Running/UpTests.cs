namespace Actors.Cli.Tests.Running;

/// <summary>The built tool runs programs that a file declares: real processes, real signals.</summary>
public sealed class UpTests : IAsyncDisposable
{
    private const string Loop = """sh -c "echo pid $$; while :; do sleep 0.05; done" """;
    private readonly Crew _crew = new();

    [Fact]
    public async Task It_runs_what_the_file_declares_and_ends_with_0_and_without_remains_on_SIGTERM()
    {
        var up = await _crew.UpAsync($$"""actors.processes { loop { command = {{Quote(Loop)}} }, tree { command = ["sh", "-c", "sleep 1000 & echo child $!; wait"] } }""");
        var status = await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status");
        status.Output.ShouldStartWith($"process {up.Process.Id} ('crew'): 2 services: 2 ready");

        var tail = await _crew.RunUntilAsync(ran => ran.Output.Contains("pid ") && ran.Output.Contains("child "), "tail");
        int[] processes = [NumberAfter(tail.Output, "pid "), NumberAfter(tail.Output, "child ")];
        processes.ShouldAllBe(process => Crew.IsAlive(process));

        (await up.StopAsync()).ShouldBe(0, up.Output);
        processes.ShouldAllBe(process => !Crew.IsAlive(process));
        up.Output.ShouldContain("Actor system crew has stopped");
        (await _crew.RunAsync("status")).ExitCode.ShouldBe(7);
    }

    [Fact]
    public async Task A_program_that_crashes_is_restarted_and_told_first()
    {
        await _crew.UpAsync(
            $$"""
            actors.processes {
              loop { command = {{Quote(Loop)}} }
              crashing { command = ["sh", "-c", "echo about to crash; exit 3"], restart { max-restarts = 2, backoff { min = 1 ms, max = 1 ms } } }
            }
            """);

        var status = await _crew.RunUntilAsync(ran => ran.Output.Contains("1 failed"), "status");
        status.ExitCode.ShouldBe(5);
        var lines = status.Output.Split('\n');
        lines[0].ShouldEndWith("2 services: 1 ready, 1 failed (crashing)");
        lines[1].ShouldStartWith("! crashing  Failed ");
        status.Output.ShouldContain("max-restarts = 2 is used up");
        status.Output.ShouldContain("It stays down until: actors start crashing. More about it: actors incidents crashing");
        (await _crew.RunAsync("status", "loop")).ExitCode.ShouldBe(0);

        var json = await _crew.RunAsync("status", "--json");
        json.ExitCode.ShouldBe(5);
        json.Json.GetProperty("outcome").GetString().ShouldBe("incomplete");
        json.Json.GetProperty("services").GetArrayLength().ShouldBe(2);

        var incidents = await _crew.RunAsync("incidents", "crashing");
        incidents.ExitCode.ShouldBe(0);
        incidents.Output.Split('\n').Count(line => line.StartsWith("crashing  20", StringComparison.Ordinal)).ShouldBe(3);
        (await _crew.RunAsync("incidents", "crashing", "-n", "1", "--json")).Json.GetProperty("incidents").GetArrayLength().ShouldBe(1);
        (await _crew.RunAsync("tail", "crashing", "-n", "2")).Output.Split('\n').ShouldAllBe(line => line.EndsWith("out about to crash"));
    }

    [Fact]
    public async Task Services_are_stopped_and_started_by_name_pattern_or_all()
    {
        await _crew.UpAsync($$"""actors.processes { worker { command = {{Quote(Loop)}}, instances = 3 }, other { command = {{Quote(Loop)}} } }""");
        await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status");

        var stopped = await _crew.RunAsync("stop", "worker-[12]", "worker-?");
        stopped.ExitCode.ShouldBe(6, "A pattern knows * and ? only.");
        stopped = await _crew.RunAsync("stop", "worker-1", "worker-2");
        stopped.ExitCode.ShouldBe(0);
        stopped.Output.ShouldStartWith("  worker-1  Stopped for ");
        var status = await _crew.RunAsync("status");
        status.ExitCode.ShouldBe(0);
        status.Output.ShouldContain("4 services: 2 ready, 2 stopped");

        (await _crew.RunAsync("start", "worker-*")).ExitCode.ShouldBe(0);
        (await _crew.RunAsync("restart", "--all")).Output.Split('\n').Length.ShouldBe(4);
        (await _crew.RunAsync("status")).Output.ShouldContain("4 services: 4 ready");

        var unknown = await _crew.RunAsync("stop", "othr");
        (unknown.ExitCode, unknown.Output).ShouldBe((6, ""));
        unknown.Errors.ShouldStartWith("There is no service 'othr'. Did you mean 'other'?");
        (await _crew.RunAsync("stop", "othr", "--json")).Json.GetProperty("outcome").GetString().ShouldBe("unknown-service");
        (await _crew.RunAsync("stop")).ExitCode.ShouldBe(2);
        (await _crew.RunAsync("stop", "other", "--all")).Errors.ShouldStartWith("Say which services to stop: names, patterns such as 'worker-*', or --all.");
        (await _crew.RunAsync("tail", "--lines", "0")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Shutdown_ends_the_program_with_0_and_waits_for_its_end()
    {
        var up = await _crew.UpAsync($$"""actors.processes.loop.command = {{Quote(Loop)}}""");

        var shutdown = await _crew.RunAsync("shutdown");

        shutdown.ExitCode.ShouldBe(0);
        shutdown.Output.ShouldStartWith($"process {up.Process.Id} ('crew') is stopping");
        (await up.ExitAsync()).ShouldBe(0, up.Output);
        Directory.GetFiles(Folder("actors"), "*.sock").ShouldBeEmpty();
        var nobody = await _crew.RunAsync("status");
        nobody.ExitCode.ShouldBe(7);
        nobody.Errors.ShouldStartWith("No program answers to this user.");
        nobody.Errors.ShouldContain(Folder("actors"));
        (await _crew.RunAsync("status", "--json")).Json.GetProperty("outcome").GetString().ShouldBe("nobody-answers");
    }

    [Fact]
    public async Task Of_several_programs_one_is_named()
    {
        await _crew.UpAsync($$"""actors.processes.loop.command = {{Quote(Loop)}}""", "one.conf");
        var two = await _crew.UpAsync($$"""actors { processes.loop.command = {{Quote(Loop)}}, management.socket = here.sock }""", "two.conf");

        var unclear = await _crew.RunAsync("status");
        unclear.ExitCode.ShouldBe(2);
        unclear.Errors.ShouldStartWith("Several programs run. Say which with --socket: ");
        (await _crew.RunAsync("status", "--socket", "one")).Output.ShouldContain("('one')");
        (await _crew.RunAsync("status", "--socket", "here")).Output.ShouldContain("('two')");
        (await _crew.RunAsync("status", "--socket", Path.Combine(_crew.Folder, "here.sock"))).Output.ShouldContain("('two')");
        var wrong = await _crew.RunAsync("status", "--socket", "three");
        wrong.ExitCode.ShouldBe(7);
        wrong.Errors.ShouldStartWith("No program named 'three' answers. Those that do: ");

        var second = await _crew.RunAsync("up", _crew.Write("actors.management.socket = here.sock", "third.conf"));
        second.ExitCode.ShouldBe(69);
        second.Errors.ShouldContain($"is in use by process {two.Process.Id} ('two'). End that one, or give this one a socket of its own");
    }

    [Theory]
    [InlineData("actors.processes.web { comand = x }", "unknown key 'actors.processes.web.comand'")]
    [InlineData("actors.processes.web {}\nactors.processes.web.command = [", "^")]
    [InlineData("actors.services.web.autostart = on", "there is no service 'web'")]
    public async Task Settings_that_cannot_be_used_are_told_in_words_with_78(string settings, string words)
    {
        var ran = await _crew.RunAsync("up", _crew.Write(settings));

        ran.ExitCode.ShouldBe(78, ran.Errors);
        ran.Errors.ShouldContain("crew.conf:");
        ran.Errors.ShouldContain(words);
        ran.Errors.ShouldNotContain("   at ");
        ran.Output.ShouldBe("");
    }

    [Fact]
    public async Task A_file_that_is_missing_is_78()
    {
        var ran = await _crew.RunAsync("up", "none.conf");

        (ran.ExitCode, ran.Errors).ShouldBe((78, "There is no file 'none.conf'."));
        (await _crew.RunAsync("up")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_program_that_ignores_its_signal_is_killed_within_its_limit()
    {
        var up = await _crew.UpAsync("""actors.processes.deaf { command = ["sh", "-c", "trap '' TERM; echo deaf $$; while :; do sleep 0.05; done"], stop-timeout = 200 ms }""");
        var tail = await _crew.RunUntilAsync(ran => ran.Output.Contains("deaf "), "tail");

        (await up.StopAsync()).ShouldBe(0, up.Output);
        Crew.IsAlive(NumberAfter(tail.Output, "deaf ")).ShouldBeFalse();
    }

    [Fact]
    public async Task SIGTERM_under_load_ends_a_hundred_busy_programs_with_0_and_without_remains()
    {
        var up = await _crew.UpAsync(
            """
            actors.processes {
              printing { command = ["sh", "-c", "echo up; while :; do echo a line of some length; sleep 0.5; done"], instances = 60 }
              crashing { command = ["sh", "-c", "echo up; sleep 0.5; exit 1"], instances = 10, restart.backoff { min = 100 ms, max = 1 s } }
              tree { command = ["sh", "-c", "sleep 1000 & sleep 1000 & echo up; wait"], instances = 30 }
            }
            """);
        await _crew.RunUntilAsync(ran => ran.Output.Contains("100 services: "), "status");
        var children = Crew.Below(up.Process.Id);
        children.Count.ShouldBeGreaterThan(100);

        (await up.StopAsync()).ShouldBe(0, up.Output);
        await Crew.UntilAsync(() => !children.Any(Crew.IsAlive), "nothing remains");
        up.Output.ShouldContain("Actor system crew has stopped");
    }

    [Fact]
    public async Task Tail_goes_on_with_what_is_printed_until_the_program_ends()
    {
        var up = await _crew.UpAsync("""
            actors.processes {
              count { command = ["sh", "-c", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done"] }
              other { command = ["sh", "-c", "echo of another; sleep 1000"] }
            }
            """);
        await _crew.RunUntilAsync(ran => ran.Output.Contains("line 3"), "tail", "count");
        var following = _crew.RunAsync("tail", "-f", "count", "-n", "2");
        await _crew.RunUntilAsync(ran => ran.Output.Contains("line 30"), "tail", "count");
        (await up.StopAsync()).ShouldBe(0, up.Output);

        var tail = await following;
        tail.ExitCode.ShouldBe(7, "the program has ended");
        int[] numbers = [.. tail.Output.Split('\n').Select(line => NumberAfter(line, "line "))];
        numbers.Length.ShouldBeGreaterThan(2);
        numbers.ShouldBe(Enumerable.Range(numbers[0], numbers.Length), "nothing is left out, and nothing comes twice");
    }

    [Fact]
    public async Task A_program_that_hangs_is_told_from_one_that_is_gone()
    {
        var up = await _crew.UpAsync("""actors { processes.loop.command = "sleep 1000", management.socket = hanging.sock }""");
        up.Signal(19); // SIGSTOP
        try
        {
            var hanging = await _crew.RunAsync("status", "--socket", "./hanging.sock");
            hanging.ExitCode.ShouldBe(7);
            hanging.Errors.ShouldContain("runs, but has not answered within 10 s");
            (await _crew.RunAsync("status")).Errors.ShouldContain("runs, but has not answered within 10 s", Case.Sensitive, "It is found without its name, too.");
        }
        finally
        {
            up.Signal(18); // SIGCONT
        }

        (await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status")).Output.ShouldContain("1 ready");
    }

    [Fact]
    public async Task After_kill_9_the_next_up_replaces_the_socket_and_nothing_runs_twice()
    {
        const string Settings = """actors.processes.loop { command = ["sh", "-c", "echo loop $$; while :; do sleep 0.05; done"] }""";
        var killed = await _crew.UpAsync(Settings);
        var first = NumberAfter((await _crew.RunUntilAsync(ran => ran.Output.Contains("loop "), "tail")).Output, "loop ");
        killed.Process.Kill();
        await killed.ExitAsync();

        await _crew.UpAsync(Settings);
        var second = NumberAfter((await _crew.RunUntilAsync(ran => ran.Output.Contains("loop "), "tail")).Output, "loop ");

        second.ShouldNotBe(first);
        Crew.IsAlive(first).ShouldBeFalse();
        Crew.IsAlive(second).ShouldBeTrue();
    }

    public ValueTask DisposeAsync() => _crew.DisposeAsync();

    private static int NumberAfter(string text, string word) =>
        int.Parse(new string([.. text[(text.IndexOf(word, StringComparison.Ordinal) + word.Length)..].TakeWhile(char.IsAsciiDigit)]));

    private static string Quote(string command) => $"\"\"\"{command}\"\"\"";

    private string Folder(string name) => Path.Combine(_crew.Folder, name);
}
