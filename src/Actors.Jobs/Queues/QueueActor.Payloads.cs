using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>Arguments in memory, within a budget: those of the jobs that are to start soonest.</summary>
internal sealed partial class QueueActor
{
    private const int MaxRowsInARead = 512;

    private PayloadCache _cache = new();
    private bool _isReadingPayloads;

    /// <summary>The first payload row that is being read for jobs that are to start; the highest number while none is.</summary>
    private long _firstRowAhead = long.MaxValue;

    private void Cache(ref JobEntry entry, byte[] payload)
    {
        // Behind a job whose arguments are in the journal, memory would be spent on one that starts later.
        if (_ready.ListOf(entry).FirstUncached == 0 && _cache.Bytes + payload.Length <= _options.CacheBytes)
        {
            _cache.Add(ref entry, payload);
        }
    }

    /// <summary>Reads on when less than half of the budget is used, so that reading is done in large pieces and ahead of need.</summary>
    private void ReadPayloadsAhead()
    {
        if (_isReadingPayloads || ListToLoad() is not { } list)
        {
            return;
        }

        var rows = new List<long>();
        var bytes = 0L;
        for (var number = list.FirstUncached; number != 0 && rows.Count < MaxRowsInARead; number = _state.Jobs[number].Next)
        {
            ref var entry = ref _state.Jobs[number];
            bytes += entry.PayloadLength;
            if (rows.Count > 0 && _cache.Bytes + bytes > _options.CacheBytes)
            {
                break;
            }

            if (entry.CacheSlot != 0)
            {
                continue;
            }

            if (IsInFlight(entry.PayloadRow))
            {
                break;
            }

            if (rows.Count == 0 || rows[^1] != entry.PayloadRow)
            {
                rows.Add(entry.PayloadRow);
            }
        }

        if (rows.Count == 0)
        {
            return;
        }

        _isReadingPayloads = true;
        _firstRowAhead = rows.Min();
        var self = Self;
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        ReadPayloadsAsync(rows, CancellationToken.None).ContinueWith(
            ended =>
            {
                self.Tell(new QueueMessage.PayloadsRead(list, rows, ended));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private ReadyList? ListToLoad() => _suspects.Count > 0 && _suspects.First == _suspects.FirstUncached
        ? _suspects
        : _ready.ListToLoad(hasRoom: _cache.Bytes <= _options.CacheBytes / 2);

    /// <summary>Rows that are not durable yet cannot be read; they will be, in the next commit's turn.</summary>
    private bool IsInFlight(long row) =>
        _inFlight.TryPeek(out var oldest) ? row >= oldest.FirstRow
        : _full.TryPeek(out oldest) ? row >= oldest.FirstRow
        : row >= _draft.FirstRow;

    private void OnPayloadsRead(QueueMessage.PayloadsRead read)
    {
        _isReadingPayloads = false;
        _firstRowAhead = long.MaxValue;
        if (!read.Payloads.IsCompletedSuccessfully)
        {
            // The store is away, and the queue keeps what it has and tries again; or a row is damaged, which is the matter of the jobs in it alone.
            var cause = read.Payloads.Exception?.InnerException;
            Log.PayloadsUnreadable(Logger, _name, cause?.Message ?? "cancelled");
            if (cause is JournalCorruptException damage)
            {
                ParkDamaged(read, damage);
                return;
            }

            Context.Timers.StartSingle(nameof(PayloadsUnreadableTimer), QueueMessage.Flush.Instance, PayloadsUnreadableTimer);
            return;
        }

        var payloads = read.Payloads.Result;
        var byRow = new Dictionary<long, ReadOnlyMemory<byte>>(payloads.Count);
        for (var i = 0; i < payloads.Count; i++)
        {
            byRow[read.Rows[i]] = payloads[i];
        }

        for (var number = read.List.FirstUncached; number != 0; number = _state.Jobs[number].Next)
        {
            ref var entry = ref _state.Jobs[number];
            if (entry.CacheSlot != 0)
            {
                continue;
            }

            if (!byRow.TryGetValue(entry.PayloadRow, out var row))
            {
                break;
            }

            _cache.Add(ref entry, ArgumentsIn(row, entry.PayloadOffset, entry.PayloadLength));
        }

        read.List.SkipCached();
        FlushSoon();
    }

    /// <summary>The jobs whose arguments lie in a damaged row are parked with the reason. They are tried again when the queue is opened anew.</summary>
    private void ParkDamaged(QueueMessage.PayloadsRead read, JournalCorruptException damage)
    {
        var parked = new List<long>();
        for (var number = read.List.FirstUncached; number != 0; number = _state.Jobs[number].Next)
        {
            ref var entry = ref _state.Jobs[number];
            if (entry.CacheSlot == 0 && entry.PayloadRow == damage.Row)
            {
                parked.Add(number);
            }
            else if (entry.CacheSlot == 0 && !read.Rows.Contains(entry.PayloadRow))
            {
                break;
            }
        }

        foreach (var number in parked)
        {
            BeginChange(number);
            Withdraw(number);
            Park(number, $"Its arguments cannot be read: {damage.Message}");
        }

        UpdateAlone();
        FlushSoon();
    }

    /// <summary>Nothing, when a repair had to give up the row: the job is parked then.</summary>
    private static ReadOnlyMemory<byte> ArgumentsIn(ReadOnlyMemory<byte> row, int offset, int length) =>
        offset + length <= row.Length ? row.Slice(offset, length) : default;

    private static TimeSpan PayloadsUnreadableTimer => TimeSpan.FromSeconds(1);
}
