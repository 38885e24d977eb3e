using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>Arguments in memory, within a budget: those of the jobs that are to start soonest.</summary>
internal sealed partial class QueueActor
{
    private const int MaxRowsInARead = 512;

    /// <summary>Behind so many that are not durable yet, there are hardly any that are.</summary>
    private const int MaxInFlightSeen = 64;

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
        if (_isReadingPayloads)
        {
            return;
        }

        var isSuspectNext = _suspects.Count > 0 && _suspects.First == _suspects.FirstUncached;
        if (!isSuspectNext && !_ready.IsNextUncached && _cache.Bytes > _options.CacheBytes / 2)
        {
            return;
        }

        var rows = new HashSet<long>();
        var numbers = new List<long>();
        var (bytes, inFlight) = (0L, 0);
        foreach (var number in isSuspectNext ? _suspects.ToLoad() : _ready.ToLoad())
        {
            ref var entry = ref _state.Jobs[number];
            if (entry.CacheSlot != 0)
            {
                continue;
            }

            bytes += entry.PayloadLength;
            if (rows.Count == MaxRowsInARead || (rows.Count > 0 && _cache.Bytes + bytes > _options.CacheBytes))
            {
                break;
            }

            if (!IsInFlight(entry.PayloadRow))
            {
                rows.Add(entry.PayloadRow);
                numbers.Add(number);
            }
            else if (++inFlight == MaxInFlightSeen)
            {
                break;
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
        long[] sorted = [.. rows.Order()];
        dispatcher.BeginOperation();
        ReadPayloadsAsync(sorted, CancellationToken.None).ContinueWith(
            ended =>
            {
                self.Tell(new QueueMessage.PayloadsRead(numbers, sorted, ended));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

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

        foreach (var number in read.Numbers)
        {
            CacheRead(number, byRow);
        }

        // Where keys take turns, the jobs that were asked for lie in many rows; their neighbours' turns come soon after.
        foreach (var number in read.Numbers)
        {
            for (var next = number + 1; HasRoomForNeighbour && CacheRead(next, byRow);)
            {
                next++;
            }

            for (var next = number - 1; HasRoomForNeighbour && CacheRead(next, byRow);)
            {
                next--;
            }
        }

        FlushSoon();
    }

    private bool HasRoomForNeighbour => _cache.Bytes <= _options.CacheBytes / 2;

    /// <summary>Whether a job waits its turn. One that nobody handles waits too, but out of the line.</summary>
    private bool IsInLine(long number, out ReadyList line)
    {
        line = _suspects;
        if (!_state.Jobs.Contains(number) || _state.Jobs[number] is not { State: JobState.Waiting } entry)
        {
            return false;
        }

        line = _state.IsSuspect(number, out _) ? _suspects : _ready.ListOf(entry);
        return entry.Previous != 0 || line.First == number;
    }

    /// <returns>Whether the arguments of a job are in memory now and were not before.</returns>
    private bool CacheRead(long number, Dictionary<long, ReadOnlyMemory<byte>> byRow)
    {
        if (!IsInLine(number, out var line))
        {
            return false;
        }

        ref var entry = ref _state.Jobs[number];
        if (entry.CacheSlot != 0 || !byRow.TryGetValue(entry.PayloadRow, out var row))
        {
            return false;
        }

        _cache.Add(ref entry, ArgumentsIn(row, entry.PayloadOffset, entry.PayloadLength));
        line.OnCached(number);
        return true;
    }

    /// <summary>The jobs whose arguments lie in a damaged row are parked with the reason. They are tried again when the queue is opened anew.</summary>
    private void ParkDamaged(QueueMessage.PayloadsRead read, JournalCorruptException damage)
    {
        var parked = read.Numbers.Distinct().Where(number => IsInLine(number, out _)
            && _state.Jobs[number] is { CacheSlot: 0 } entry
            && entry.PayloadRow == damage.Row).ToList();
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
