using System.Diagnostics;

namespace Actors.Jobs.Tests.Processes;

/// <summary>Searches in a process that does not own the queues.</summary>
public sealed class RemoteSearchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_process_that_owns_nothing_finds_live_and_finished_jobs()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var done = await web.Jobs.EnqueueAsync(new SharedWork("done"), o => o.Key("a"));
        await web.FinishAsync(done);
        var later = new List<JobId>();
        for (var i = 0; i < 5; i++)
        {
            later.Add(await web.Jobs.EnqueueAsync(new SharedWork($"later {i}"), o => o.Key("a").Tag("t").Delay(TimeSpan.FromHours(1))));
        }

        await web.Jobs.EnqueueAsync(new SharedWork("other"), o => o.Delay(TimeSpan.FromHours(1)));
        await EventuallyAsync(async () => await web.Jobs.CountAsync(new JobFilter()) == 7);

        (await AllAsync(new JobFilter { Key = "a" })).ShouldBe([.. later, done], ignoreOrder: true);
        (await AllAsync(new JobFilter { Key = "a" })).ShouldBe(await AllAsync(new JobFilter { Key = "a" }, owner));
        (await AllAsync(new JobFilter { Tag = "t", States = [JobState.Scheduled] })).ShouldBe(later, ignoreOrder: true);
        (await AllAsync(new JobFilter().Arg("text", "later 3"))).ShouldBe([later[3]]);
        (await AllAsync(new JobFilter { States = [JobState.Succeeded] })).ShouldBe([done]);
        (await web.Jobs.CountAsync(new JobFilter { Key = "a" })).ShouldBe(6);
        (await AllAsync(new JobFilter { EnqueuedBefore = DateTimeOffset.MaxValue })).Count.ShouldBe(7);

        async Task<List<JobId>> AllAsync(JobFilter filter, Node? node = null)
        {
            var found = new List<JobId>();
            string? cursor = null;
            do
            {
                var page = await (node ?? web).Jobs.SearchAsync(filter, 2, cursor);
                found.AddRange(page.Jobs.Select(job => job.Id));
                cursor = page.Next;
            }
            while (cursor is not null);

            return found;
        }
    }

    [Fact]
    public async Task A_page_that_is_too_large_for_one_message_comes_in_parts()
    {
        await using var owner = await Node.StartAsync(_folder, isWorker: true);
        await using var web = await Node.StartAsync(_folder, isWorker: false);
        var tags = Enumerable.Range(0, 20).Select(n => $"{n:00}{new string('t', 98)}").ToArray();
        await web.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 600).Select(n => new SharedWork($"{n}"))], o => o.Tag(tags).Delay(TimeSpan.FromHours(1)));
        await EventuallyAsync(async () => await web.Jobs.CountAsync(new JobFilter()) == 600);
        var page = await web.Jobs.SearchAsync(new JobFilter(), 1_000);
        page.Jobs.Select(job => job.Id).ShouldBeUnique();
        page.Jobs.Count.ShouldBe(600);
        page.Next.ShouldBeNull();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(10);
        }
    }
}
