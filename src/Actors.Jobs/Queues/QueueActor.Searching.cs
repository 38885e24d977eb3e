using Actors.Jobs.Searching;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>Searches among the live jobs, while jobs come and go: each search in slices, with whatever is in the mailbox between them.</summary>
internal sealed partial class QueueActor
{
    /// <summary>So many entries are looked at in one turn: well below a millisecond.</summary>
    private const int EntriesInASlice = 16 * JobChunk.Size;

    /// <summary>When arguments must be read, so many jobs are looked into for one answer, and so many bytes.</summary>
    private const int MaxJobsRead = 256;
    private const long MaxBytesRead = 4 * 1024 * 1024;

    private readonly List<(LiveSearch Search, long FirstRow)> _searchesReading = [];

    /// <summary>The first payload row that a search reads; the highest number while none does.</summary>
    private long _firstRowOfSearches = long.MaxValue;

    /// <summary>The first job that is not durable yet.</summary>
    private long EndOfDurable => _inFlight.TryPeek(out var oldest) || _full.TryPeek(out oldest) ? oldest.FirstNumber : _draft.FirstNumber;

    /// <summary>Lets the jobs of a commit be found as soon as it is durable.</summary>
    private void SummariseEnqueued(CommitDraft draft)
    {
        for (var number = draft.FirstNumber; number < draft.FirstNumber + draft.EnqueuedJobs; number++)
        {
            _state.Summarise(number, ref _state.Jobs[number]);
        }
    }

    private void OnSearchJobs(QueueMessage.SearchJobs search)
    {
        // Before it is recovered, a queue does not know what it holds.
        if (Term == 0 && Unavailability is { } unknown)
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, unknown)), Self);
            return;
        }

        var limit = search.Query.Args.Count > 0 ? Math.Min(search.Limit, MaxJobsRead) : search.Limit;
        Search(new LiveSearch(_state, search.Query, limit, search.Before) { End = EndOfDurable });
    }

    private void OnSearchOn(QueueMessage.SearchOn on)
    {
        if (on.Search.IsOf(_state))
        {
            Search(on.Search);
        }
        else
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, new InvalidOperationException("it was opened anew during the search. Search again."))), Self);
        }
    }

    private void Search(LiveSearch search)
    {
        if (search.Run(EntriesInASlice, EndOfDurable))
        {
            Self.Tell(new QueueMessage.SearchOn(search), Sender);
            return;
        }

        var isFull = search.IsFull;
        var found = search.TakeFound();
        JobPosition? through = isFull ? found[^1].Position : null;
        if (search.Query.Args.Count > 0)
        {
            Read(search, found, through);
            return;
        }

        // One that has gone meanwhile is in the history, where whoever asks looks next.
        var jobs = new List<JobStatus>(found.Count);
        foreach (var (number, _) in found)
        {
            if (search.StillMatches(number))
            {
                jobs.Add(Status(number) with { Result = null });
            }
        }

        Sender.Tell(new QueueMessage.JobsFound(jobs, through, search.Count) { End = search.End }, Self);
    }

    /// <summary>Answers when the arguments of what was found so far have been read, and looked into beside this actor.</summary>
    private void Read(LiveSearch search, List<(long Number, JobPosition Position)> found, JobPosition? through)
    {
        var candidates = new List<(JobStatus Status, long Row, int Offset, int Length)>(found.Count);
        var bytes = 0L;
        var firstRow = long.MaxValue;
        foreach (var (number, position) in found)
        {
            if (search.StillMatches(number))
            {
                ref var entry = ref _state.Jobs[number];
                bytes += entry.PayloadLength;
                firstRow = Math.Min(firstRow, entry.PayloadRow);
                candidates.Add((Status(number) with { Result = null }, entry.PayloadRow, entry.PayloadOffset, entry.PayloadLength));
            }

            if (bytes > MaxBytesRead)
            {
                through = position;
                break;
            }
        }

        _searchesReading.Add((search, firstRow));
        _firstRowOfSearches = Math.Min(_firstRowOfSearches, firstRow);
        var (self, sender) = (Self, Sender);
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        AnswerAsync().ContinueWith(
            _ =>
            {
                self.Tell(new QueueMessage.SearchRead(search));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

        async Task AnswerAsync()
        {
            try
            {
                sender.Tell(new QueueMessage.JobsFound(await MatchingAsync(search.Query.Args, candidates), through, 0), self);
            }
            catch (Exception cause)
            {
                sender.Tell(new Failure(new QueueUnavailableException(_name, cause)), self);
            }
        }
    }

    private async Task<IReadOnlyList<JobStatus>> MatchingAsync(
        IReadOnlyList<JobArg> args, List<(JobStatus Status, long Row, int Offset, int Length)> candidates)
    {
        var rows = candidates.Select(candidate => candidate.Row).Distinct().Order().ToList();
        var byRow = new Dictionary<long, ReadOnlyMemory<byte>>(rows.Count);
        foreach (var some in rows.Chunk(MaxRowsInARead))
        {
            await ReadUndamagedAsync(some, byRow);
        }

        return [.. candidates.Where(candidate => byRow.TryGetValue(candidate.Row, out var row)
            && args.All(arg => ArgReader.Has(ArgumentsIn(row, candidate.Offset, candidate.Length).Span, arg))).Select(candidate => candidate.Status)];
    }

    /// <summary>In what cannot be read, nothing is found.</summary>
    private async Task ReadUndamagedAsync(long[] rows, Dictionary<long, ReadOnlyMemory<byte>> byRow)
    {
        try
        {
            var payloads = await ReadPayloadsAsync(rows, CancellationToken.None);
            for (var i = 0; i < rows.Length; i++)
            {
                byRow[rows[i]] = payloads[i];
            }
        }
        catch (JournalCorruptException) when (rows.Length > 1)
        {
            foreach (var row in rows)
            {
                await ReadUndamagedAsync([row], byRow);
            }
        }
        catch (JournalCorruptException)
        {
            return;
        }
    }

    private void OnSearchRead(QueueMessage.SearchRead read)
    {
        _searchesReading.RemoveAll(reading => reading.Search == read.Search);
        _firstRowOfSearches = _searchesReading.Count == 0 ? long.MaxValue : _searchesReading.Min(reading => reading.FirstRow);
    }

    private void ForgetSearches()
    {
        _searchesReading.Clear();
        _firstRowOfSearches = long.MaxValue;
    }
}
