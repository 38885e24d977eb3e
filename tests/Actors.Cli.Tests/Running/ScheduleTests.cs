using Actors.Hosting;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Cli.Tests.Running;

/// <summary>The tool beside a program with schedules, which is this process.</summary>
public sealed class ScheduleTests : IAsyncDisposable
{
    private readonly Crew _crew = new();
    private IHost? _host;

    private string Socket => Path.Combine(_crew.Folder, "shop.sock");

    [Fact]
    public async Task Schedules_of_a_running_program_are_listed_run_paused_and_resumed()
    {
        await StartAsync();
        var listed = await RunAsync("list");
        (listed.ExitCode, listed.Errors).ShouldBe((0, ""));
        listed.Output.ShouldStartWith($"process {Environment.ProcessId} ('shop'): 2 schedules: 2 active\n  clean-up      Active  ");
        (await RunAsync("list", "order-report")).Output.ShouldContain("at 08:00 every day, Europe/London; job 'paper' for queue 'papers', declared in code");

        (await RunAsync("pause", "order-*", "--reason", "month end")).Output.ShouldContain("order-report  Paused  daily at 08:00 Europe/London, paused: month end");
        (await RunAsync("resume", "order-report")).Output.ShouldContain("order-report  Active");
        var run = await RunAsync("run", "order-report");
        run.Output.ShouldStartWith("  order-report  job ");
        run.Output.ShouldEndWith(" is enqueued");

        var json = await RunAsync("list", "--json");
        json.Json.GetProperty("schedules").GetArrayLength().ShouldBe(2);
        var next = await RunAsync("next", "order-report", "--count", "2");
        next.Output.Split('\n').Length.ShouldBe(3);
        next.Output.ShouldStartWith("order-report: at 08:00 every day, Europe/London\n  20");
        (await RunAsync("next")).Output.ShouldStartWith("clean-up: ");
    }

    [Fact]
    public async Task A_slip_of_the_pen_and_a_missing_name_have_codes_of_their_own()
    {
        await StartAsync();
        var unknown = await RunAsync("pause", "order-reprot");
        (unknown.ExitCode, unknown.Output, unknown.Errors).ShouldBe((6, "", "There is no schedule 'order-reprot'. There are: clean-up, order-report."));
        (await RunAsync("pause")).ExitCode.ShouldBe(2);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        await _crew.DisposeAsync();
    }

    private async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _crew.Folder });
        builder.Services.AddActors("shop", actors => actors
            .UseInMemoryStore()
            .UseManagementSocket(Socket)
            .AddQueue("papers", q => q.AddHandler<PaperHandler>())
            .AddSchedule("order-report", "daily at 08:00 Europe/London", new Paper())
            .AddSchedule("clean-up", "H 3 * * *", new Paper()));
        _host = builder.Build();
        await _host.StartAsync();
    }

    private Task<Crew.Ran> RunAsync(params string[] args) => _crew.RunAsync(["schedules", .. args, "--socket", Socket]);

    [Job("paper", Queue = "papers")]
    public sealed record Paper;

    public sealed class PaperHandler : IJobHandler<Paper>
    {
        public Task HandleAsync(Paper job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
