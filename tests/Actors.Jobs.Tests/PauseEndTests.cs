using Actors.Jobs.Queues;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>A pause that has an end.</summary>
public sealed class PauseEndTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task It_ends_by_itself_at_its_moment_and_not_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var until = system.Time.GetUtcNow().AddHours(1);
        (await host.Jobs.PauseAsync("default", "the mail server restarts", until)).Pause.ShouldNotBeNull().Until.ShouldBe(until);
        await host.EnqueueAsync();
        await system.AdvanceAsync(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        (host.Script.Begun, (await host.QueueAsync()).Pause?.Until).ShouldBe((0, until));
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        (host.Script.Begun, (await host.QueueAsync()).Pause).ShouldBe((1, null));
    }

    [Theory, OnEachDispatcher]
    public async Task It_ends_at_its_moment_also_after_a_restart_and_though_the_commit_that_said_it_is_deleted(TestDispatcher dispatcher, int seed)
    {
        DateTimeOffset until;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            until = system.Time.GetUtcNow().AddHours(1);
            await host.Jobs.PauseAsync("default", until: until);
            for (var i = 0; i < 100; i++)
            {
                await host.Jobs.CancelAsync(await host.EnqueueAsync());
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }

            (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBeLessThan(50);
            await host.EnqueueAsync();
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(TimeSpan.FromMinutes(1)); // Its clock begins where that of the first began.
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            (await host.QueueAsync()).Pause.ShouldNotBeNull().Until.ShouldBe(until);
            await system.AdvanceAsync(until - system.Time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
            host.Script.Begun.ShouldBe(0);
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(1));
            host.Script.Begun.ShouldBe(1);
        }

        await using (var system = await TestSystem.StartAsync(seed + 2, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            (await host.QueueAsync()).Pause.ShouldBeNull("Its end is in the journal, too.");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_process_that_begins_after_its_moment_starts_jobs_at_once(TestDispatcher dispatcher, int seed)
    {
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, null, _journal, _history);
            await host.Jobs.PauseAsync("default", until: system.Time.GetUtcNow().AddHours(1));
            await host.EnqueueAsync();
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            await system.AdvanceAsync(TimeSpan.FromHours(2));
            var host = await JobHost.StartAsync(system, null, _journal, _history);
            await system.DrainAsync();
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            (host.Script.Begun, (await host.QueueAsync()).Pause).ShouldBe((1, null));
        }
    }

    [Theory, OnEachDispatcher]
    public async Task Pausing_again_replaces_the_end_and_resuming_removes_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var start = system.Time.GetUtcNow();
        await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromMinutes(30)));
        await host.Jobs.PauseAsync("default", "an hour", start.AddHours(1));
        await host.Jobs.PauseAsync("default", "two hours", start.AddHours(2));
        await system.AdvanceAsync(TimeSpan.FromMinutes(90));
        host.Script.Begun.ShouldBe(0);
        await host.Jobs.PauseAsync("default", "until further notice");
        await system.AdvanceAsync(TimeSpan.FromHours(5));
        (host.Script.Begun, (await host.QueueAsync()).Pause?.Reason).ShouldBe((0, "until further notice"));

        await host.Jobs.PauseAsync("default", "an hour", system.Time.GetUtcNow().AddHours(1));
        await host.Jobs.ResumeAsync("default");
        await host.Jobs.PauseAsync("default", "again");
        await system.AdvanceAsync(TimeSpan.FromHours(5));
        (await host.QueueAsync()).Pause?.Reason.ShouldBe("again");
    }

    [Fact]
    public async Task It_ends_at_its_moment_also_when_the_process_was_killed_in_the_middle_of_it()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var ran = 0;
            await using var system = await TestSystem.StartAsync(seed, actors => actors
                .AddQueue("default", q => q.AddHandler<WorkHandler>())
                .Services.AddSingleton(new Script(TimeProvider.System)
                {
                    Body = (_, _) =>
                    {
                        ran++;
                        return Task.CompletedTask;
                    },
                }));
            var until = system.Time.GetUtcNow().AddMinutes(10);
            await system.Jobs.PauseAsync("default", "ten minutes", until);
            await system.Jobs.EnqueueAsync(new Work());
            await system.CrashAsync(TimeSpan.FromMinutes(seed % 3 == 0 ? 20 : 1));
            var left = until - system.Time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                (await system.Jobs.GetQueueAsync("default")).Pause.ShouldNotBeNull().Until.ShouldBe(until);
                await system.AdvanceAsync(left - TimeSpan.FromMilliseconds(1));
                ran.ShouldBe(0);
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(1));
            }
            else
            {
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }

            ran.ShouldBe(1, $"seed {seed}");
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_moment_that_has_passed_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        (await Expect.ThrowsAsync<ArgumentException>(() => host.Jobs.PauseAsync("default", until: system.Time.GetUtcNow()))).Message.ShouldContain("which has passed");
        (await host.QueueAsync()).Pause.ShouldBeNull();
    }

    [Fact]
    public void Older_programs_refuse_a_journal_with_it_for_they_would_stay_paused()
    {
        var pause = new QueuePause("holiday", DateTimeOffset.UnixEpoch.AddDays(1)) { Until = DateTimeOffset.UnixEpoch.AddDays(2) };
        var draft = new CommitDraft(1, 1);
        draft.SetPause(pause, 0);
        draft.FormatVersion.ShouldBe(4);
        var without = new CommitDraft(1, 1);
        without.SetPause(pause with { Until = null }, 0);
        without.FormatVersion.ShouldBe(2);

        // A deletion writes the pause again.
        var state = new QueueState();
        state.SetPause(pause, 0);
        var trimming = new CommitDraft(1, 1);
        trimming.Encode(0, 0, state.ToProto());
        trimming.FormatVersion.ShouldBe(4);
        QueueState.FromProto(QueueState.ToProto(pause)).ShouldBe(pause);
    }

    private static void Small(QueueOptions options) => (options.TrimBytes, options.ForwardBytes, options.HistoryBatch) = (200, 0, 3);
}
