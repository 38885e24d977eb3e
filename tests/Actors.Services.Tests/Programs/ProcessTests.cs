using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests.Programs;

/// <summary>Real programs under supervision, with real signals.</summary>
public sealed class ProcessTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("programs-").FullName;
    private readonly LinesLog _log = new();
    private readonly ActorSystem _system;

    public ProcessTests() => _system = ActorSystem.Create("programs", new ActorSystemOptions { LoggerFactory = _log });

    public async ValueTask DisposeAsync()
    {
        await _system.TerminateAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_program_that_crashes_is_started_again_and_its_last_words_are_told()
    {
        var services = Start(Shell("crasher", "echo $$ >> pids; echo no database >&2; exit 3", Quickly()));

        await UntilAsync(() => Lines("pids").Length >= 3);

        var incident = (await services.GetIncidentsAsync("crasher"))[0];
        incident.ExceptionType.ShouldBe(typeof(ProcessExitedException).FullName);
        incident.Message.ShouldBe("sh exited with code 3. Its last words: no database");
        Lines("pids").Distinct().Count().ShouldBe(Lines("pids").Length);
    }

    [Fact]
    public async Task A_program_that_exits_with_0_has_completed()
    {
        var services = Start(Shell("once", "echo done"));

        await ReachAsync(services, "once", ServiceState.Completed);
        (await services.GetOutputAsync("once")).Select(line => line.Text).ShouldBe(["done"]);
    }

    [Fact]
    public async Task Another_exit_code_may_mean_success()
    {
        var services = Start(ServiceDefinition.Process("odd", new ProcessOptions { SuccessExitCodes = [0, 7] }.Command("sh", "-c", "exit 7")));

        await ReachAsync(services, "odd", ServiceState.Completed);
    }

    [Fact]
    public async Task A_stop_ends_the_whole_tree_by_the_signal()
    {
        var services = Start(Shell("tree", "trap 'echo bye > bye; exit 0' TERM; sleep 1000 & (sleep 1000 & echo $! > grandchild; wait) & echo $! > child; wait"));
        await UntilAsync(() => Lines("child").Length > 0 && Lines("grandchild").Length > 0);
        int[] pids = [await PidAsync(services, "tree"), int.Parse(Lines("child")[0], CultureInfo.InvariantCulture), int.Parse(Lines("grandchild")[0], CultureInfo.InvariantCulture)];
        pids.ShouldAllBe(pid => IsAlive(pid));

        var stopped = (await services.StopAsync("tree"))[0];

        stopped.State.ShouldBe(ServiceState.Stopped);
        stopped.LastIncident.ShouldBeNull();
        Lines("bye").ShouldBe(["bye"]);
        pids.ShouldAllBe(pid => !IsAlive(pid));
    }

    [Fact]
    public async Task A_program_that_ignores_the_signal_is_killed_at_the_limit()
    {
        var services = Start(Shell("deaf", "trap '' TERM; echo ready; while :; do sleep 1; done", new ServiceOptions { StopTimeout = TimeSpan.FromMilliseconds(300) }));
        await UntilAsync(async () => (await services.GetOutputAsync("deaf")).Count > 0);
        var pid = await PidAsync(services, "deaf");

        var stopped = (await services.StopAsync("deaf"))[0];

        stopped.State.ShouldBe(ServiceState.Stopped);
        stopped.Abandoned.ShouldBe(0);
        IsAlive(pid).ShouldBeFalse();
        _log.Lines.ShouldContain($"Service deaf: process {pid} and its group did not end within 300 ms after SIGTERM (stop-timeout). They were killed");
    }

    [Fact]
    public async Task A_kill_from_outside_is_a_failure_that_names_the_signal()
    {
        var services = Start(Shell("victim", "echo $$ >> pids; sleep 1000", Quickly()));
        await UntilAsync(() => Lines("pids").Length == 1);

        using (var victim = Process.GetProcessById(await PidAsync(services, "victim")))
        {
            victim.Kill();
        }

        await UntilAsync(() => Lines("pids").Length == 2);
        (await services.GetStatusAsync("victim")).LastIncident!.Message.ShouldBe("sh was ended by signal SIGKILL.");
    }

    [Fact]
    public async Task A_program_that_forks_away_has_failed_and_what_it_left_is_ended()
    {
        var services = Start(Shell("daemon", "setsid sleep 987 > /dev/null 2>&1 & exit 0", new ServiceOptions { RestartType = RestartType.Temporary }));

        await ReachAsync(services, "daemon", ServiceState.Failed);

        var incident = (await services.GetStatusAsync("daemon")).LastIncident!;
        incident.ExceptionType.ShouldBe(typeof(ProcessForkedException).FullName);
        incident.Message.ShouldStartWith("sh exited with code 0 and left ");
        incident.Message.ShouldEndWith("running, which was ended. A supervised program must stay in the foreground: look for an option such as --foreground or --nodaemon.");
        var pid = int.Parse(incident.Message.Split("(pid ")[1].Split(')')[0], CultureInfo.InvariantCulture);
        await UntilAsync(() => !IsAlive(pid));
    }

    [Theory]
    [InlineData("no-such-program", "There is no program 'no-such-program' in PATH (")]
    [InlineData("./no-such-program", "There is no program ")]
    [InlineData("/proc/version", "/proc/version is not executable. Allow it with: chmod +x /proc/version")]
    public async Task A_program_that_is_not_there_is_told_as_such(string program, string message)
    {
        var services = Start(ServiceDefinition.Process("ghost", new ProcessOptions().Command(program), new ServiceOptions { RestartType = RestartType.Temporary }));

        await ReachAsync(services, "ghost", ServiceState.Failed);

        (await services.GetStatusAsync("ghost")).LastIncident!.Message.ShouldStartWith(message);
    }

    [Fact]
    public async Task Environment_arguments_and_folder_are_as_stated()
    {
        var process = new ProcessOptions { WorkingDirectory = _folder, Environment = { ["COLOUR"] = "blue", ["HOME"] = null } }
            .Command("sh", "-c", "echo \"$1|$COLOUR|${HOME:-none}|$PWD\"", "sh", "two words; $(no shell)");
        var services = Start(ServiceDefinition.Process("env", process));

        await ReachAsync(services, "env", ServiceState.Completed);

        (await services.GetOutputAsync("env")).Single().Text.ShouldBe($"two words; $(no shell)|blue|none|{_folder}");
    }

    [Fact]
    public async Task It_runs_with_the_rights_of_the_user()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may become another user.");
        var services = Start(ServiceDefinition.Process("low", new ProcessOptions { User = "nobody" }.Command("sh", "-c", "id -un; id -gn")));

        await ReachAsync(services, "low", ServiceState.Completed);

        (await services.GetOutputAsync("low")).Select(line => line.Text).ShouldBe(["nobody", "nogroup"]);
    }

    [Fact]
    public async Task An_unknown_user_or_folder_is_told_as_such()
    {
        var services = Start(
            ServiceDefinition.Process("user", new ProcessOptions { User = "mr-nobody" }.Command("true"), new ServiceOptions { RestartType = RestartType.Temporary }),
            ServiceDefinition.Process("folder", new ProcessOptions { WorkingDirectory = "/no/such" }.Command("true"), new ServiceOptions { RestartType = RestartType.Temporary }));

        await ReachAsync(services, "user", ServiceState.Failed);
        await ReachAsync(services, "folder", ServiceState.Failed);

        (await services.GetStatusAsync("user")).LastIncident!.Message.ShouldStartWith("There is no user 'mr-nobody' on this machine.");
        (await services.GetStatusAsync("folder")).LastIncident!.Message.ShouldStartWith("The working directory /no/such of service 'folder' does not exist.");
    }

    [Fact]
    public async Task What_it_prints_goes_to_the_log_and_the_last_of_it_is_remembered()
    {
        var process = new ProcessOptions { OutputLines = 3 }.Command("sh", "-c", "for i in 1 2 3 4; do echo line $i; done; echo bad >&2; printf tail");
        var services = Start(ServiceDefinition.Process("talker", process));

        await ReachAsync(services, "talker", ServiceState.Completed);

        (await services.GetOutputAsync("talker")).Count.ShouldBe(3);
        (await services.GetOutputAsync("talker", 1)).Count.ShouldBe(1);
        _log.Of("Actors.Services.talker").ShouldBe(
            ["Information line 1", "Information line 2", "Information line 3", "Information line 4", "Warning bad", "Information tail"], ignoreOrder: true);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_neither_end_its_output_nor_reach_a_terminal()
    {
        // The last byte of a read begins a character that the next read does not end; an escape sequence; and a file that has no size.
        var services = Start(ServiceDefinition.Process("binary", new ProcessOptions { OutputFile = "/dev/null" }.Command(
            "sh", "-c", "head -c 8191 /dev/zero | tr '\\0' x; printf '\\351'; sleep 0.2; head -c 100000 /dev/zero | tr '\\0' y; printf '\\n\\033[2Jboo\\n'")));

        await ReachAsync(services, "binary", ServiceState.Completed);
        (await services.GetOutputAsync("binary"))[^1].Text.ShouldBe("\ufffd[2Jboo");
        _log.Lines.ShouldContain("\ufffd[2Jboo");
        _log.Lines.ShouldNotContain(line => line.Contains('\x1b'));
    }

    [Fact]
    public async Task Its_file_is_renamed_at_its_size()
    {
        var file = Path.Combine(_folder, "logs", "out.log");
        var process = new ProcessOptions { OutputFile = file, OutputFileBytes = 2000, OutputFiles = 2, OutputLevel = LogLevel.None }
            .Command("sh", "-c", "i=100; while [ $i -lt 600 ]; do echo line $i; i=$((i+1)); done");
        var services = Start(ServiceDefinition.Process("writer", process));

        await ReachAsync(services, "writer", ServiceState.Completed);

        Directory.GetFiles(Path.GetDirectoryName(file)!).Select(Path.GetFileName).Order().ShouldBe(["out.log", "out.log.1", "out.log.2"]);
        string[] kept = [.. File.ReadLines(file + ".2"), .. File.ReadLines(file + ".1"), .. File.ReadLines(file)];
        kept.ShouldBe(Enumerable.Range(600 - kept.Length, kept.Length).Select(number => $"line {number}"));
        new FileInfo(file + ".1").Length.ShouldBeInRange(1900, 2000);
    }

    [Fact]
    public async Task Hundred_megabytes_of_output_and_a_line_without_end_cost_bounded_memory()
    {
        var process = new ProcessOptions { OutputLevel = LogLevel.None }
            .Command("sh", "-c", "head -c 50000000 /dev/zero | tr '\\0' x; yes 'a line of some length that is repeated' 2> /dev/null | head -c 50000000");
        var services = Start(ServiceDefinition.Process("flood", process));

        await ReachAsync(services, "flood", ServiceState.Completed);

        var lines = await services.GetOutputAsync("flood", int.MaxValue);
        lines.Count.ShouldBeLessThanOrEqualTo(1000);
        lines.ShouldAllBe(line => line.Text.Length <= 8192);
        lines[^1].Text.ShouldStartWith("a line");
    }

    [Fact]
    public async Task Several_instances_are_services_of_their_own()
    {
        var services = Start([.. ServiceDefinition.Processes("worker", new ProcessOptions().Command("sleep", "1000").Instances(4))]);
        (await services.StartAsync("worker-*")).Count.ShouldBe(4);

        await UntilAsync(async () => (await services.GetServicesAsync("worker-?")).All(one => one.Report is not null));
        var all = await services.GetServicesAsync("worker-?");

        all.Select(one => one.Name).ShouldBe(["worker-1", "worker-2", "worker-3", "worker-4"]);
        all.Select(one => PidOf(one.Report!)).Distinct().Count().ShouldBe(4);
        all.ShouldAllBe(one => one.Kind == ServiceKind.Process && one.State == ServiceState.Running);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_together()
    {
        var faults = Should.Throw<ServiceDefinitionException>(() => ServiceDefinition.Processes(
            "bad", new ProcessOptions { InstanceCount = 0, OutputFiles = -1, SuccessExitCodes = [300], OutputFileBytes = 1, OutputLines = -5, StopSignal = (ProcessSignal)77 })).Faults;

        faults.Count.ShouldBe(7);
        faults[0].ShouldBe("command is empty. Say which program to run.");
    }

    [Theory]
    [InlineData("thumbs --watch", "thumbs|--watch")]
    [InlineData("  a  'b c' \"d 'e'\" f\"g h\"i ''", "a|b c|d 'e'|fg hi|")]
    public void A_command_in_one_text_is_split_at_spaces_outside_quotes(string text, string words)
    {
        var options = new ProcessOptions().CommandLine(text);

        string.Join('|', [options.FileName, .. options.Arguments]).ShouldBe(words);
    }

    [Fact]
    public void A_quote_without_end_is_refused() => Should.Throw<FormatException>(() => new ProcessOptions().CommandLine("a 'b")).Message.ShouldBe("The command has a ' without its end: a 'b");

    /// <summary>A program may have printed something before its service has reported the number of its process.</summary>
    private static async Task<int> PidAsync(IServices services, string name)
    {
        string? report = null;
        await UntilAsync(async () => (report = (await services.GetStatusAsync(name)).Report) is not null);
        return PidOf(report!); // Waited for.
    }

    private static int PidOf(string report) => int.Parse(report.Split(' ')[1], CultureInfo.InvariantCulture);

    internal static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    private static Task ReachAsync(IServices services, string name, ServiceState state) =>
        UntilAsync(async () => (await services.GetStatusAsync(name)).State == state);

    private static ServiceOptions Quickly() => new()
    {
        Restart = new RestartOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromMilliseconds(10), Max = TimeSpan.FromMilliseconds(20) } },
    };

    private ServiceDefinition Shell(string name, string script, ServiceOptions? options = null) =>
        ServiceDefinition.Process(name, new ProcessOptions { WorkingDirectory = _folder }.Command("sh", "-c", script), options);

    private IServices Start(params ServiceDefinition[] definitions) => _system.StartServices(definitions);

    private string[] Lines(string file) => File.Exists(Path.Combine(_folder, file)) ? File.ReadAllLines(Path.Combine(_folder, file)) : [];
}
