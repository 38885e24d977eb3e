using Actors.Jobs;
using Actors.Hosting.Tests.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Hosting.Tests;

/// <summary>Durable schedules of a host: from code, from the configuration, and both.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task Schedules_of_code_and_configuration_are_started_and_can_be_driven()
    {
        using var host = TestHost.Create(
            Configure,
            """
            actors.schedules {
              in-code { schedule = "daily at 09:00", time-zone = Europe/London, missed = all, max-runs = 7, until = "2099-01-01T00:00:00Z" }
              configured { schedule = "0 8 * * MON-FRI", job = note, args = "{\"text\":\"hello\"}", overlap = wait }
            }
            """);
        await host.StartAsync();
        var schedules = host.Services.GetRequiredService<ISchedules>();
        var all = await schedules.ListAsync();
        all.Select(s => (s.Name, s.Schedule, s.Origin, s.State)).ShouldBe(
        [
            ("configured", "0 8 * * MON-FRI", ScheduleOrigin.Configuration, ScheduleState.Active),
            ("in-code", "daily at 09:00 Europe/London", ScheduleOrigin.Code, ScheduleState.Active),
        ]);
        (all[1].Options.Missed, all[1].Options.MaxRuns, all[1].Options.Until!.Value.Year).ShouldBe((MissedSlots.All, 7, 2099));
        all[0].Options.Overlap.ShouldBe(SlotOverlap.Wait);
        var id = await schedules.RunNowAsync("configured");
        (await Noted.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe((id, "hello"));
        await host.StopAsync();
    }

    [Fact]
    public void Every_fault_of_a_schedule_is_told_with_the_others() => TestHost.Faults(
        Configure,
        """
        actors.schedules {
          in-code { schedule = "61 * * * *", misssed = one, until = "tomorrow" }
          lonely { missed = one }
          unknown { schedule = "@daily", job = nothing }
          here { schedule = "@daily", job = note, queue = nowhere }
        }
        """).ShouldSatisfyAllConditions(
        faults => faults.Count.ShouldBe(6),
        faults => faults.ShouldContain(fault => fault.Contains("Minutes go from 0 to 59", StringComparison.Ordinal)),
        faults => faults.ShouldContain(fault => fault.Contains("did you mean 'missed'", StringComparison.Ordinal)),
        faults => faults.ShouldContain(fault => fault.Contains("'actors.schedules.in-code.until = tomorrow' must be a moment", StringComparison.Ordinal)),
        faults => faults.ShouldContain(fault => fault.Contains("'actors.schedules.lonely' must say both", StringComparison.Ordinal)),
        faults => faults.ShouldContain(fault => fault.Contains("no handler for a job 'nothing'", StringComparison.Ordinal)),
        faults => faults.ShouldContain(fault => fault.Contains("There is no queue 'nowhere'", StringComparison.Ordinal)));

    [Fact]
    public void H_in_the_settings_of_a_service_is_made_from_its_name_and_always_the_same()
    {
        Schedule Of(string name)
        {
            using var host = TestHost.Create(
                actors => actors.AddTick(name, TimeSpan.FromSeconds(9), (_, _) => Task.CompletedTask), $"actors.services.{name}.schedule = \"H H * * *\"");
            return host.Services.Settings().Services.ShouldHaveSingleItem().Options.Schedule.ShouldNotBeNull();
        }

        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Of("one").Next(at).ShouldBe(Schedule.Parse("H H * * *", key: "one").Next(at));
        Of("two").Next(at).ShouldBe(Schedule.Parse("H H * * *", key: "two").Next(at));
        Of("one").Next(at).ShouldNotBe(Of("two").Next(at));
    }

    private static readonly TaskCompletionSource<(JobId, string)> Noted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Configure(ActorsBuilder actors) => actors
        .UseInMemoryStore()
        .AddQueue("notes", q => q.AddHandler<NoteHandler>())
        .AddSchedule("in-code", "daily at 08:00", new Note("from code"));

    [Job("note", Queue = "notes")]
    public sealed record Note(string Text);

    public sealed class NoteHandler : IJobHandler<Note>
    {
        public Task HandleAsync(Note job, JobContext context, CancellationToken cancellationToken)
        {
            Noted.TrySetResult((context.Id, job.Text));
            return Task.CompletedTask;
        }
    }
}
