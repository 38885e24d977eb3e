using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class CommitLedgerTests
{
    private const int Size = 100;

    /// <summary>One run for each commit, so that a run is what is given up.</summary>
    private readonly CommitLedger _ledger = new(runBytes: 1);

    [Fact]
    public void Nothing_is_given_up_while_a_job_of_the_first_commit_lives()
    {
        Add(1, firstRow: 1, jobs: 2);
        Add(2, firstRow: 3, jobs: 1);
        Add(3, firstRow: 4, jobs: 0);
        _ledger.Forget(1, 0);
        _ledger.Forget(3, 0);
        _ledger.Trim(3).ShouldBe(0);
        _ledger.FirstKept.ShouldBe(1);
    }

    [Fact]
    public void A_job_is_taken_off_the_commit_that_has_its_arguments_though_empty_ones_lie_around_it()
    {
        Add(1, firstRow: 1, jobs: 0);
        Add(2, firstRow: 1, jobs: 0);
        Add(3, firstRow: 1, jobs: 3);
        Add(4, firstRow: 2, jobs: 0);
        Add(5, firstRow: 2, jobs: 0);
        Add(6, firstRow: 2, jobs: 1);
        Add(7, firstRow: 3, jobs: 0);
        _ledger.Forget(1, 0);
        _ledger.Forget(1, 0);
        _ledger.Forget(1, 0);

        _ledger.Trim(7).ShouldBe(5 * Size);
        _ledger.FirstKept.ShouldBe(6);
        _ledger.FirstKeptRow.ShouldBe(2);
        _ledger.Bytes.ShouldBe(2 * Size);

        _ledger.Forget(2, 0);
        _ledger.Trim(7).ShouldBe(Size);
        _ledger.FirstKept.ShouldBe(7);
    }

    [Fact]
    public void The_newest_commit_stays()
    {
        Add(1, firstRow: 1, jobs: 0);
        _ledger.Trim(1).ShouldBe(0);
        _ledger.FirstKept.ShouldBe(1);
        _ledger.LastOfOldestRun.ShouldBe(0);
    }

    [Fact]
    public void A_commit_with_finished_jobs_that_are_not_in_the_history_stays()
    {
        Add(1, firstRow: 1, jobs: 0);
        Add(2, firstRow: 1, jobs: 0);
        Add(3, firstRow: 1, jobs: 0);
        _ledger.Trim(historyThrough: 1).ShouldBe(Size);
        _ledger.FirstKept.ShouldBe(2);
    }

    [Fact]
    public void Many_small_commits_share_a_run_and_are_given_up_together()
    {
        var ledger = new CommitLedger(runBytes: 10 * Size);
        for (var n = 1; n <= 25; n++)
        {
            ledger.Add(n, firstRow: n, jobs: 1, liveBytes: JournalSize.OfJob(0), bytes: Size);
        }

        for (var n = 1; n <= 19; n++)
        {
            ledger.Forget(row: n, payloadLength: 0);
            ledger.Trim(25).ShouldBe(n == 10 ? 10 * Size : 0);
        }

        (ledger.FirstKept, ledger.LastOfOldestRun, ledger.FirstKeptRow).ShouldBe((11, 20, 11));
        (ledger.Bytes, ledger.LiveBytes).ShouldBe((15 * Size, 6 * JournalSize.OfJob(0)));
        ledger.Forget(20, 0);
        ledger.Trim(19).ShouldBe(0);
        ledger.Trim(20).ShouldBe(10 * Size);
        (ledger.FirstKept, ledger.LastOfOldestRun).ShouldBe((21, 0));
    }

    [Theory, InlineData(1, 1), InlineData(2, 1), InlineData(3, 350), InlineData(4, 1000)]
    public void It_agrees_with_a_plain_count_of_what_lives_in_each_run(int seed, int runBytes)
    {
        var random = new Random(seed);
        var ledger = new CommitLedger(runBytes);
        var runs = new List<(long First, long Last, List<long> LiveRows)>();
        var live = new List<long>();
        var nextRow = 1L;
        var kept = 0;
        for (var sequenceNumber = 1L; sequenceNumber <= 20_000; sequenceNumber++)
        {
            var jobs = random.Next(3) == 0 ? 0 : random.Next(4);
            ledger.Add(sequenceNumber, nextRow, jobs, jobs * JournalSize.OfJob(10), Size);
            if (runs.Count > kept && (runs[^1].Last - runs[^1].First + 2) * Size <= runBytes)
            {
                runs[^1] = runs[^1] with { Last = sequenceNumber };
            }
            else
            {
                runs.Add((sequenceNumber, sequenceNumber, []));
            }

            for (var i = 0; i < jobs; i++)
            {
                // Some jobs share a row.
                nextRow += i == 0 || random.Next(2) == 0 ? 1 : 0;
                runs[^1].LiveRows.Add(nextRow - 1);
                live.Add(nextRow - 1);
            }

            for (var i = random.Next(5); i > 0 && live.Count > 0; i--)
            {
                var index = random.Next(Math.Min(live.Count, 20));
                runs.Skip(kept).Count(run => run.LiveRows.Remove(live[index])).ShouldBe(1);
                ledger.Forget(live[index], 10);
                live.RemoveAt(index);
            }

            var through = sequenceNumber - random.Next(10);
            ledger.Trim(through);
            while (kept < runs.Count - 1 && runs[kept].LiveRows.Count == 0 && runs[kept].Last <= through)
            {
                kept++;
            }

            ledger.FirstKept.ShouldBe(runs[kept].First, $"seed {seed}");
            ledger.LastOfOldestRun.ShouldBe(kept < runs.Count - 1 ? runs[kept].Last : 0, $"seed {seed}");
            ledger.LiveBytes.ShouldBe(live.Count * JournalSize.OfJob(10));
            if (kept > 100)
            {
                runs.RemoveRange(0, kept);
                kept = 0;
            }
        }
    }

    private void Add(long sequenceNumber, long firstRow, int jobs) =>
        _ledger.Add(sequenceNumber, firstRow, jobs, jobs * JournalSize.OfJob(0), Size);
}
