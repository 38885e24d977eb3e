using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests;

/// <summary>Jobs that get other arguments, and jobs that run once more.</summary>
public sealed class EditTests
{
    private readonly InMemoryJournal _journal = new();
    private readonly InMemoryHistory _history = new();

    [Theory, OnEachDispatcher]
    public async Task A_job_that_waits_runs_with_the_arguments_that_it_was_given_and_keeps_its_place(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Workers = 1);
        await host.Jobs.PauseAsync("default");
        var ids = await host.Jobs.EnqueueManyAsync([new Work("0"), new Work("1"), new Work("2")]);
        var later = await host.EnqueueAsync("later", o => o.Delay(TimeSpan.FromHours(1)));
        var edited = await host.Jobs.EditAsync(ids[1], new Work("one"));
        (edited.Id, edited.State, edited.CopyOf).ShouldBe((ids[1], JobState.Waiting, null));
        (await host.Jobs.EditAsync(later, new Work("much later"))).DueAt.ShouldBe(system.Time.GetUtcNow().AddHours(1));
        await host.Jobs.EditAsync(ids[1], new Work("won"));
        await host.Jobs.ResumeAsync("default");
        await system.AdvanceAsync(TimeSpan.FromHours(2));
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["0", "won", "2", "much later"]);
        (await host.Jobs.History.FindAsync(ids[1], default)).ShouldNotBeNull().Args.ToArray().ShouldBe("""{"text":"won"}"""u8.ToArray());
    }

    [Theory, OnEachDispatcher]
    public async Task Arguments_that_are_not_in_memory_are_read_from_where_they_are_now(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.CacheBytes) = (1, 30));
        await host.Jobs.PauseAsync("default");
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 50).Select(i => new Work($"{i:00}"))]);
        foreach (var i in new[] { 0, 1, 7, 30, 49 })
        {
            await host.Jobs.EditAsync(ids[i], new Work($"{i:00} edited"));
        }

        await host.Jobs.ResumeAsync("default");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        host.Script.Attempts.Select(a => a.Text).ShouldBe(Enumerable.Range(0, 50).Select(i => i is 0 or 1 or 7 or 30 or 49 ? $"{i:00} edited" : $"{i:00}"));
    }

    [Theory, OnEachDispatcher]
    public async Task A_retrying_job_goes_on_with_its_attempts_and_a_finished_one_is_repeated_by_another_that_names_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Retry.MaxAttempts, o.Retry.Backoff.Min) = (2, TimeSpan.FromHours(1)));
        var isBroken = true;
        host.Script.Body = (_, _) => isBroken ? throw new InvalidOperationException("no such address") : Task.CompletedTask;
        var id = await host.EnqueueAsync("bbo");
        await host.ReachAsync(id, JobState.Retrying);
        (await host.Jobs.EditAsync(id, new Work("bob"))).Attempts.ShouldBe(1);
        await host.ReachAsync(id, JobState.Failed, TimeSpan.FromHours(2));

        isBroken = false;
        var copy = await host.Jobs.EditAsync(id, new Work("Bob"));
        copy.Id.ShouldNotBe(id);
        (copy.CopyOf, copy.Queue).ShouldBe((id, "default"));
        (await host.ReachAsync(copy.Id, JobState.Succeeded)).Attempts.ShouldBe(1);
        (await host.StateAsync(id)).ShouldBe(JobState.Failed);
        host.Script.Attempts.Select(a => a.Text).ShouldBe(["bbo", "bob", "Bob"]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_finished_job_is_run_again_once_however_often_it_is_asked_for(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        var failures = 2;
        host.Script.Body = (_, _) => failures-- > 0 ? throw new InvalidOperationException("down") : Task.CompletedTask;
        var id = await host.EnqueueAsync("same");
        await host.ReachAsync(id, JobState.Failed);
        var first = await host.Jobs.RunAgainAsync(id);
        first.CopyOf.ShouldBe(id);
        (await host.Jobs.RunAgainAsync(id)).Id.ShouldBe(first.Id);
        await host.ReachAsync(first.Id, JobState.Failed);
        (await host.Jobs.RunAgainAsync(id)).ShouldSatisfyAllConditions(job => job.Id.ShouldBe(first.Id), job => job.State.ShouldBe(JobState.Failed));
        var second = await host.Jobs.RunAgainAsync(first.Id);
        await host.ReachAsync(second.Id, JobState.Succeeded);
        host.Script.Attempts.Select(a => (a.Text, a.Number)).ShouldBe([("same", 1), ("same", 1), ("same", 1)]);

        var waits = await host.EnqueueAsync("waits", o => o.Delay(TimeSpan.FromHours(1)));
        (await host.Jobs.RunAgainAsync(waits)).Id.ShouldBe(waits, "It has not finished: it runs now.");
        await host.ReachAsync(waits, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_runs_or_is_of_another_type_is_left_as_it_is(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.MaxArgsBytes = 100);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        var id = await host.EnqueueAsync("x");
        await host.ReachAsync(id, JobState.Running);
        var refused = await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.EditAsync(id, new Work("y")));
        refused.Message.ShouldBe($"Job {id} is Running and was not changed. It is running, with the arguments that it had when it was started. Wait until it has ended, or cancel it.");
        await host.ReachAsync(id, JobState.Succeeded);
        (await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.EditAsync(id, new Second()))).Message.ShouldContain("It is a 'work', and cannot get the arguments of a 'second'.");
        await Expect.ThrowsAsync<JobTooLargeException>(() => host.Jobs.EditAsync(id, new Work(new string('x', 200))));
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.EditAsync(new JobId(Guid.NewGuid()), new Work("y")));
        await Expect.ThrowsAsync<UnknownJobException>(() => host.Jobs.RunAgainAsync(new JobId(Guid.NewGuid())));
    }

    [Theory, OnEachDispatcher]
    public async Task What_was_edited_outlives_restarts_and_the_commits_that_had_it(TestDispatcher dispatcher, int seed)
    {
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, Small, _journal, _history);
            await host.Jobs.PauseAsync("default");
            var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 10).Select(i => new Work($"{i}"))]);
            await Task.WhenAll(Enumerable.Range(0, 5).Select(i => host.Jobs.EditAsync(ids[i], new Work($"{i} edited"))));
            await host.Jobs.EditAsync(ids[2], new Work("2 edited twice"));
            for (var i = 0; i < 100; i++)
            {
                await host.Jobs.CancelAsync(await host.EnqueueAsync());
                await system.AdvanceAsync(TimeSpan.FromMilliseconds(20));
            }

            (await _journal.ReadAsync("queue/default", 0, int.MaxValue, default)).Count.ShouldBeLessThan(60);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var host = await JobHost.StartAsync(system, o => { Small(o); o.Workers = 1; }, _journal, _history);
            await host.Jobs.ResumeAsync("default");
            await system.AdvanceAsync(TimeSpan.FromSeconds(5));
            host.Script.Attempts.Select(a => a.Text).ShouldBe(
                ["0 edited", "1 edited", "2 edited twice", "3 edited", "4 edited", "5", "6", "7", "8", "9"]);
        }
    }

    [Fact]
    public async Task An_edit_that_was_answered_is_kept_and_one_that_was_not_is_made_or_not_whenever_the_process_is_killed()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var texts = new List<string>();
            var script = new Script(TimeProvider.System);
            await using var system = await TestSystem.StartAsync(seed, actors => actors
                .AddQueue("default", q => q.Workers(2).AddHandler<WorkHandler>())
                .Services.AddSingleton(script));
            await system.Jobs.PauseAsync("default");
            var ids = await system.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4).Select(i => new Work($"{i}"))]);
            await system.Jobs.EditAsync(ids[1], new Work("1 edited"));
            var unanswered = system.Jobs.EditAsync(ids[2], new Work("2 edited")); // Never ends when the process does first.
            var deleting = system.Jobs.DeleteAsync(ids[3]);
            for (var i = 0; i < seed % 7; i++)
            {
                await Task.Yield();
            }

            var (isEdited, isDeleted) = (unanswered.IsCompletedSuccessfully, deleting.IsCompletedSuccessfully);
            await system.CrashAsync();
            await system.Jobs.ResumeAsync("default");
            await system.AdvanceAsync(TimeSpan.FromSeconds(5));
            texts = [.. script.Attempts.Select(a => a.Text).Order()];
            texts.ShouldContain("0", $"seed {seed}");
            texts.ShouldContain("1 edited", $"seed {seed}");
            texts.Count(text => text == "2 edited" || (!isEdited && text == "2")).ShouldBe(1, $"seed {seed}: {string.Join(", ", texts)}");
            texts.Count(text => text == "3").ShouldBeLessThanOrEqualTo(isDeleted ? 0 : 1, $"seed {seed}");
        }
    }

    private static void Small(QueueOptions options) => (options.TrimBytes, options.ForwardBytes, options.HistoryBatch) = (200, 0, 3);

    [Theory, OnEachDispatcher]
    public async Task A_repetition_has_the_key_of_the_job_and_counts_in_the_limits_of_that_key(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Limits.ConcurrencyPerKey = 1);
        var ids = await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 4).Select(i => new Work($"{i}"))], o => o.Key("customer 7").Tag("urgent"));
        await host.ReachAsync(ids[3], JobState.Succeeded);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        host.Script.MostAtOnce.ShouldBe(1);
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(10), system.Time, cancellationToken);
        foreach (var id in ids.Take(3))
        {
            var repetition = await host.Jobs.RunAgainAsync(id);
            repetition.Key.ShouldBe("customer 7");
            repetition.Tags.ShouldBe(["urgent"]);
        }

        (await host.Jobs.EditAsync(ids[3], new Work("other"))).Key.ShouldBe("customer 7");
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        host.Script.Begun.ShouldBe(8);
        host.Script.MostAtOnce.ShouldBe(1);
    }
}
