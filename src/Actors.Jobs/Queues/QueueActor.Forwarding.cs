using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>
/// Keeps the journal small when jobs that live long lie before jobs that have gone: what is alive in its oldest part is written again, as it
/// is now, and the part can be deleted. Only a prefix ever is: with a part in the middle, the ends of older jobs would be deleted.
/// </summary>
internal sealed partial class QueueActor
{
    /// <summary>A commit that others wait for carries no more of it than this, a commit of its own less.</summary>
    private const int MaxForwardBytes = 512 * 1024;
    private const int MinForwardBytes = 16 * 1024;
    private const int ForwardAloneBytes = 128 * 1024;

    /// <summary>Faster than the journal grows, and than its jobs die, so that it comes to an end.</summary>
    private const int ForwardPerByteWritten = 3;
    private const int ForwardPerByteForgotten = 4;
    private const int ForwardCommitsReadBytes = 64 * 1024;
    private static readonly TimeSpan ForwardPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan DamagePause = TimeSpan.FromMinutes(10);
    private static readonly object ForwardTimer = new();

    /// <summary>Jobs whose arguments are at hand.</summary>
    private readonly Queue<(long Number, long Row, ReadOnlyMemory<byte> Payload)> _forward = new();
    private ForwardSource? _forwardSource;
    private bool _isReadingForward;
    private bool _isForwardingAlone;
    private bool _isForwardingDelayed;

    /// <summary>The first payload row that is being read for writing forward; the highest number while none is.</summary>
    private long _firstRowForward = long.MaxValue;

    /// <summary>The last commit whose jobs are known or written forward.</summary>
    private long _forwardedThrough;
    private long _forwardCredit;
    private long _forgottenBytes;

    /// <summary>Where the journal ended when writing forward began; 0 while it is not too large.</summary>
    private long _forwardEnd;

    /// <summary>A journal that was written forward as a whole, and is not smaller than this, is as small as it gets.</summary>
    private long _forwardFloor;

    private long NeededBytes => _ledger.LiveBytes + _state.ErrorBytes + _state.KeptBytes;

    /// <summary>
    /// Whether jobs die faster than the journal is written forward. No more are started then, for some milliseconds: else it would grow beyond
    /// two and a half times of what lives. Never while something keeps it from being written forward.
    /// </summary>
    private bool IsForwardingBehind => (_forward.Count > 0 || _isReadingForward)
        && _ledger.Bytes > (NeededBytes * 12 / 5) + _options.ForwardBytes;

    private long FirstRowBeingRead => Math.Min(Math.Min(_firstRowForward, _firstRowOfSearches), Math.Min(Math.Min(_firstRowAhead, _firstRowOfMoves), _firstRowOfHistory));

    /// <summary>Prepares the next piece. It, and what can be deleted, go by themselves when nothing else is to be written for a while.</summary>
    private void ForwardLater()
    {
        if (_isReadingForward || _isForwardingDelayed || Term == 0 || IsDamaged)
        {
            return;
        }

        if ((_forward.Count > 0 || IsTrimmable) && !Context.Timers.IsActive(ForwardTimer))
        {
            Context.Timers.StartSingle(ForwardTimer, QueueMessage.Forward.Instance, ForwardPause);
        }

        if (_forward.Count > 0)
        {
            return;
        }

        if (IsJournalTooLarge())
        {
            ReadForward();
        }
        else if (_forwardSource is not null)
        {
            // What is left of it is found again when it is needed.
            _forwardSource = null;
            _forwardedThrough = 0;
        }
    }

    private bool IsJournalTooLarge()
    {
        if (_ledger.Bytes <= Math.Max(_options.ForwardBytes, 2 * NeededBytes))
        {
            _forwardEnd = 0;
            _forwardFloor = 0;
            return false;
        }

        if (_ledger.Bytes <= _forwardFloor)
        {
            return false;
        }

        if (_forwardEnd == 0)
        {
            _forwardEnd = LastSequenceNumber;
            _forwardCredit = 0;
            _forgottenBytes = _ledger.ForgottenBytes;
            Log.WritingForward(Logger, _name, _ledger.Bytes, NeededBytes);
        }
        else if (_ledger.FirstKept > _forwardEnd)
        {
            _forwardEnd = 0;
            _forwardFloor = _ledger.Bytes + (_ledger.Bytes / 10);
            return false;
        }

        return true;
    }

    private void ReadForward()
    {
        if (_forwardSource is not null && ReadForwardPayloads(_forwardSource))
        {
            return;
        }

        // A run cannot go, whatever is written forward, before the jobs that finished in it are in the history.
        _forwardSource = null;
        var last = _ledger.LastOfOldestRun;
        var first = Math.Max(_ledger.FirstKept, _forwardedThrough + 1);
        if (first > last || last > _historyThrough)
        {
            return;
        }

        var source = _forwardSource = new ForwardSource(last);
        _firstRowForward = _ledger.FirstKeptRow;
        TellWhenEnded(FindForwardAsync(source, first), finding => new QueueMessage.ForwardFound(source, finding));
    }

    private async Task<bool> FindForwardAsync(ForwardSource source, long first)
    {
        source.Add(await ReadCommitsAsync(first, ForwardCommitsReadBytes, CancellationToken.None));
        return true;
    }

    private void OnForwardFound(QueueMessage.ForwardFound found)
    {
        if (!EndForwardReading(found.Source, found.Finding, areCommits: true))
        {
            return;
        }

        _forwardedThrough = Math.Max(_forwardedThrough, found.Source.Through);
        ForwardLater();
    }

    /// <returns>Whether there was a job that lives.</returns>
    private bool ReadForwardPayloads(ForwardSource source)
    {
        var rows = new List<long>();
        var jobs = new List<(long Number, long Row)>();
        for (var bytes = 0L; bytes < MaxForwardBytes && source.TryTake(out var number, out var row);)
        {
            if (IsForwardable(number, row))
            {
                jobs.Add((number, row));
                bytes += ForwardBytes(number);
                if (rows.Count == 0 || rows[^1] != row)
                {
                    rows.Add(row);
                }
            }
        }

        if (rows.Count == 0)
        {
            return false;
        }

        _firstRowForward = rows[0];
        source.Reading = jobs;
        TellWhenEnded(ReadPayloadsAsync(rows, CancellationToken.None), payloads => new QueueMessage.ForwardRead(source, rows, payloads));
        return true;
    }

    private void OnForwardRead(QueueMessage.ForwardRead read)
    {
        if (!EndForwardReading(read.Source, read.Payloads, areCommits: false))
        {
            return;
        }

        var byRow = read.Rows.Zip(read.Payloads.Result).ToDictionary(pair => pair.First, pair => pair.Second);
        foreach (var (number, row) in read.Source.Reading)
        {
            if (IsForwardable(number, row))
            {
                ref var entry = ref _state.Jobs[number];
                _forward.Enqueue((number, row, ArgumentsIn(byRow[row], entry.PayloadOffset, entry.PayloadLength)));
            }
        }

        ForwardLater();
        if (IsForwardingBehind)
        {
            FlushSoon();
        }
    }

    /// <returns>Whether there is something to go on with.</returns>
    private bool EndForwardReading(ForwardSource source, Task reading, bool areCommits)
    {
        // What an earlier instance of this actor began is of no interest to this one.
        if (!ReferenceEquals(source, _forwardSource))
        {
            return false;
        }

        _isReadingForward = false;
        _firstRowForward = long.MaxValue;
        if (reading.IsCompletedSuccessfully)
        {
            return true;
        }

        // Nothing is lost: the journal stays as large as it is, and this is tried again.
        var cause = reading.Exception?.InnerException;
        Log.ForwardingDelayed(Logger, _name, cause?.Message ?? "cancelled");
        _forwardedThrough = 0;
        _forwardSource = null;
        if (cause is JournalCorruptException damage && areCommits)
        {
            Refuse(damage);
            return false;
        }

        _isForwardingDelayed = true;

        // A damaged row of arguments keeps the journal from getting smaller until it is repaired, and nothing else.
        Context.Timers.StartSingle(ForwardTimer, QueueMessage.Forward.Instance, cause is JournalCorruptException ? DamagePause : RetryDelay);
        return false;
    }

    /// <summary>Nothing was to be written for a while, unless something is by now.</summary>
    private void OnForward()
    {
        _isForwardingDelayed = false;
        if (CommitsInFlight == 0 && _draft.IsEmpty)
        {
            _isForwardingAlone = true;
            SendCommits();
            _isForwardingAlone = false;
        }

        ForwardLater();
    }

    /// <summary>Adds a piece to the draft, which is about to be sent.</summary>
    private void ForwardSome()
    {
        var isAlone = _draft.IsEmpty;
        if (_forward.Count == 0 || (isAlone && !_isForwardingAlone && !IsForwardingBehind))
        {
            return;
        }

        _forwardCredit += (ForwardPerByteWritten * (long)_draft.Bytes) + (ForwardPerByteForgotten * (_ledger.ForgottenBytes - _forgottenBytes));
        _forwardCredit = Math.Clamp(_forwardCredit, isAlone ? ForwardAloneBytes : MinForwardBytes, MaxForwardBytes);
        while (_forwardCredit > 0 && _forward.TryDequeue(out var job))
        {
            if (IsForwardable(job.Number, job.Row))
            {
                _forwardCredit -= ForwardBytes(job.Number);
                Forward(job.Number, job.Payload);
            }
        }

        _forgottenBytes = _ledger.ForgottenBytes;
        _trimmable += _ledger.Trim(_historyThrough);
    }

    private void Forward(long number, ReadOnlyMemory<byte> payload)
    {
        ref var entry = ref _state.Jobs[number];
        ForgetArguments(entry.PayloadRow, entry.PayloadLength);
        var (row, offset) = _draft.Payloads.Add(payload.Span, ref _nextRow);
        entry.PayloadLength = payload.Length;
        entry.PayloadRow = row;
        entry.PayloadOffset = (ushort)offset;
        _draft.AddForwarded(_state, number);
        _state.Jobs.Pack(number);
    }

    /// <summary>Finished jobs are not: they go as soon as they are in the history.</summary>
    private bool IsForwardable(long number, long row) => _state.Jobs.Contains(number)
        && _state.Jobs[number] is var entry
        && entry.PayloadRow == row
        && entry.State is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled);

    private long ForwardBytes(long number) => JournalSize.OfJob(_state.Jobs[number].PayloadLength) + (_state.Error(number)?.Length ?? 0) + (_state.Traits(number)?.Steps.Bytes ?? 0);

    private void ForgetForwarding()
    {
        _forward.Clear();
        _forwardSource = null;
        _isReadingForward = false;
        _isForwardingDelayed = false;
        _firstRowForward = long.MaxValue;
        _forwardedThrough = 0;
        _forwardEnd = 0;
        _forwardFloor = 0;
    }

    private void TellWhenEnded<T>(Task<T> task, Func<Task<T>, object> message)
    {
        _isReadingForward = true;
        var self = Self;
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        task.ContinueWith(
            ended =>
            {
                self.Tell(message(ended));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
