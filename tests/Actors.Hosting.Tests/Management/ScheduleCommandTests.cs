using System.Text.Json;
using Actors.Hocon;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Management;

/// <summary>The durable schedules over the management socket.</summary>
public sealed class ScheduleCommandTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("management-").FullName;
    private IHost? _host;

    private ISchedules Schedules => _host!.Services.GetRequiredService<ISchedules>(); // Started first.

    [Fact]
    public async Task All_are_listed_in_a_line_each_and_those_that_are_named_in_full()
    {
        await StartAsync();
        var all = await AskAsync("schedules");
        all.Outcome.ShouldBe(ManagementOutcome.Done);
        var lines = all.Text.Split('\n');
        lines[0].ShouldBe($"process {Environment.ProcessId} ('test'): 3 schedules: 3 active");
        lines[1].ShouldStartWith("  clean-up      Active  30 3 * * *, next 20");
        lines[3].ShouldEndWith(", no slot has run");
        lines.Length.ShouldBe(4);

        var one = await AskAsync("schedules", "report-*");
        one.Text.ShouldContain("at 08:00 every day, UTC; job 'slot-note' for queue 'notes', declared in code");
        one.Text.ShouldContain("0 runs, 0 of them caught up; 0 skipped");
        using var json = JsonDocument.Parse(one.Json);
        var views = json.RootElement.GetProperty("schedules").EnumerateArray().ToList();
        views.Select(view => view.GetProperty("name").GetString()).ShouldBe(["report-day", "report-month"]);
        views[0].GetProperty("next").GetArrayLength().ShouldBe(10);
        views[0].GetProperty("state").GetString().ShouldBe("active");
        views[0].GetProperty("missedPolicy").GetString().ShouldBe("one");
        one.Json.ShouldNotContain("\n");
    }

    [Fact]
    public async Task One_is_run_now_and_its_result_is_shown()
    {
        await StartAsync();
        var run = await AskAsync("run-schedule", "report-*");
        run.Outcome.ShouldBe(ManagementOutcome.Done);
        using var json = JsonDocument.Parse(run.Json);
        var jobs = json.RootElement.GetProperty("runs").EnumerateArray().Select(view => view.GetProperty("job").GetString()).ToList();
        jobs.Count.ShouldBe(2);
        run.Text.ShouldStartWith($"  report-day    job {jobs[0]} is enqueued\n");
        await TestHost.UntilAsync(async () => (await AskAsync("schedules", "report-day")).Text.Contains($"last job {jobs[0]}: Succeeded, 1 attempt, finished 20", StringComparison.Ordinal), "it has run");
        (await AskAsync("run-schedule")).Outcome.ShouldBe(ManagementOutcome.BadRequest, "all must be said");
    }

    [Fact]
    public async Task Some_are_paused_with_a_reason_and_go_on()
    {
        await StartAsync();
        var paused = await SendAsync(new ManagementRequest("pause-schedule") { Schedules = ["report-*"], Reason = "month end" });
        paused.Outcome.ShouldBe(ManagementOutcome.Done);
        paused.Text.ShouldContain("  report-day    Paused  daily at 08:00, paused: month end, no slot has run");
        (await Schedules.ListAsync()).Select(status => status.State).ShouldBe([ScheduleState.Active, ScheduleState.Paused, ScheduleState.Paused]);
        (await AskAsync("next-slots", "report-day")).Text.ShouldBe("report-day: at 08:00 every day, UTC\n  none: it is paused");
        (await AskAsync("resume-schedule", "*")).Outcome.ShouldBe(ManagementOutcome.Done);
        (await Schedules.ListAsync()).ShouldAllBe(status => status.State == ScheduleState.Active);
        (await SendAsync(new ManagementRequest("next-slots") { Schedules = ["report-month"], Lines = 3 })).Text.Split('\n').Length.ShouldBe(4);
    }

    [Fact]
    public async Task A_name_that_nobody_has_leaves_the_others_alone()
    {
        await StartAsync();
        var reply = await AskAsync("pause-schedule", "report-day", "reprot-month");
        (reply.Outcome, reply.Text).ShouldBe(
            (ManagementOutcome.UnknownService, "There is no schedule 'reprot-month'. There are: clean-up, report-day, report-month."));
        (await AskAsync("schedules", "x*")).Outcome.ShouldBe(ManagementOutcome.UnknownService);
        (await Schedules.GetAsync("report-day")).State.ShouldBe(ScheduleState.Active);
    }

    [Fact]
    public async Task One_whose_last_job_has_failed_needs_attention_and_comes_first()
    {
        await StartAsync();
        await Schedules.SetAsync(ScheduleDefinition.Of("worst", "@daily", new SlotNote("fail")));
        await AskAsync("run-schedule", "worst");
        await TestHost.UntilAsync(async () => (await AskAsync("schedules")).Outcome == ManagementOutcome.Incomplete, "it has failed");
        var lines = (await AskAsync("schedules")).Text.Split('\n');
        lines[1].ShouldStartWith("! worst         Active  @daily, next 20");
        lines[2].ShouldStartWith("    its last job is Failed: ");
        lines[2].ShouldContain("no paper");
    }

    [Fact]
    public async Task An_update_takes_up_what_the_settings_say_of_schedules_now()
    {
        var path = Path.Combine(_folder, "shop.conf");
        await File.WriteAllTextAsync(path, "actors.schedules.clean-up.schedule = \"daily at 01:00\"");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder });
        builder.Configuration.AddHoconFile(path);
        builder.Services.AddActors("test", actors => Configure(actors.UseManagementSocket("test.sock")));
        _host = builder.Build();
        await _host.StartAsync();
        await File.WriteAllTextAsync(path, "actors.schedules { clean-up.schedule = \"daily at 02:00\", more { schedule = \"@daily\", job = slot-note } }");

        (await AskAsync("reread")).Text.ShouldContain("change    schedule clean-up (schedule), without a restart\n  change    schedule more (job, schedule), without a restart");
        (await Schedules.GetAsync("clean-up")).Schedule.ShouldBe("daily at 01:00");
        (await AskAsync("update")).Outcome.ShouldBe(ManagementOutcome.Done);
        (await Schedules.GetAsync("clean-up")).Schedule.ShouldBe("daily at 02:00");
        (await Schedules.ListAsync()).Select(status => status.Name).ShouldBe(["clean-up", "more", "report-day", "report-month"]);
        (await AskAsync("reread")).Text.ShouldContain("nothing would change");
    }

    [Fact]
    public async Task Without_queues_there_are_none_and_it_says_so()
    {
        await StartAsync(actors => actors.AddService("loop", Bodies.ForEver));
        var reply = await AskAsync("schedules");
        (reply.Outcome, reply.Text).ShouldBe((ManagementOutcome.Refused, "'test' has no queues, so it has no schedules."));
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(Action<ActorsBuilder>? actors = null)
    {
        _host = TestHost.Create(builder => (actors ?? Configure)(builder.UseManagementSocket("test.sock")), contentRoot: _folder);
        await _host.StartAsync();
    }

    private static void Configure(ActorsBuilder actors) => actors
        .UseInMemoryStore()
        .AddQueue("notes", q => q.Retry(maxAttempts: 1).AddHandler<SlotNoteHandler>())
        .AddSchedule("report-month", "0 8 1 * *", new SlotNote("month"))
        .AddSchedule("report-day", "daily at 08:00", new SlotNote("day"))
        .AddSchedule("clean-up", "30 3 * * *", new SlotNote("clean"));

    private Task<ManagementReply> AskAsync(string command, params string[] schedules) => SendAsync(new ManagementRequest(command) { Schedules = schedules });

    private Task<ManagementReply> SendAsync(ManagementRequest request) => ManagementClient.SendAsync(Path.Combine(_folder, "test.sock"), request);

    [Job("slot-note", Queue = "notes")]
    public sealed record SlotNote(string Text);

    public sealed class SlotNoteHandler : IJobHandler<SlotNote>
    {
        public Task HandleAsync(SlotNote job, JobContext context, CancellationToken cancellationToken) =>
            job.Text == "fail" ? throw new InvalidOperationException("no paper") : Task.CompletedTask;
    }
}
