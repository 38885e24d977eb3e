using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Persistence;
using JobWait = Actors.Jobs.Queues.JobWait;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>A journal in memory that reads along what becomes durable: the truth against which a queue is judged.</summary>
internal sealed class JournalOracle(string seed, Random random) : IJournal
{
    private readonly InMemoryJournal _inner = new();
    private readonly Dictionary<long, JobTruth> _byNumber = [];
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _payloadRows = [];

    public int QuarantineAfter { get; set; }

    public LimitOptions Limits { get; set; } = new();

    private readonly Dictionary<string, List<(long AtMs, int Starts)>> _starts = [];

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

    /// <summary>The batches, and their jobs.</summary>
    public Dictionary<JobId, (long Expected, List<JobId> Members)> Batches { get; } = [];

    /// <summary>What was wrong with a commit.</summary>
    public Exception? Violation { get; private set; }

    /// <summary>How many jobs were written forward.</summary>
    public int Forwarded { get; private set; }

    public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
        _inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);

    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        var outcomes = await _inner.AppendAsync(commits, cancellationToken);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == AppendOutcome.Appended)
            {
                try
                {
                    Read(commits[i]);
                }
                catch (Exception violation)
                {
                    Violation ??= violation; // Thrown on, it would only be a fault of the store.
                    throw;
                }
            }
        }

        if (random.Next(4) == 0)
        {
            // The process may end here: after any commit, and before anybody knows of it.
            CheckRecovery(commits[0].PersistenceId);
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

    /// <summary>What a process that begins now would learn from the journal.</summary>
    private void CheckRecovery(string persistenceId)
    {
        var state = new Actors.Jobs.Queues.QueueState();
        var replay = new CommitReplay(state, new CommitLedger(1));
        foreach (var row in _inner.ReadAsync(persistenceId, 0, int.MaxValue, default).Result)
        {
            replay.Apply(row);
        }

        foreach (var (id, job) in Jobs)
        {
            if (!state.Jobs.TryFind(id, out var number))
            {
                job.Finishes.ShouldBe(1, $"Job {id} is lost. {seed}");
                continue;
            }

            var entry = state.Jobs[number];
            var hasBecomeDue = entry.State == JobState.Waiting && job.State is JobState.Scheduled or JobState.Retrying && job.DueAtMs <= state.LastMs;
            (hasBecomeDue ? job.State : entry.State).ShouldBe(job.State, $"Job {id} is not what it was. {seed}"); // That its time has come is no event.
            entry.Attempts.ShouldBe((ushort)job.Attempts, seed);
            entry.Grant.ShouldBe((ushort)job.Grants, seed);
            state.Error(number).ShouldBe(job.Error, seed);
            (state.Traits(number)?.Result ?? []).ShouldBe(job.Result ?? [], seed);
            state.IsCancelling(number, out _).ShouldBe(job.IsCancelling && job.Finishes == 0, seed);
            var isSuspect = state.IsSuspect(number, out var crashes);
            (isSuspect, isSuspect ? crashes : 0).ShouldBe((job.IsSuspect, job.IsSuspect ? job.Crashes : 0), seed);
            entry.Priority.ShouldBe(job.Priority, seed);
            state.Keys.Name(entry.Key).ShouldBe(job.Key, seed);
            (state.Traits(number)?.Waits ?? []).ShouldBe(job.Waits, seed);
            (entry.State is not (JobState.Scheduled or JobState.Retrying) || entry.DueAtMs == job.DueAtMs).ShouldBeTrue(seed);
            var payload = _inner.ReadPayloadsAsync(persistenceId, [entry.PayloadRow], default).Result[0].Slice(entry.PayloadOffset, entry.PayloadLength);
            payload.Span.SequenceEqual(job.Args.Span).ShouldBeTrue($"The arguments of {id} are others. {seed}");
        }

        foreach (var (id, batch) in Batches)
        {
            state.Batches.TryGet(id, out var counts).ShouldBeTrue($"Batch {id} is lost. {seed}");
            var ends = batch.Members.Select(member => Jobs[member]).Where(member => member.Finishes == 1).ToList();
            (counts.Expected, counts.Enqueued, counts.Succeeded, counts.Failed, counts.Cancelled).ShouldBe(
                (batch.Expected, batch.Members.Count, Ended(JobState.Succeeded), Ended(JobState.Failed), Ended(JobState.Cancelled)), seed);

            long Ended(JobState end) => ends.Count(member => member.State == end);
        }

        (state.Succeeded, state.Failed, state.Cancelled).ShouldBe((Count(JobState.Succeeded), Count(JobState.Failed), Count(JobState.Cancelled)), seed);
    }

    /// <summary>What a job waited for is durable with the commit that says that it came, or before.</summary>
    private void CheckCame(JobWait wait, QueueCommit commit)
    {
        if (!Jobs.TryGetValue(wait.Parent, out var parent) && !Batches.ContainsKey(wait.Parent))
        {
            wait.Condition.ShouldBe(AfterCondition.Finished, $"{wait} was never enqueued. {seed}");
            return;
        }

        var end = EndOf(wait.Parent, commit);
        (wait.Condition == AfterCondition.Finished ? end != 0 : end == JobState.Succeeded).ShouldBeTrue($"{wait} is {(end == 0 ? parent?.State : end)}. {seed}");
    }

    /// <summary>How a job has ended by this commit; 0 when it has not.</summary>
    private JobState EndOf(JobId id, QueueCommit commit)
    {
        if (Batches.TryGetValue(id, out var batch))
        {
            var ends = batch.Members.Select(member => EndOf(member, commit)).ToList();
            return ends.Count < batch.Expected || ends.Contains(0) ? 0 : ends.TrueForAll(end => end == JobState.Succeeded) ? JobState.Succeeded : JobState.Failed;
        }

        if (!Jobs.TryGetValue(id, out var parent))
        {
            return 0;
        }

        var number = 0L;
        var inThis = commit.Finished?.Number.Select((difference, i) => (Number: number += difference, State: (JobState)commit.Finished.State[i])).FirstOrDefault(end => end.Number == parent.Number);
        return inThis is { State: not 0 } found ? found.State : parent.Finishes == 1 ? parent.State : 0;
    }

    private void NoteStart(string key, long atMs)
    {
        var starts = _starts.TryGetValue(key, out var known) ? known : _starts[key] = [];
        if (starts.Count > 0 && starts[^1].AtMs == atMs)
        {
            starts[^1] = (atMs, starts[^1].Starts + 1);
        }
        else
        {
            starts.Add((atMs, 1));
        }
    }

    /// <summary>A limit counts attempts whose end the owner has not seen: those that run as the journal says, whatever happened to the process.</summary>
    private void CheckLimits(long atMs)
    {
        var running = Jobs.Values.Where(job => job.State == JobState.Running).ToList();
        running.Count.ShouldBeLessThanOrEqualTo(Limits.Concurrency, $"More run than may. {seed}");
        foreach (var key in running.Where(job => job.Key is not null).CountBy(job => job.Key!))
        {
            key.Value.ShouldBeLessThanOrEqualTo(Limits.ConcurrencyPerKey, $"More of {key.Key} run than may. {seed}");
        }

        foreach (var (key, starts) in _starts)
        {
            if (starts[^1].AtMs == atMs && (key.Length == 0 ? Limits.Rate : Limits.RatePerKey) is { } rate)
            {
                var sum = 0;
                for (var i = starts.Count - 1; i >= 0; i--)
                {
                    // A clock of milliseconds may be late by one.
                    sum += starts[i].Starts;
                    ((double)sum).ShouldBeLessThanOrEqualTo(
                        rate.Burst + ((starts[^1].AtMs - starts[i].AtMs + 1) * rate.Permits / rate.Per.TotalMilliseconds),
                        $"'{key}' starts too often for {rate}. {seed}");
                }
            }
        }
    }

    private long Count(JobState state) => Jobs.Values.Count(job => job.State == state);

    private void Read(Commit stored)
    {
        foreach (var row in stored.Payloads)
        {
            _payloadRows.Add(row.Row, row.Bytes.ToArray());
        }

        var commit = QueueCommit.Parser.ParseFrom(stored.Events.Span);
        foreach (var begun in commit.Batches)
        {
            Batches.Add(JobId.Read(begun.Id.Span), (begun.Expected, []));
        }

        Forwarded += commit.Forwarded?.Number.Count ?? 0;
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
        for (var i = 0; i < (commit.WaitsOver?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.WaitsOver!.Number[i]];
            job.State.ShouldBe(JobState.Awaiting, seed);
            CheckCame(job.Waits[(int)commit.WaitsOver.Index[i]], commit);
            job.Waits.RemoveAt((int)commit.WaitsOver.Index[i]);
        }

        number = 0;
        for (var i = 0; i < (commit.Moved?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Moved!.Number[i]];
            if (job.State == JobState.Awaiting)
            {
                job.Waits.ForEach(wait => CheckCame(wait, commit));
                job.Waits.Clear();
            }

            job.IsCancelling.ShouldBeFalse("A job that was cancelled goes nowhere else.");
            (job.State, job.Attempts) = ((JobState)commit.Moved.State[i], (int)commit.Moved.Attempts[i]);
            if (job.State == JobState.Quarantined)
            {
                job.DiedWith.ShouldBe(QuarantineAfter, "Only a job of which the process has died alone so often is quarantined.");
                job.DiedWith = null;
            }

            job.DiedWith.ShouldBeNull("A job with which the process has died is a suspect first.");
            job.IsSuspect &= job.State == JobState.Waiting;
            job.DueAtMs = commit.AtMs + commit.Moved.DelayMs[i];
            job.Error = commit.Moved.Failures.FirstOrDefault(failure => failure.Index == i)?.Text ?? job.Error;
        }

        number = 0;
        for (var i = 0; i < (commit.Finished?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Finished!.Number[i]];
            if (job.State == JobState.Awaiting && commit.Finished.Failures.FirstOrDefault(failure => failure.Index == i)?.Text.Contains("waits for", StringComparison.Ordinal) == true)
            {
                job.IsCancelledForParent = true;
                job.Waits.ShouldContain(wait => wait.Condition == AfterCondition.Succeeded && EndOf(wait.Parent, commit) != JobState.Succeeded && (EndOf(wait.Parent, commit) != 0 || !Jobs.ContainsKey(wait.Parent)), seed);
            }

            (job.State, job.Attempts) = ((JobState)commit.Finished.State[i], (int)commit.Finished.Attempts[i]);
            job.Error = commit.Finished.Failures.FirstOrDefault(failure => failure.Index == i)?.Text ?? job.Error;
            job.Result = commit.Finished.Results.FirstOrDefault(result => result.Index == i)?.Json.ToByteArray();
            job.Finishes++;
            job.Waits.Clear();
            job.IsSuspect = false;
        }

        var rowNumber = 0L;
        for (var i = 0; i < (commit.Enqueued?.Type.Count ?? 0); i++)
        {
            var delayMs = commit.Enqueued!.DelayMs[i];
            var row = _payloadRows[rowNumber += commit.Enqueued.PayloadRow[i]];
            var waits = commit.Enqueued.Traits.Where(traits => traits.Index == i).SelectMany(traits => traits.Waits).Select(JobWait.FromProto).ToList();
            var job = new JobTruth
            {
                State = waits.Count > 0 ? JobState.Awaiting : delayMs > 0 ? JobState.Scheduled : JobState.Waiting,
                Waits = waits,
                Number = commit.Enqueued.FirstNumber + i,
                DueAtMs = commit.AtMs + delayMs,
                Priority = StoredPriority.Read(commit.Enqueued.Priority[i]),
                Key = i < commit.Enqueued.Key.Count && commit.Enqueued.Key[i] is not 0 and var key ? commit.Enqueued.Keys[(int)key - 1] : null,
                Args = row.Slice((int)commit.Enqueued.PayloadOffset[i], (int)commit.Enqueued.PayloadLength[i]),
            };
            _byNumber.Add(job.Number, job);
            var id = JobId.Read(commit.Enqueued.Ids.Span[(i * 16)..]);
            Jobs.Add(id, job);
            if (commit.Enqueued.Traits.FirstOrDefault(traits => traits.Index == i) is { Batch.IsEmpty: false } member)
            {
                Batches[JobId.Read(member.Batch.Span)].Members.Add(id);
            }

        }

        number = 0;
        for (var i = 0; i < (commit.Granted?.Number.Count ?? 0); i++)
        {
            var job = _byNumber[number += commit.Granted!.Number[i]];
            job.State = JobState.Running;
            job.Grants++;
            job.Grant = (int)commit.Granted.Grant[i];
            NoteStart("", commit.AtMs);
            if (job.Key is not null)
            {
                NoteStart(job.Key, commit.AtMs);
            }
        }

        if (commit.Granted is not null)
        {
            CheckLimits(commit.AtMs);
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

    /// <summary>What it waited for cannot come any more.</summary>
    public bool IsCancelledForParent { get; set; }

    public long DueAtMs { get; set; }

    public string? Error { get; set; }

    public byte[]? Result { get; set; }

    public JobPriority Priority { get; init; }

    public string? Key { get; init; }

    public ReadOnlyMemory<byte> Args { get; init; }

    /// <summary>What it still waits for.</summary>
    public List<JobWait> Waits { get; init; } = [];
}
