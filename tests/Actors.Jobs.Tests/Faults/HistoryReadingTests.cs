using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Faults;

/// <summary>Finished jobs whose arguments are in the journal only, because their process ended before the history had them.</summary>
public sealed class HistoryReadingTests
{
    private const int ArgsBytes = 900_000;

    [Theory, OnEachDispatcher]
    public async Task Arguments_are_read_for_the_history_in_pieces_of_four_megabytes(TestDispatcher dispatcher, int seed)
    {
        var journal = new InMemoryJournal();
        var ids = new List<JobId>();
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: new FaultyHistory { Fault = new IOException("The disk is full.") });
            for (var i = 0; i < 10; i++)
            {
                ids.Add(await host.EnqueueAsync(new string((char)('a' + i), ArgsBytes)));
            }

            foreach (var id in ids)
            {
                await host.ReachAsync(id, JobState.Succeeded);
            }

            (await host.QueueAsync()).Succeeded.ShouldBe(10);
        }

        await using (var system = await TestSystem.StartAsync(seed + 1, dispatcher))
        {
            var history = new Weighing();
            await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false);
            await system.EventuallyAsync(() => history.Writes.Sum(write => write.Count) == 10);
            history.Writes.Select(write => write.Count).ShouldBe([4, 4, 2]);
            history.Writes.SelectMany(write => write).Select(job => job.Id).ShouldBe(ids, ignoreOrder: true);
            history.Writes.SelectMany(write => write).ShouldAllBe(job => job.Args.Length > ArgsBytes);
        }
    }

    private sealed class Weighing : IHistory
    {
        private readonly Lock _lock = new();
        private readonly List<IReadOnlyList<FinishedJob>> _writes = [];
        private readonly InMemoryHistory _inner = new();

        public IReadOnlyList<IReadOnlyList<FinishedJob>> Writes
        {
            get
            {
                lock (_lock)
                {
                    return [.. _writes];
                }
            }
        }

        public Task WriteAsync(IReadOnlyList<FinishedJob> jobs, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _writes.Add([.. jobs]);
            }

            return _inner.WriteAsync(jobs, cancellationToken);
        }

        public Task<FinishedJob?> FindAsync(JobId id, CancellationToken cancellationToken) => _inner.FindAsync(id, cancellationToken);

        public Task<long> CountAsync(HistoryFilter filter, CancellationToken cancellationToken) => _inner.CountAsync(filter, cancellationToken);

        public Task<IReadOnlyList<FinishedJob>> ListAsync(
            HistoryFilter filter, int limit, HistoryCursor? before, CancellationToken cancellationToken) =>
            _inner.ListAsync(filter, limit, before, cancellationToken);

        public Task<IReadOnlyList<FinishedJob>> SearchAsync(HistoryFilter filter, int limit, JobPosition? before, CancellationToken cancellationToken) =>
            _inner.SearchAsync(filter, limit, before, cancellationToken);

        public Task<IReadOnlyList<ErrorCount>> CountErrorsAsync(HistoryFilter filter, int limit, CancellationToken cancellationToken) =>
            _inner.CountErrorsAsync(filter, limit, cancellationToken);

        public Task<int> DeleteAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) => _inner.DeleteAsync(ids, cancellationToken);

        public Task<PruneResult> PruneAsync(string queue, JobState state, DateTimeOffset finishedBefore, int limit, CancellationToken cancellationToken) =>
            _inner.PruneAsync(queue, state, finishedBefore, limit, cancellationToken);
    }
}
