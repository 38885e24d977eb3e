using Actors.Jobs.Tests.Crashes;
using Actors.Jobs.Tests.Processes;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Running;

/// <summary>What a handler says of its work, as others read it.</summary>
public sealed class ProgressTests
{
    [Theory, OnEachDispatcher]
    public async Task Progress_and_lines_can_be_read_while_a_job_runs_and_when_it_has_finished(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Script.Body = async (context, _) =>
        {
            context.Log("opened");
            context.Progress(0.1);
            context.Progress(0.4, "half");
            await end.Task;
            context.Progress(1);
        };
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Running);
        await system.DrainAsync();
        var running = (await host.Jobs.GetProgressAsync(id)).ShouldNotBeNull();
        (running.Id, running.Attempt, running.Fraction, running.Text, running.UpdatedAt).ShouldBe((id, 1, 0.4, "half", system.Time.GetUtcNow()));
        running.Lines.ShouldBe([new JobLogLine(1, system.Time.GetUtcNow(), "opened")]);

        end.SetResult();
        await host.ReachAsync(id, JobState.Succeeded);
        var done = (await host.Jobs.GetProgressAsync(id)).ShouldNotBeNull();
        (done.Fraction, done.Text, done.Lines.Count).ShouldBe((1, null, 1));
        (await host.Jobs.GetProgressAsync(await host.EnqueueAsync("silent", o => o.Delay(TimeSpan.FromDays(1))))).ShouldBeNull();
    }

    [Theory, OnEachDispatcher]
    public async Task Each_attempt_begins_anew_and_the_lines_of_those_before_stay(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (context, _) =>
        {
            context.Log($"try {context.Attempt}");
            if (context.Attempt == 1)
            {
                context.Progress(0.9, "nearly");
                throw new InvalidOperationException("no");
            }

            return Task.CompletedTask;
        };
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        var progress = (await host.Jobs.GetProgressAsync(id)).ShouldNotBeNull();
        (progress.Attempt, progress.Fraction, progress.Text).ShouldBe((2, null, null));
        progress.Lines.Select(line => (line.Attempt, line.Text)).ShouldBe([(1, "try 1"), (2, "try 2")]);
    }

    [Fact]
    public async Task What_is_kept_is_bounded()
    {
        await using var system = await TestSystem.StartAsync(1);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (context, _) =>
        {
            foreach (var line in Enumerable.Range(1, 250))
            {
                context.Log($"{line} " + new string('x', 300));
            }

            context.Progress(0.5, new string('y', 300));
            return Task.CompletedTask;
        };
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        var progress = (await host.Jobs.GetProgressAsync(id)).ShouldNotBeNull();
        progress.Lines.Count.ShouldBe(100);
        progress.Lines[^1].Text.ShouldBe(("250 " + new string('x', 300))[..200] + "…");
        progress.Text.ShouldBe(new string('y', 200) + "…");

        host.Script.Body = static (context, _) =>
        {
            context.Log("I am there");
            return Task.CompletedTask;
        };
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 999).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.Jobs.GetProgressAsync(id)).ShouldNotBeNull();
        await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded);
        (await host.Jobs.GetProgressAsync(id)).ShouldBeNull();
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public async Task A_fraction_that_is_none_fails_the_attempt_and_says_why(double fraction)
    {
        await using var system = await TestSystem.StartAsync(1);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = (context, _) =>
        {
            context.Progress(fraction);
            return Task.CompletedTask;
        };
        (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed)).Error.ShouldNotBeNull().ShouldContain("Progress is from 0 to 1: 0.4 is 40 %.");
    }

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_another_has_overtaken_has_no_say(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        var contexts = new List<JobContext>();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Script.Body = (context, _) =>
        {
            lock (contexts)
            {
                contexts.Add(context);
            }

            context.Log($"run {contexts.Count}");
            return end.Task; // Deaf to its token.
        };
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await RestartTests.RestartAsync(host);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20)); // The old worker is given up on after 5 s.
        contexts.Count.ShouldBe(2);
        contexts[0].Progress(0.9, "late");
        contexts[0].Log("late");
        contexts[1].Progress(0.2, "mine");
        contexts[0].Progress(0.9, "later");
        var progress = (await host.Jobs.GetProgressAsync(id)).ShouldNotBeNull();
        (progress.Fraction, progress.Text).ShouldBe((0.2, "mine"));
        progress.Lines.Select(line => line.Text).ShouldBe(["run 1", "run 2"]);
        end.SetResult();
        await host.ReachAsync(id, JobState.Succeeded);
    }

    [Fact]
    public async Task A_job_that_another_process_runs_is_heard_of_by_all_twice_a_second_at_most()
    {
        var folder = Directory.CreateTempSubdirectory("actors-progress-").FullName;
        try
        {
            HeldStore? store = null;
            await using var owner = await Node.StartAsync(folder, isWorker: false);
            await using var worker = await Node.StartAsync(folder, isWorker: true, around: inner => store = new HeldStore(inner));
            await using var web = await Node.StartAsync(folder, isWorker: false);
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            worker.Ran.InContext = async (context, _) =>
            {
                for (var line = 1; line <= 250; line++)
                {
                    context.Log($"line {line}");
                    context.Progress(line / 1000.0, $"at {line}");
                }

                await end.Task;
                context.Log("the end");
                context.Progress(1);
            };
            var began = TimeProvider.System.GetTimestamp();
            var id = await web.Jobs.EnqueueAsync(new SharedWork());
            foreach (var node in new[] { owner, web, worker })
            {
                var progress = await UntilAsync(node, id, progress => progress is { Fraction: 0.25, Lines: [.., { Text: "line 250" }] });
                (progress.Id, progress.Attempt, progress.Text, progress.Lines.Count).ShouldBe((id, 1, "at 250", 100));
            }

            end.SetResult();
            await web.FinishAsync(id);
            var done = await UntilAsync(web, id, progress => progress is { Fraction: 1 });
            done.Lines.TakeLast(2).Select(line => line.Text).ShouldBe(["line 250", "the end"]);

            // One at once, one each half second, and one at the end.
            store.ShouldNotBeNull().Reports.ShouldBeInRange(1, 3 + (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * 2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<JobProgress> UntilAsync(Node node, JobId id, Func<JobProgress?, bool> isSo)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var progress = await node.Jobs.GetProgressAsync(id);
            if (isSo(progress))
            {
                return progress!; // What is asked for is not null.
            }

            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(60), $"{progress}");
            await Task.Delay(10);
        }
    }
}
