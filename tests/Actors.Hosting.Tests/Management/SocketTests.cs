using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Actors.Hocon;
using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Management;

public sealed class SocketTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("management-").FullName;
    private IHost? _host;

    private string SocketPath => Path.Combine(_folder, "test.sock");

    private IServices Services => _host!.Services.GetRequiredService<IServices>(); // Started first.

    [Fact]
    public async Task Status_says_what_is_wrong_first_and_what_to_type_next()
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver).AddService("bank", Fails), "actors.services.bank.restart.max-restarts = 0");
        await StateAsync("bank", ServiceState.Failed);
        await StateAsync("loop", ServiceState.Running);

        var reply = await AskAsync("status");

        reply.Outcome.ShouldBe(ManagementOutcome.Incomplete);
        var lines = reply.Text.Split('\n');
        lines[0].ShouldBe($"process {Environment.ProcessId} ('test'): 2 services: 1 ready, 1 failed (bank)");
        lines[1].ShouldStartWith("! bank  Failed  for ");
        lines[2].ShouldStartWith("    last incident: 20");
        lines[2].ShouldEndWith("System.InvalidOperationException: no bank [max-restarts = 0 is used up: no further restart]");
        lines[3].ShouldBe("    It stays down until: actors start bank. More about it: actors incidents bank");
        lines[4].ShouldStartWith("  loop  Running for ");
        lines.Length.ShouldBe(5);

        using var json = JsonDocument.Parse(reply.Json);
        json.RootElement.GetProperty("outcome").GetString().ShouldBe("incomplete");
        json.RootElement.GetProperty("process").GetInt32().ShouldBe(Environment.ProcessId);
        var bank = json.RootElement.GetProperty("services").EnumerateArray().Single(service => service.GetProperty("name").GetString() == "bank");
        bank.GetProperty("state").GetString().ShouldBe("failed");
        bank.GetProperty("condition").GetString().ShouldBe("failing");
        bank.GetProperty("isReady").GetBoolean().ShouldBeFalse();
        bank.GetProperty("text").GetString().ShouldNotBeNull().ShouldStartWith("bank: Failed for ");
        bank.GetProperty("lastIncident").GetProperty("message").GetString().ShouldBe("no bank");
        reply.Json.ShouldNotContain("\n");
    }

    [Fact]
    public async Task One_cause_of_several_failures_is_told_once()
    {
        await StartAsync(
            actors => actors.AddService("bank", Fails).AddService("mail", Fails).AddService("shop", Fails),
            "actors.services { bank.restart.backoff.min = 1 m, mail.restart.backoff.min = 1 m, shop.restart.backoff.min = 1 m }");
        await TestHost.UntilAsync(
            async () => (await Services.GetServicesAsync()).All(service => service.LastIncident is { Services.Count: 3 }), "the incident is that of all three");

        var reply = await AskAsync("status");
        var lines = reply.Text.Split('\n');
        lines[0].ShouldEndWith("3 services: 3 in Backoff (bank, mail, shop); one cause for 3 of them: System.InvalidOperationException: no bank");
        lines[2].ShouldMatch(@"^    last incident: 20.*: no bank \[started again together; the same cause in 3 services: \w+, \w+ and \w+\]$");
        lines[4].ShouldBe("    last incident: the same as of bank");
        lines[6].ShouldBe("    last incident: the same as of bank");
        (await AskAsync("incidents")).Text.Split('\n')[0].ShouldStartWith("3 services  20");
        using var json = JsonDocument.Parse(reply.Json);
        json.RootElement.GetProperty("services")[0].GetProperty("lastIncident").GetProperty("services").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Services_are_stopped_started_and_restarted_by_pattern()
    {
        await StartAsync(actors => actors.AddService("worker-1", Bodies.ForEver).AddService("worker-2", Bodies.ForEver).AddService("loop", Bodies.ForEver));
        await StateAsync("worker-2", ServiceState.Running);

        (await AskAsync("stop", "worker-*")).Outcome.ShouldBe(ManagementOutcome.Done);
        (await Services.GetServicesAsync()).Select(service => service.State).ShouldBe([ServiceState.Stopped, ServiceState.Stopped, ServiceState.Running]);
        (await AskAsync("status")).Outcome.ShouldBe(ManagementOutcome.Done, "What was stopped on purpose needs no attention.");

        var started = await AskAsync("start", "worker-1", "worker-2");
        started.Outcome.ShouldBe(ManagementOutcome.Done);
        started.Text.Split('\n').Length.ShouldBe(2);
        started.Text.ShouldStartWith("  worker-1  Running for ");
        var before = (await Services.GetStatusAsync("loop")).Since;
        (await AskAsync("restart", "*")).Outcome.ShouldBe(ManagementOutcome.Done);
        (await Services.GetStatusAsync("loop")).Since.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task A_service_that_does_not_come_up_or_does_not_go_down_is_told()
    {
        await StartAsync(
            actors => actors.AddService("bank", (_, _) => throw new InvalidOperationException("no bank")).AddService("stubborn", (_, _) => new TaskCompletionSource().Task),
            "actors.services { bank { autostart = off, restart-type = temporary }, stubborn.stop-timeout = 0 s }");
        await StateAsync("stubborn", ServiceState.Running);

        await AskAsync("start", "bank");
        await StateAsync("bank", ServiceState.Failed);
        (await AskAsync("status", "bank")).Outcome.ShouldBe(ManagementOutcome.Incomplete);
        var stopped = await AskAsync("stop", "stubborn");
        stopped.Outcome.ShouldBe(ManagementOutcome.Incomplete);
        stopped.Text.ShouldContain("1 abandoned and still running");
    }

    [Fact]
    public async Task A_name_that_no_service_has_changes_nothing_and_is_guessed()
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver).AddService("bank", Bodies.ForEver));
        await StateAsync("bank", ServiceState.Running);
        await StateAsync("loop", ServiceState.Running);

        foreach (var command in new[] { "status", "stop", "start", "restart", "incidents" })
        {
            var reply = await AskAsync(command, "bank", "lop");
            reply.Outcome.ShouldBe(ManagementOutcome.UnknownService);
            reply.Text.ShouldBe("There is no service 'lop'. Did you mean 'loop'? Known services: loop, bank.");
        }

        (await Services.GetServicesAsync()).ShouldAllBe(service => service.State == ServiceState.Running);
        var unsaid = await AskAsync("stop");
        unsaid.Outcome.ShouldBe(ManagementOutcome.BadRequest);
        unsaid.Text.ShouldBe("Say which services to stop: names, patterns such as 'worker-*', or '*' for all.");
    }

    [Fact]
    public async Task Incidents_are_told_in_the_order_of_time_with_the_last_in_full()
    {
        await StartAsync(
            actors => actors.AddService("bank", Fails).AddService("loop", Bodies.ForEver),
            "actors.services.bank.restart { max-restarts = 2, backoff { min = 1 ms, max = 1 ms } }");
        await StateAsync("bank", ServiceState.Failed);

        var reply = await AskAsync("incidents");
        reply.Outcome.ShouldBe(ManagementOutcome.Done);
        var lines = reply.Text.Split('\n');
        lines[..3].ShouldAllBe(line => line.StartsWith("bank  20") && line.Contains("no bank"));
        lines[2].ShouldContain("max-restarts = 2 is used up");
        lines[3..5].ShouldBe(["", "The last one in full:"]);
        reply.Text.ShouldContain("   at ");

        var one = await ManagementClient.SendAsync(SocketPath, new ManagementRequest("incidents") { Services = ["bank"], Lines = 1 });
        one.Text.ShouldStartWith(lines[2]);
        (await AskAsync("incidents", "loop")).Text.ShouldBe("Nothing has gone wrong with loop that is still remembered.");
    }

    [Fact]
    public async Task Options_of_services_and_queues_in_the_code_are_taken_up_from_the_settings()
    {
        var file = Path.Combine(_folder, "test.conf");
        await File.WriteAllTextAsync(file, "actors { queues.greetings.workers = 2, services.loop.stop-timeout = 3 s }");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder });
        builder.Configuration.AddHoconFile(file);
        builder.Services.AddActors("test", actors => actors.UseInMemoryStore().UseManagementSocket("test.sock").AddService("loop", Bodies.ForEver).AddQueue("greetings"));
        _host = builder.Build();
        await _host.StartAsync();
        await StateAsync("loop", ServiceState.Running);
        (await AskAsync("reread")).Text.ShouldBe("The settings of the services are as they were: nothing would change.");
        var since = (await Services.GetStatusAsync("loop")).Since;

        await File.WriteAllTextAsync(file, "actors { queues.greetings.workers = 3, services.loop.restart.max-restarts = 2, ask-timeout = 9 s }");
        (await AskAsync("reread")).Text.ShouldBe(
            """
            The settings as they are written now would:
              change    loop (restart.max-restarts, stop-timeout), without a restart
              change    queue greetings (workers), without a restart
            Only at the next start of the program: actors.ask-timeout
            To do it: actors update
            """);
        var update = await AskAsync("update");
        update.Outcome.ShouldBe(ManagementOutcome.Done);
        update.Text.ShouldStartWith("Taken up from the settings:\n  changed   loop (");
        (await Services.GetStatusAsync("loop")).Since.ShouldBe(since);
        (await AskAsync("reread")).Text.ShouldBe("The settings of the services are as they were: nothing would change.");

        await File.WriteAllTextAsync(file, "actors.services.lop.autostart = on");
        var refused = await AskAsync("update");
        refused.Outcome.ShouldBe(ManagementOutcome.Refused);
        refused.Text.ShouldStartWith("The settings cannot be used; nothing was changed.\n");
        refused.Text.ShouldContain("did you mean 'loop'?");
    }

    [Fact]
    public async Task Shutdown_stops_the_host_and_is_over_when_it_is()
    {
        var stopped = false;
        await StartAsync(actors => actors.AddService("loop", async (context, cancellationToken) =>
        {
            context.OnStop(() => stopped = true);
            await Bodies.ForEver(context, cancellationToken);
        }));
        await StateAsync("loop", ServiceState.Running);
        var waiting = _host!.WaitForShutdownAsync(); // Started above.

        var reply = AskAsync("shutdown");
        await waiting;
        stopped.ShouldBeTrue();
        reply.IsCompleted.ShouldBeFalse("Its process has not ended yet.");
        _host!.Dispose();
        (await reply).Text.ShouldBe($"process {Environment.ProcessId} ('test') is stopping: its services in reverse order of their start, each within its own time limit.");
        File.Exists(SocketPath).ShouldBeFalse();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("{\"command\":5}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_request_that_is_none_is_answered_and_the_next_is_heard(string line)
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver));
        using var connection = await ConnectAsync();
        using var reader = new StreamReader(connection);

        await connection.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldContain("\"outcome\":\"bad-request\"");
        await connection.WriteAsync("{\"command\":\"ping\"}\n"u8.ToArray());
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldContain("\"outcome\":\"done\"");
        (await AskAsync("sing")).Text.ShouldStartWith("There is no command 'sing'.");
    }

    [Fact]
    public async Task A_request_without_an_end_is_cut_off()
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver));
        using var connection = await ConnectAsync();
        using var reader = new StreamReader(connection);

        await connection.WriteAsync(Encoding.UTF8.GetBytes(new string('x', (4 * 1024 * 1024) + 2000)));
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldContain("at most 4194304 bytes");
    }

    [Fact]
    public async Task The_socket_is_its_user_s_alone_and_gone_after_the_stop()
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver));

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(SocketPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        (await ManagementClient.FindAsync(_folder)).ShouldContain(SocketPath);

        await _host!.StopAsync(); // Started above.
        File.Exists(SocketPath).ShouldBeFalse();
        (await ManagementClient.FindAsync(_folder)).ShouldNotContain(SocketPath);
        var fault = await Should.ThrowAsync<ManagementException>(() => AskAsync("status"));
        fault.Message.ShouldStartWith($"Nobody answers on '{SocketPath}' (there is no such file). ");
    }

    [Fact]
    public async Task A_second_process_on_the_same_socket_is_told_who_has_it()
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver));
        using var second = TestHost.Create(actors => actors.UseManagementSocket("test.sock").AddService("twin", Bodies.ForEver), contentRoot: _folder);

        var fault = await Should.ThrowAsync<ManagementException>(() => second.StartAsync());

        fault.Message.ShouldBe(
            $"The management socket '{SocketPath}' is in use by process {Environment.ProcessId} ('test'). End that one, or give this one a socket of its own: 'actors.management.socket'.");
        ActorsExitCode.Of(fault).ShouldBe(ActorsExitCode.StartFailed);
        (await AskAsync("ping")).Outcome.ShouldBe(ManagementOutcome.Done);
    }

    [Fact]
    public async Task What_is_no_socket_is_left_as_it_is()
    {
        await File.WriteAllTextAsync(SocketPath, "My diary. Keep out!");

        var fault = await Should.ThrowAsync<ManagementException>(() => StartAsync(actors => actors.AddService("loop", Bodies.ForEver)));

        fault.Message.ShouldContain("something else has this name");
        (await File.ReadAllTextAsync(SocketPath)).ShouldBe("My diary. Keep out!");
    }

    [Theory]
    [InlineData("off", false)]
    [InlineData("other.sock", true)]
    public async Task Settings_win_over_the_code(string setting, bool isOpen)
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver), $"actors.management.socket = {setting}");

        File.Exists(SocketPath).ShouldBeFalse();
        File.Exists(Path.Combine(_folder, "other.sock")).ShouldBe(isOpen);
    }

    [Fact]
    public void A_path_that_is_too_long_for_a_socket_is_a_fault_of_the_settings() =>
        TestHost.Faults(actors => actors.UseManagementSocket("/tmp/" + new string('x', 110))).ShouldHaveSingleItem().ShouldContain("longer than the 107 bytes");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Task Fails(ServiceContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("no bank");

    private async Task StartAsync(Action<ActorsBuilder> actors, string hocon = "")
    {
        var host = TestHost.Create(builder => actors(builder.UseManagementSocket("test.sock")), hocon, contentRoot: _folder);
        try
        {
            await host.StartAsync();
            _host = host;
        }
        catch (ManagementException)
        {
            host.Dispose();
            throw;
        }
    }

    private Task StateAsync(string service, ServiceState state) =>
        TestHost.UntilAsync(async () => (await Services.GetStatusAsync(service)).State == state, $"{service} is {state}");

    private Task<ManagementReply> AskAsync(string command, params string[] services) =>
        ManagementClient.SendAsync(SocketPath, new ManagementRequest(command) { Services = services });

    private async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        return new NetworkStream(socket, ownsSocket: true);
    }
}
