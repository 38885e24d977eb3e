using Actors.Jobs.Protos;
using Actors.Persistence;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>A journal in memory that reads along what becomes durable: the truth against which a queue is judged.</summary>
internal sealed class JournalOracle : IJournal
{
    private readonly InMemoryJournal _inner = new();
    private readonly Dictionary<long, JobTruth> _byNumber = [];

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
        for (var i = 0; i < (commit.Moved?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Moved!.Number[i]];
            job.IsCancelling.ShouldBeFalse("A job that was cancelled goes nowhere else.");
            (job.State, job.Attempts) = ((JobState)commit.Moved.State[i], (int)commit.Moved.Attempts[i]);
        }

        number = 0;
        for (var i = 0; i < (commit.Finished?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Finished!.Number[i]];
            (job.State, job.Attempts) = ((JobState)commit.Finished.State[i], (int)commit.Finished.Attempts[i]);
            job.Finishes++;
        }

        for (var i = 0; i < (commit.Enqueued?.Type.Count ?? 0); i++)
        {
            var job = new JobTruth { State = JobState.Waiting };
            _byNumber.Add(commit.Enqueued!.FirstNumber + i, job);
            Jobs.Add(JobId.Read(commit.Enqueued.Ids.Span[(i * 16)..]), job);
        }

        number = 0;
        for (var i = 0; i < (commit.Granted?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Granted!.Number[i]];
            job.State = JobState.Running;
            job.Grants++;
        }
    }
}

/// <summary>What the journal says of a job.</summary>
internal sealed class JobTruth
{
    public JobState State { get; set; }

    public bool IsCancelling { get; set; }

    public bool IsToEndCancelled => IsCancelling || State == JobState.Cancelled;

    public int Attempts { get; set; }

    public int Grants { get; set; }

    public int Finishes { get; set; }
}
