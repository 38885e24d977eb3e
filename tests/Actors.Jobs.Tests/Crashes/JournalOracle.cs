using Actors.Jobs.Protos;
using Actors.Persistence;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>A journal in memory that reads along what becomes durable: the truth against which a queue is judged.</summary>
internal sealed class JournalOracle : IJournal
{
    private readonly InMemoryJournal _inner = new();
    private readonly Dictionary<long, JobTruth> _byNumber = [];

    public int QuarantineAfter { get; set; }

    /// <summary>The process has died: what had begun is known, and what the queue says of it next is checked.</summary>
    public void Die(IReadOnlySet<BegunAttempt> begun)
    {
        foreach (var job in Jobs.Values)
        {
            var hasDied = job.State == JobState.Running && !job.IsCancelling && begun.Contains(new BegunAttempt(job.Number, job.Grant));
            job.DiedWith = !hasDied ? null : job.IsSuspect ? job.Crashes + 1 : 0;
        }
    }

    /// <summary>What the journal says of each job that was ever stored.</summary>
    public Dictionary<JobId, JobTruth> Jobs { get; } = [];

    public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
        _inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);

    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        var outcomes = await _inner.AppendAsync(commits, cancellationToken);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == AppendOutcome.Appended)
            {
                Read(QueueCommit.Parser.ParseFrom(commits[i].Events.Span));
            }
        }

        return outcomes;
    }

    public Task ResetAsync(CancellationToken cancellationToken) => _inner.ResetAsync(cancellationToken);

    public Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
        _inner.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken);

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        _inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private void Read(QueueCommit commit)
    {
        var number = 0L;
        for (var i = 0; i < (commit.Cancelling?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Cancelling!.Number[i]];
            job.State.ShouldBe(JobState.Running);
            job.IsCancelling = true;
        }

        number = 0;
        for (var i = 0; i < (commit.Suspected?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Suspected!.Number[i]];
            (job.State, job.DiedWith).ShouldBe((JobState.Running, (int)commit.Suspected.Crashes[i]));
            (job.IsSuspect, job.Crashes, job.DiedWith) = (true, (int)commit.Suspected.Crashes[i], null);
        }

        number = 0;
        for (var i = 0; i < (commit.Moved?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Moved!.Number[i]];
            job.IsCancelling.ShouldBeFalse("A job that was cancelled goes nowhere else.");
            (job.State, job.Attempts) = ((JobState)commit.Moved.State[i], (int)commit.Moved.Attempts[i]);
            if (job.State == JobState.Quarantined)
            {
                job.DiedWith.ShouldBe(QuarantineAfter, "Only a job of which the process has died alone so often is quarantined.");
                job.DiedWith = null;
            }

            job.DiedWith.ShouldBeNull("A job with which the process has died is a suspect first.");
            job.IsSuspect &= job.State == JobState.Waiting;
        }

        number = 0;
        for (var i = 0; i < (commit.Finished?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Finished!.Number[i]];
            (job.State, job.Attempts) = ((JobState)commit.Finished.State[i], (int)commit.Finished.Attempts[i]);
            job.Finishes++;
            job.IsSuspect = false;
        }

        for (var i = 0; i < (commit.Enqueued?.Type.Count ?? 0); i++)
        {
            var job = new JobTruth { State = JobState.Waiting, Number = commit.Enqueued!.FirstNumber + i };
            _byNumber.Add(job.Number, job);
            Jobs.Add(JobId.Read(commit.Enqueued.Ids.Span[(i * 16)..]), job);
        }

        number = 0;
        for (var i = 0; i < (commit.Granted?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Granted!.Number[i]];
            job.State = JobState.Running;
            job.Grants++;
            job.Grant = (int)commit.Granted.Grant[i];
        }
    }
}

/// <summary>What the journal says of a job.</summary>
internal sealed class JobTruth
{
    public JobState State { get; set; }

    public long Number { get; init; }

    public int Grant { get; set; }

    public bool IsCancelling { get; set; }

    /// <summary>Must run alone.</summary>
    public bool IsSuspect { get; set; }

    public int Crashes { get; set; }

    /// <summary>How often the process has died with this job alone, by the last count, while the queue has not said so yet; 0 when it was not alone. Null when it did not die with it.</summary>
    public int? DiedWith { get; set; }

    public bool IsToEndCancelled => IsCancelling || State == JobState.Cancelled;

    public int Attempts { get; set; }

    public int Grants { get; set; }

    public int Finishes { get; set; }
}
