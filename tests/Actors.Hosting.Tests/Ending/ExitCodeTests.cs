using Microsoft.Extensions.Options;

namespace Actors.Hosting.Tests.Ending;

/// <summary>Real processes, whose Program.cs does nothing for it.</summary>
public sealed class ExitCodeTests
{
    private const string Started = "Actor system shop has started";

    [Fact]
    public async Task A_clean_stop_on_SIGTERM_is_0()
    {
        await using var shop = new ShopProcess("");
        await shop.LogsAsync(Started);

        (await shop.StopAsync()).ShouldBe(0, shop.Output);
        shop.Output.ShouldContain("Actor system shop has stopped");
        shop.Errors.ShouldBe("");
    }

    [Theory]
    [InlineData("actors.services.lop.autostart = off", "shop.conf:1:1", "there is no service 'lop'", "did you mean 'loop'?")]
    [InlineData("actors.services.loop { stop-timeout = soon, autostrt = on }", "2 faults", "must be a duration")]
    [InlineData("actors { services [", "shop.conf:1:19", "^")]
    public async Task A_configuration_that_cannot_be_used_is_78_and_told_without_a_stack(string settings, params string[] sentences)
    {
        var (exitCode, errors) = await ShopProcess.RunAsync(settings);

        exitCode.ShouldBe(78, errors);
        errors.ShouldNotContain("   at ", Case.Sensitive, "Nobody asked for the stack.");
        foreach (var sentence in sentences)
        {
            errors.ShouldContain(sentence);
        }
    }

    [Fact]
    public async Task A_start_that_fails_is_69_and_says_why()
    {
        var (exitCode, errors) = await ShopProcess.RunAsync("actors.store.sqlite = /proc/none/shop.db");

        exitCode.ShouldBe(69, errors);
        errors.ShouldStartWith("The actor system 'shop' could not start: ");
        errors.ShouldContain("/proc/none/shop.db");
        errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_service_that_gives_up_and_escalates_is_70()
    {
        await using var shop = new ShopProcess("actors.services.licence { autostart = on, restart { max-restarts = 0, on-exhausted = escalate } }");

        (await shop.ExitAsync()).ShouldBe(70, shop.Output);
        shop.Output.ShouldContain("Actor system shop has ended by itself; the host is stopping");
    }

    [Fact]
    public async Task A_service_that_ignores_its_stop_is_75_within_its_limit()
    {
        await using var shop = new ShopProcess("actors.services.stubborn { autostart = on, stop-timeout = 100 ms }");
        await shop.LogsAsync(Started);

        (await shop.StopAsync()).ShouldBe(75, shop.Output);
        shop.Output.ShouldContain("stops although some services ignored it and still run: stubborn");
    }

    [Fact]
    public async Task A_stop_that_is_cut_short_by_the_host_is_75_in_a_real_process_too()
    {
        await using var shop = new ShopProcess(
            "actors.services { loop.stop-timeout = infinite, stubborn { autostart = on, stop-timeout = infinite } }", (Shop.ShutdownTimeoutVariable, "200"));
        await shop.LogsAsync(Started);

        (await shop.StopAsync()).ShouldBe(75, shop.Output + shop.Errors);
        shop.Output.ShouldContain("did not stop within the time limit of the host");
    }

    [Fact]
    public async Task A_stop_that_the_host_cuts_short_is_75()
    {
        using var host = TestHost.Create(
            actors => actors.AddService("stubborn", static (_, _) => new TaskCompletionSource().Task, options => options.StopTimeout = Timeout.InfiniteTimeSpan));
        var before = Environment.ExitCode;
        try
        {
            Environment.ExitCode = 0;
            await host.StartAsync();
            using var cut = new CancellationTokenSource();
            var stop = host.StopAsync(cut.Token);
            stop.IsCompleted.ShouldBeFalse();
            await cut.CancelAsync();
            await stop;
            Environment.ExitCode.ShouldBe(ActorsExitCode.StopTimeout);
        }
        finally
        {
            Environment.ExitCode = before;
        }
    }

    [Fact]
    public void A_program_that_catches_faults_itself_can_ask_for_their_code()
    {
        ActorsExitCode.Of(new ActorsConfigurationException([new ConfigurationFault("wrong")])).ShouldBe(78);
        ActorsExitCode.Of(new OptionsValidationException("name", typeof(string), ["wrong"])).ShouldBe(78);
        ActorsExitCode.Of(new AggregateException(new InvalidOperationException(), new ActorsConfigurationException([new ConfigurationFault("wrong")]))).ShouldBe(78);
        ActorsExitCode.Of(new InvalidOperationException("not ours")).ShouldBeNull();
        ActorsExitCode.Of(new FileNotFoundException("not ours")).ShouldBeNull();
    }
}
