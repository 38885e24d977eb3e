using Actors.Jobs.Searching;
using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>Finished jobs go to the history in bulk. A job stays with its owner until its row there is durable.</summary>
internal sealed partial class QueueActor
{
    /// <summary>How much is read from the journal for one write of finished jobs.</summary>
    private const long MaxHistoryReadBytes = 4 * 1024 * 1024;

    /// <summary>A queue with little to do writes seldom: each write is a flush of the disk that the start of a job may have to wait behind.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly object HistoryTimer = new();

    private readonly Queue<(long SequenceNumber, long Number)> _toHistory = new();
    private List<FinishedJob>? _writing;
    private long _historyThrough;
    private bool _isHistoryTimerSet;
    private bool _isHistoryDelayed;

    /// <summary>The first payload row that a write to the history reads; the highest number while none does.</summary>
    private long _firstRowOfHistory = long.MaxValue;

    private void AddToHistory(long sequenceNumber, List<long> finished)
    {
        foreach (var number in finished)
        {
            _toHistory.Enqueue((sequenceNumber, number));
        }

        WriteHistorySoon();
    }

    private void WriteHistorySoon()
    {
        if (_writing is not null || _isHistoryDelayed || _toHistory.Count == 0)
        {
            return;
        }

        if (_toHistory.Count >= _options.HistoryBatch || _leaving.Count > 0)
        {
            WriteHistory();
        }
        else if (!_isHistoryTimerSet)
        {
            _isHistoryTimerSet = true;
            Context.Timers.StartSingle(HistoryTimer, QueueMessage.WriteHistory.Instance, Linger);
        }
    }

    private void WriteHistory()
    {
        _isHistoryTimerSet = false;
        _isHistoryDelayed = false;
        if (_writing is not null || _toHistory.Count == 0)
        {
            return;
        }

        var jobs = 0;
        var bytes = 0L;
        var batch = new List<FinishedJob>(_options.KeepSucceeded ? Math.Min(_options.HistoryBatch, _toHistory.Count) : 0);
        List<(int Index, long Row, int Offset, int Length)>? missing = null;
        foreach (var (_, number) in _toHistory)
        {
            if (batch.Count == _options.HistoryBatch)
            {
                break;
            }

            ref var entry = ref _state.Jobs[number];
            if ((entry.State == JobState.Succeeded && !_options.KeepSucceeded && !IsAwaited(number, entry)) || _state.IsDeleted(number))
            {
                jobs++;
                continue;
            }

            if (entry.CacheSlot == 0 && entry.PayloadLength > 0)
            {
                bytes += entry.PayloadLength;
                if (batch.Count > 0 && bytes > MaxHistoryReadBytes)
                {
                    break;
                }

                (missing ??= []).Add((batch.Count, entry.PayloadRow, entry.PayloadOffset, entry.PayloadLength));
                _firstRowOfHistory = Math.Min(_firstRowOfHistory, entry.PayloadRow);
            }

            jobs++;
            batch.Add(Finished(number));
        }

        if (batch.Count == 0)
        {
            ForgetFinished(jobs);
            return;
        }

        _writing = batch;
        var self = Self;
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        WriteAsync(batch, missing).ContinueWith(
            ended =>
            {
                var cause = ended.IsCompletedSuccessfully ? null : ended.Exception?.InnerException ?? new TaskCanceledException(ended);
                self.Tell(new QueueMessage.HistoryWritten(batch, jobs, cause));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Jobs that were recovered as finished have their arguments in the journal only.</summary>
    private async Task WriteAsync(List<FinishedJob> batch, List<(int Index, long Row, int Offset, int Length)>? missing)
    {
        if (missing is not null)
        {
            var rows = missing.Select(m => m.Row).Distinct().ToList();
            var byRow = await ReadEachAsync(rows);
            foreach (var (index, row, offset, length) in missing)
            {
                batch[index] = batch[index] with { Args = ArgumentsIn(byRow[row], offset, length) };
            }
        }

        await _history.WriteAsync(batch, CancellationToken.None);
    }

    /// <summary>A job that has finished goes to the history without its arguments when they are damaged: keeping it would help nobody.</summary>
    private async Task<Dictionary<long, ReadOnlyMemory<byte>>> ReadEachAsync(List<long> rows)
    {
        try
        {
            var payloads = await ReadPayloadsAsync(rows, CancellationToken.None);
            return rows.Zip(payloads).ToDictionary(pair => pair.First, pair => pair.Second);
        }
        catch (JournalCorruptException) when (rows.Count > 1)
        {
            var byRow = new Dictionary<long, ReadOnlyMemory<byte>>(rows.Count);
            foreach (var row in rows)
            {
                byRow[row] = (await ReadEachAsync([row]))[row];
            }

            return byRow;
        }
        catch (JournalCorruptException damage)
        {
            Log.ArgumentsLost(Logger, _name, damage.Message);
            return new Dictionary<long, ReadOnlyMemory<byte>> { [rows[0]] = default };
        }
    }

    private FinishedJob Finished(long number)
    {
        ref var entry = ref _state.Jobs[number];
        return new FinishedJob(
            entry.Id,
            _name,
            _state.Names[entry.Type],
            entry.TypeVersion,
            entry.State,
            entry.Attempts,
            DateTimeOffset.FromUnixTimeMilliseconds(entry.EnqueuedAtMs),
            DateTimeOffset.FromUnixTimeMilliseconds(entry.DueAtMs),
            _state.Error(number),
            entry.CacheSlot == 0 ? default : _cache[entry])
        {
            Key = _state.Keys.Name(entry.Key),
            Tags = _state.Traits(number)?.Tags ?? TagList.Empty,
            ErrorFingerprint = _state.Fingerprint(number) is { } fingerprint ? ErrorText.Digits(fingerprint) : null,
            IndexedArgs = _state.Jobs.ChunkOf(number, out var place).ArgsOf(place),
            Result = ResultOf(number),
            CopyOf = _state.Traits(number)?.CopyOf,
        };
    }

    private void OnHistoryWritten(QueueMessage.HistoryWritten written)
    {
        // A write that an earlier instance of this actor began says nothing about those of this one.
        if (!ReferenceEquals(written.Batch, _writing))
        {
            return;
        }

        _writing = null;
        _firstRowOfHistory = long.MaxValue;
        if (written.Cause is not null)
        {
            Log.HistoryDelayed(Logger, written.Batch.Count, _name, RetryDelay.TotalMilliseconds, written.Cause.Message);
            _isHistoryTimerSet = true;
            _isHistoryDelayed = true;
            Context.Timers.StartSingle(HistoryTimer, QueueMessage.WriteHistory.Instance, RetryDelay);
            return;
        }

        ForgetFinished(written.Jobs);
    }

    /// <summary>The oldest finished jobs are in the history, if they go there.</summary>
    private void ForgetFinished(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (sequenceNumber, number) = _toHistory.Dequeue();
            ref var entry = ref _state.Jobs[number];
            _cache.Remove(ref entry);
            _ledger.Forget(entry.PayloadRow, entry.PayloadLength);
            ReleaseClaim(number);
            _state.Forget(number);
            if (_kept.Count > 0)
            {
                _kept.Remove(number);
            }

            if (_leaving.Count > 0)
            {
                AnswerLeft(number);
            }

            // A commit is through when the last of its jobs is.
            _historyThrough = _toHistory.TryPeek(out var next) ? next.SequenceNumber - 1 : Math.Max(sequenceNumber, DurableSequenceNumber);
        }

        _trimmable += _ledger.Trim(_historyThrough);
        ForwardLater();
        WriteHistorySoon();
        if (_ready.Count > 0)
        {
            FlushSoon();
        }
    }

    /// <summary>Jobs that had finished without being known to be in the history: they are written again, which changes nothing if they are.</summary>
    private void RecoverHistory(CommitReplay replay)
    {
        _historyThrough = replay.HistoryThrough;
        foreach (var (sequenceNumber, number, finishedAtMs) in replay.Finished)
        {
            _state.Jobs[number].DueAtMs = finishedAtMs;
            _toHistory.Enqueue((sequenceNumber, number));
        }

        _trimmable += _ledger.Trim(_historyThrough);
        WriteHistorySoon();
    }
}
