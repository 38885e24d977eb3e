using System.Diagnostics.Metrics;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Health;

public sealed class ScheduleCheckTests
{
    [Fact]
    public async Task A_schedule_that_is_more_than_a_minute_late_is_told_by_health_check_and_metric()
    {
        var clock = new SetClock();
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddQueue("notes", q => q.AddHandler<Handler>()).AddSchedule("late", "every 1 min", new Slow(), o => o.Overlap = SlotOverlap.Wait),
            services: services => services.AddSingleton<TimeProvider>(clock).AddHealthChecks().AddActors());
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Degraded, "it has not started");
        await host.StartAsync();
        (await CheckAsync(host)).ShouldSatisfyAllConditions(
            check => check.Status.ShouldBe(HealthStatus.Healthy), check => check.Description.ShouldBe("No schedule is overdue."));
        (await OverdueAsync()).ShouldBe(0);

        // A job that goes on and on, and slots that wait for it.
        await host.Services.GetRequiredService<ISchedules>().RunNowAsync("late");
        clock.Ahead = TimeSpan.FromMinutes(5);
        await TestHost.UntilAsync(async () => (await CheckAsync(host)).Status == HealthStatus.Degraded, "it is overdue");

        var late = await CheckAsync(host);
        late.Description.ShouldNotBeNull().ShouldStartWith("1 schedule is overdue, by up to ");
        late.Tags.ShouldBe(["actors", "schedules"], ignoreOrder: true);
        (await OverdueAsync()).ShouldBe(1);
        Handler.End.SetResult();
        await host.StopAsync();

        static Task<int> OverdueAsync()
        {
            var overdue = -1;
            using var listener = new MeterListener
            {
                InstrumentPublished = static (instrument, listener) =>
                {
                    if (instrument.Name == "actors.schedules.overdue")
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            listener.SetMeasurementEventCallback<int>((_, value, _, _) => overdue = Math.Max(value, overdue));
            listener.Start();
            listener.RecordObservableInstruments();
            return Task.FromResult(overdue);
        }
    }

    [Fact]
    public async Task Without_queues_there_is_no_such_check()
    {
        using var host = TestHost.Create(actors => actors.AddService("loop", Bodies.ForEver), services: services => services.AddHealthChecks().AddActors());
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        report.Entries.Keys.ShouldNotContain("actors-schedules");
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["actors-schedules"];

    [Job("slow", Queue = "notes")]
    public sealed record Slow;

    public sealed class Handler : IJobHandler<Slow>
    {
        public static TaskCompletionSource End { get; } = new();

        public Task HandleAsync(Slow job, JobContext context, CancellationToken cancellationToken) => End.Task;
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
