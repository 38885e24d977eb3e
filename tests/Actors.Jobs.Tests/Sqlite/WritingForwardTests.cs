using System.Collections.Concurrent;
using System.Text.Json;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;
using Actors.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>The journal in its file stays small, whatever lies in its oldest part.</summary>
public sealed class WritingForwardTests : IDisposable
{
    private const int ForwardBytes = 2_000_000;

    /// <summary>What a journal may have beyond two and a half times its live jobs: the size below which nothing is done, and what dies in a few milliseconds.</summary>
    private const int Slack = ForwardBytes + 8_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actors-forward-");
    private readonly ConcurrentDictionary<JobId, int> _live = new();
    private readonly ConcurrentDictionary<JobId, int> _inHistory = new();
    private long _liveBytes;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Delayed_jobs_in_the_oldest_part_do_not_keep_everything_behind_them()
    {
        await using var system = ActorSystem.Create("forward");
        var store = await OpenAsync();
        var jobs = await StartAsync(system, store);
        var delayed = await EnqueueAsync(jobs, 20_000, TimeSpan.FromDays(300), _ => 216);
        using var stop = new CancellationTokenSource();
        var consuming = jobs.ConsumeAsync("default", static () => { }, stop.Token);
        var (most, before) = (0.0, PagesInUse());
        for (var i = 0; i < 60; i++)
        {
            await EnqueueAsync(jobs, 2000, TimeSpan.Zero, _ => 216);
            most = Math.Max(most, Ratio());
        }

        // Six times as many jobs have passed as wait: the journal would be seven times as large.
        most.ShouldBeLessThan(2.5);
        await WaitAsync(async () => (await Recovered.QueueAsync(jobs)).Succeeded == 120_000);
        await WaitAsync(() => Task.FromResult(PagesInUse() * 4096 < (2.2 * _liveBytes) + ForwardBytes));
        await stop.CancelAsync();
        await consuming;
        await system.DisposeAsync();
        await store.DisposeAsync();
        await CheckAfterRestartAsync(delayed);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Under_a_random_load_it_is_at_no_time_larger_than_two_and_a_half_times_its_live_jobs(int seed)
    {
        var random = new Random(seed);
        await using var system = ActorSystem.Create("forward");
        var store = await OpenAsync();
        var jobs = await StartAsync(system, store);
        using var stop = new CancellationTokenSource();
        var consuming = jobs.ConsumeAsync("default", static () => { }, stop.Token);
        var waiting = new List<JobId>();
        var most = 0.0;
        for (var i = 0; i < 300; i++)
        {
            // Short-lived and long-lived jobs side by side, many and few, large and small.
            var isLongLived = random.Next(4) == 0;
            var count = random.Next(3) == 0 ? 1 : random.Next(600);
            var largest = random.Next(10) == 0 ? 20_000 : random.Next(100, 1500);
            var ids = await EnqueueAsync(jobs, count, isLongLived ? TimeSpan.FromDays(300) : TimeSpan.Zero, _ => random.Next(largest));
            waiting.AddRange(isLongLived ? ids : []);
            most = Math.Max(most, Ratio());
        }

        most.ShouldBeLessThan(2.5, $"seed {seed}");
        await WaitAsync(async () => (await Recovered.QueueAsync(jobs)).Scheduled == _live.Count);
        await WaitAsync(() => Task.FromResult(PagesInUse() * 4096 < (2.2 * _liveBytes) + ForwardBytes));
        await stop.CancelAsync();
        await consuming;
        await system.DisposeAsync();
        await store.DisposeAsync();
        await CheckAfterRestartAsync(waiting);
    }

    private async Task<IReadOnlyList<JobId>> EnqueueAsync(JobSystem jobs, int count, TimeSpan delay, Func<int, int> length)
    {
        var drafts = Enumerable.Range(0, count).Select(i => new Ballast(new string('x', Math.Max(0, length(i) - 20)))).ToList();
        var ids = await jobs.EnqueueManyAsync(drafts, o => o.Delay(delay));
        for (var i = 0; i < ids.Count; i++)
        {
            var bytes = (int)JournalSize.OfJob(JsonSerializer.SerializeToUtf8Bytes(drafts[i], JobTypes.DefaultJson).Length);
            _live[ids[i]] = bytes;
            Interlocked.Add(ref _liveBytes, bytes);
            if (_inHistory.ContainsKey(ids[i]))
            {
                OnInHistory(ids[i]);
            }
        }

        return ids;
    }

    /// <summary>Until then a job belongs to its owner, and is alive.</summary>
    private void OnInHistory(JobId id)
    {
        _inHistory[id] = 0;
        if (_live.TryRemove(id, out var bytes))
        {
            Interlocked.Add(ref _liveBytes, -bytes);
        }
    }

    private double Ratio()
    {
        // What goes to the history while the pages are counted was alive when that began.
        var live = Interlocked.Read(ref _liveBytes);
        var pages = PagesInUse();
        return Math.Max(0, (pages * 4096.0) - Slack) / Math.Max(1, Math.Max(live, Interlocked.Read(ref _liveBytes)));
    }

    private long PagesInUse() => SqliteFile.Query(
        Path.Combine(_folder.FullName, "jobs.db"), "SELECT (SELECT * FROM pragma_page_count) - (SELECT * FROM pragma_freelist_count)");

    private Task<SqliteStore> OpenAsync() => SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(_folder.FullName, "jobs.db") });

    private async Task<JobSystem> StartAsync(ActorSystem system, SqliteStore store) => await JobSystem.StartAsync(system, new JobSystemOptions
    {
        Journal = store.Journal,
        History = new WatchedHistory(store.History, OnInHistory),
        Services = new ServiceCollection().BuildServiceProvider(),
        Queues = [new QueueDefinition("default", new QueueOptions { ForwardBytes = ForwardBytes }, [typeof(Handler)])],
    });

    private async Task CheckAfterRestartAsync(IReadOnlyList<JobId> waiting)
    {
        await using var system = ActorSystem.Create("again");
        await using var store = await OpenAsync();
        var jobs = await StartAsync(system, store);
        (await Recovered.QueueAsync(jobs)).Scheduled.ShouldBe(waiting.Count);
        foreach (var id in waiting.Where((_, i) => i % 37 == 0))
        {
            var job = await jobs.GetAsync(id);
            job.State.ShouldBe(JobState.Scheduled);

            // It counts from the decision, and it was enqueued when that was stored.
            (job.DueAt - job.EnqueuedAt).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromDays(300) - TimeSpan.FromMinutes(1), TimeSpan.FromDays(300));
        }
    }

    private static async Task WaitAsync(Func<Task<bool>> isReached)
    {
        for (var i = 0; i < 3000 && !await isReached(); i++)
        {
            await Task.Delay(10);
        }

        (await isReached()).ShouldBeTrue();
    }

    [Job("ballast")]
    internal sealed record Ballast(string Text);

    private sealed class Handler : IJobHandler<Ballast>
    {
        public Task HandleAsync(Ballast job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class WatchedHistory(IHistory inner, Action<JobId> onWritten) : IHistory
    {
        public async Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken)
        {
            await inner.WriteAsync(jobs, cancellationToken);
            foreach (var job in jobs)
            {
                onWritten(job.Id);
            }
        }

        public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

        public Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken) => inner.CountAsync(filter, cancellationToken);

        public Task<IReadOnlyList<FinishedJob>> ListAsync(
            HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken) =>
            inner.ListAsync(filter, limit, before, cancellationToken);

        public Task<IReadOnlyList<FinishedJob>> SearchAsync(
            HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken) =>
            inner.SearchAsync(filter, limit, before, cancellationToken);

        public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken) =>
            inner.CountErrorsAsync(filter, limit, cancellationToken);

        public Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
            inner.PruneAsync(queue, state, finishedBefore, limit, cancellationToken);

        public Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) => inner.DeleteAsync(ids, cancellationToken);
    }
}
