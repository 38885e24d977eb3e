using System.Diagnostics;
using Actors.Jobs.Tests.Sqlite;

namespace Actors.Jobs.Tests.Processes;

/// <summary>A real process is stopped by a signal while it runs a job, for longer than its queue waits for it.</summary>
public sealed class SilentProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-silent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_a_worker_says_after_it_was_stopped_past_its_limit_is_refused_and_it_works_on()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no SIGSTOP.");
        }

        var options = new QueueOptions { Workers = 2, Prefetch = 2, NodeTimeout = TimeSpan.FromSeconds(2) };
        await using var owner = await Node.StartAsync(_folder, isWorker: false, options: options);
        using var worker = Start();
        try
        {
            await UntilAsync(() => Notes.Lines(_folder, "started.txt").Count == 1);
            var id = await owner.Jobs.EnqueueAsync(new SharedWork("first"));
            await UntilAsync(() => Notes.Lines(_folder, "silent.txt").Contains("begun first"));
            await StopAsync(worker);
            await UntilAsync(async () => (await owner.Jobs.GetAsync(id)).State == JobState.Waiting);
            var silence = (await owner.Jobs.GetAsync(id)).LastInterruption.ShouldNotBeNull();
            (silence.Cause, silence.Attempt).ShouldBe((JobInterruptionCause.ProcessSilent, 1));
            silence.Node.ShouldNotBeNull().ShouldNotBe(owner.Id);

            var other = await Node.StartAsync(_folder, isWorker: true, options: options);
            var finished = await other.FinishAsync(id);
            (finished.State, finished.Attempts).ShouldBe((JobState.Succeeded, 1));
            other.Ran.Attempts.Select(attempt => attempt.Text).ShouldBe(["first"]);
            await other.DisposeAsync();

            // The stopped attempt ends well as soon as it can, and says so.
            await File.WriteAllTextAsync(Path.Combine(_folder, "go"), "");
            await SignalAsync("-CONT", worker);
            await UntilAsync(() => Notes.Lines(_folder, "silent.txt").Contains("ended first"));
            var second = await owner.Jobs.EnqueueAsync(new SharedWork("second"));
            (await owner.FinishAsync(second)).State.ShouldBe(JobState.Succeeded);
            Notes.Lines(_folder, "silent.txt").ShouldContain("ended second");
            (await owner.Jobs.GetAsync(id)).ShouldBe(finished);
            var queue = await owner.Jobs.GetQueueAsync("default");
            (queue.Succeeded, queue.Running, queue.Waiting).ShouldBe((2, 0, 0));
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_job_says_by_the_death_of_which_process_it_was_interrupted()
    {
        var options = new QueueOptions { Workers = 2, Prefetch = 2 };
        await using var owner = await Node.StartAsync(_folder, isWorker: false, options: options);
        await using var web = await Node.StartAsync(_folder, isWorker: false, options: options);
        using var worker = Start();
        JobId id;
        try
        {
            await UntilAsync(() => Notes.Lines(_folder, "started.txt").Count == 1);
            id = await owner.Jobs.EnqueueAsync(new SharedWork("first"));
            await UntilAsync(() => Notes.Lines(_folder, "silent.txt").Contains("begun first"));
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }

        await UntilAsync(async () => (await owner.Jobs.GetAsync(id)).State == JobState.Waiting);
        foreach (var node in new[] { owner, web })
        {
            var death = (await node.Jobs.GetAsync(id)).LastInterruption.ShouldNotBeNull();
            (death.Cause, death.Attempt).ShouldBe((JobInterruptionCause.ProcessDied, 1));
            death.Text.ShouldBe($"the process died (node {death.Node})");
        }
    }

    [Fact]
    public async Task Without_a_limit_a_stopped_worker_keeps_its_job_and_no_other_runs_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no SIGSTOP.");
        }

        var options = new QueueOptions { Workers = 2, Prefetch = 2, NodeTimeout = Timeout.InfiniteTimeSpan };
        await using var owner = await Node.StartAsync(_folder, isWorker: false, options: options);
        using var worker = Start();
        try
        {
            await UntilAsync(() => Notes.Lines(_folder, "started.txt").Count == 1);
            var id = await owner.Jobs.EnqueueAsync(new SharedWork("first"));
            await UntilAsync(() => Notes.Lines(_folder, "silent.txt").Contains("begun first"));
            await StopAsync(worker);
            await using var other = await Node.StartAsync(_folder, isWorker: true, options: options);

            // Those few that the stopped one has been granted in advance wait for it, too.
            var others = await other.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(i => new SharedWork($"other {i}"))]);
            await UntilAsync(() => other.Ran.Attempts.Count >= 20);
            (await owner.Jobs.GetAsync(id)).State.ShouldBe(JobState.Running);
            await File.WriteAllTextAsync(Path.Combine(_folder, "go"), "");
            await SignalAsync("-CONT", worker);
            var finished = await owner.FinishAsync(id);
            (finished.State, finished.Attempts).ShouldBe((JobState.Succeeded, 1));
            foreach (var one in others)
            {
                (await owner.FinishAsync(one)).Attempts.ShouldBe(1);
            }

            other.Ran.Attempts.ShouldNotContain(attempt => attempt.Text == "first");
            Notes.Lines(_folder, "silent.txt").Count(line => line == "begun first").ShouldBe(1);
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        foreach (var argument in SilentNode.Arguments(_folder))
        {
            start.ArgumentList.Add(argument);
        }

        return MortalChild.Start(start);
    }

    private static async Task SignalAsync(string signal, Process process)
    {
        using var kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }

    /// <summary>Stops a process while it writes nothing: with a lock of the store in its hands it would stop all others, too.</summary>
    private async Task StopAsync(Process process)
    {
        await UntilAsync(async () =>
        {
            await SignalAsync("-STOP", process);
            if (!SqliteFile.IsLocked(Path.Combine(_folder, "jobs-inbox.db")))
            {
                return true;
            }

            await SignalAsync("-CONT", process);
            return false;
        });
    }

    private static Task UntilAsync(Func<bool> condition) => StoreHost.UntilAsync(() => Task.FromResult(condition()));

    private static Task UntilAsync(Func<Task<bool>> condition) => StoreHost.UntilAsync(condition);
}
