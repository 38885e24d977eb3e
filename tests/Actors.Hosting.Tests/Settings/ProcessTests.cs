using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Settings;

/// <summary>Programs that the configuration declares, by itself or over the code.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task A_program_needs_no_code()
    {
        using var host = TestHost.Create(_ => { }, """
            actors.processes {
              hello { command = ["sh", "-c", "echo $GREETING; exit 3"], environment.GREETING = "good morning", success-exit-codes = [0, 3] }
              sleeper { command = "sleep '1000'", instances = 2, restart.max-restarts = 3, stop-signal = interrupt, output.level = none }
            }
            """);
        await host.StartAsync();
        var services = host.Services.GetRequiredService<IServices>();

        await TestHost.UntilAsync(async () => (await services.GetStatusAsync("hello")).State == ServiceState.Completed, "hello has completed");
        (await services.GetOutputAsync("hello")).Single().Text.ShouldBe("good morning");
        (await services.GetServicesAsync("sleeper-*")).Count.ShouldBe(2);
        await host.StopAsync();
    }

    [Fact]
    public void What_the_configuration_says_of_a_program_of_the_code_wins()
    {
        using var host = TestHost.Create(
            actors => actors.AddProcess("thumbs", process => process.Command("thumbs", "--watch").Instances(4)),
            "actors.processes.thumbs { instances = 2, stop-timeout = 3 s }");

        var services = host.Services.Settings().Services;

        services.Select(service => service.Name).ShouldBe(["thumbs-1", "thumbs-2"]);
        services[0].Options.StopTimeout.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("p { instances = 2 }", "Service 'p': command is empty. Say which program to run.")]
    [InlineData("p { command = \"a 'b\" }", "test.conf:1:20: The command has a ' without its end: a 'b")]
    [InlineData("p { command = a, stop-signal = murder }", "test.conf:1:51: 'actors.processes.p.stop-signal = murder' must be one of hang-up, interrupt, quit, kill, user1, user2, terminate.")]
    [InlineData("p { command = a, comand = b }", "test.conf:1:37: unknown key 'actors.processes.p.comand'; did you mean 'command'?")]
    [InlineData("p { command = a, success-exit-codes = [none] }", "test.conf:1:20: 'actors.processes.p.success-exit-codes' has 'none', but must be exit codes such as [0, 2].")]
    [InlineData("p { command = a, interval = 3 s }", "test.conf:1:37: unknown key 'actors.processes.p.interval'")]
    [InlineData("loop { command = a }", "Process 'loop' has the name of another service. Give one of the two another name.")]
    public void What_makes_no_sense_is_refused_at_start(string section, string fault) => TestHost.Faults(
        actors => actors.AddService("loop", Bodies.ForEver), $"actors.processes {{ {section} }}").ShouldHaveSingleItem().ShouldContain(fault);
}
