using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class CommitLedgerTests
{
    private const int Size = 100;

    private readonly CommitLedger _ledger = new();

    [Fact]
    public void Nothing_is_given_up_while_a_job_of_the_first_commit_lives()
    {
        _ledger.Add(1, 1, 2, 1, Size);
        _ledger.Add(2, 3, 1, 2, Size);
        _ledger.Add(3, 4, 0, 3, Size);
        _ledger.Forget(1);
        _ledger.Forget(3);
        _ledger.Trim(3).ShouldBe(0);
        _ledger.FirstKept.ShouldBe(1);
    }

    [Fact]
    public void A_job_is_taken_off_the_commit_that_enqueued_it_though_empty_ones_lie_around_it()
    {
        _ledger.Add(1, 1, 0, 1, Size);
        _ledger.Add(2, 1, 0, 1, Size);
        _ledger.Add(3, 1, 3, 1, Size);
        _ledger.Add(4, 4, 0, 2, Size);
        _ledger.Add(5, 4, 0, 2, Size);
        _ledger.Add(6, 4, 1, 2, Size);
        _ledger.Add(7, 5, 0, 3, Size);
        _ledger.Forget(1);
        _ledger.Forget(2);
        _ledger.Forget(3);

        _ledger.Trim(7).ShouldBe(5 * Size);
        _ledger.FirstKept.ShouldBe(6);
        _ledger.FirstKeptRow.ShouldBe(2);
        _ledger.Bytes.ShouldBe(2 * Size);

        _ledger.Forget(4);
        _ledger.Trim(7).ShouldBe(Size);
        _ledger.FirstKept.ShouldBe(7);
    }

    [Fact]
    public void The_newest_commit_stays()
    {
        _ledger.Add(1, 1, 0, 1, Size);
        _ledger.Trim(1).ShouldBe(0);
        _ledger.FirstKept.ShouldBe(1);
    }

    [Fact]
    public void A_commit_with_finished_jobs_that_are_not_in_the_history_stays()
    {
        _ledger.Add(1, 1, 0, 1, Size);
        _ledger.Add(2, 1, 0, 1, Size);
        _ledger.Add(3, 1, 0, 1, Size);
        _ledger.Trim(historyThrough: 1).ShouldBe(Size);
        _ledger.FirstKept.ShouldBe(2);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void It_agrees_with_a_plain_count_of_what_lives_in_each_commit(int seed)
    {
        var random = new Random(seed);
        var commits = new List<(long SequenceNumber, HashSet<long> Live)>();
        var live = new List<long>();
        var next = 1L;
        var kept = 0;
        for (var sequenceNumber = 1L; sequenceNumber <= 20_000; sequenceNumber++)
        {
            var jobs = random.Next(3) == 0 ? 0 : random.Next(4);
            _ledger.Add(sequenceNumber, next, jobs, sequenceNumber, Size);
            commits.Add((sequenceNumber, []));
            for (var i = 0; i < jobs; i++)
            {
                commits[^1].Live.Add(next);
                live.Add(next++);
            }

            for (var i = random.Next(5); i > 0 && live.Count > 0; i--)
            {
                var index = random.Next(Math.Min(live.Count, 20));
                commits.Single(commit => commit.SequenceNumber >= commits[kept].SequenceNumber && commit.Live.Remove(live[index]));
                _ledger.Forget(live[index]);
                live.RemoveAt(index);
            }

            var through = sequenceNumber - random.Next(10);
            _ledger.Trim(through);
            while (kept < commits.Count - 1 && commits[kept].Live.Count == 0 && commits[kept].SequenceNumber <= through)
            {
                kept++;
            }

            _ledger.FirstKept.ShouldBe(commits[kept].SequenceNumber, $"seed {seed}");
            if (kept > 100)
            {
                commits.RemoveRange(0, kept);
                kept = 0;
            }
        }
    }
}
