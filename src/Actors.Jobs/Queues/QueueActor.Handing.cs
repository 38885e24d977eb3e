namespace Actors.Jobs.Queues;

/// <summary>Hands jobs that are stored as on their way to their new queues: one message to each at a time, sent again until it is answered.</summary>
internal sealed partial class QueueActor
{
    /// <summary>One message to another queue has so many jobs at most, and so many bytes of arguments.</summary>
    private const int MovesInAMessage = 1_000;
    private const int MovedBytesInAMessage = 512 * 1024;

    private readonly SortedDictionary<string, MoveLane> _lanes = new(StringComparer.Ordinal);

    /// <summary>The first payload row that is read for other queues; the highest number while none is.</summary>
    private long _firstRowOfMoves = long.MaxValue;

    /// <summary>What was stored with a commit can be sent, and after what was settled with it more can be.</summary>
    private void OnMovesAppended(CommitDraft draft)
    {
        foreach (var number in draft.Leaving)
        {
            // It was durable when it was decided on, and nothing but the answer of the other queue lets it go.
            var lane = LaneTo(_state.MoveOf(number)!.Queue);
            lane.Waiting.Enqueue(number);
        }

        foreach (var lane in draft.Settled)
        {
            lane.Sent = null;
            lane.IsUnderWay = false;
        }

        SendMoves();
    }

    private MoveLane LaneTo(string queue)
    {
        if (!_lanes.TryGetValue(queue, out var lane))
        {
            _lanes.Add(queue, lane = new MoveLane(queue));
        }

        return lane;
    }

    /// <summary>One message to a queue at a time: what comes after it says that all before it is settled.</summary>
    private void SendMoves()
    {
        foreach (var lane in _lanes.Values)
        {
            if (!lane.IsUnderWay && lane.Waiting.Count > 0)
            {
                Send(lane);
            }
        }
    }

    private void Send(MoveLane lane)
    {
        var rows = new SortedSet<long>();
        var bytes = 0L;
        while (lane.Open.Count < MovesInAMessage && bytes < MovedBytesInAMessage && rows.Count < MaxRowsInARead && lane.Waiting.TryDequeue(out var number))
        {
            ref var entry = ref _state.Jobs[number];
            lane.Open.Add(number);
            bytes += entry.PayloadLength;
            if (entry.CacheSlot == 0 && entry.PayloadLength > 0)
            {
                rows.Add(entry.PayloadRow);
            }
        }

        lane.IsUnderWay = true;
        MoveAgainInTime();
        Prepare(lane);
    }

    /// <summary>Sends what is open as soon as the arguments are at hand.</summary>
    private void Prepare(MoveLane lane)
    {
        var rows = new SortedSet<long>();
        foreach (var number in lane.Open)
        {
            ref var entry = ref _state.Jobs[number];
            if (entry.CacheSlot == 0 && entry.PayloadLength > 0)
            {
                rows.Add(entry.PayloadRow);
            }
        }

        if (rows.Count == 0)
        {
            Hand(lane, []);
        }
        else if (!IsInFlight(rows.Max))
        {
            Read(lane, [.. rows]);
        }
    }

    private void Read(MoveLane lane, long[] rows)
    {
        lane.Rows = rows;
        _firstRowOfMoves = Math.Min(_firstRowOfMoves, rows[0]);
        var found = new Dictionary<long, ReadOnlyMemory<byte>>(rows.Length);
        var places = lane.Open.ConvertAll(number => (number, _state.Jobs[number].PayloadRow, (int)_state.Jobs[number].PayloadOffset, _state.Jobs[number].PayloadLength));
        lane.Args = [];
        var self = Self;
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        ReadUndamagedAsync(rows, found).ContinueWith(
            ended =>
            {
                if (ended.IsCompletedSuccessfully)
                {
                    // They may lie elsewhere by then.
                    foreach (var (number, row, offset, length) in places)
                    {
                        if (found.TryGetValue(row, out var payload) && offset + length <= payload.Length)
                        {
                            lane.Args[number] = payload.Slice(offset, length);
                        }
                    }
                }

                self.Tell(new QueueMessage.MovesRead(lane, ended));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void OnMovesRead(QueueMessage.MovesRead read)
    {
        var lane = read.Lane;
        if (!ReferenceEquals(_lanes.GetValueOrDefault(lane.Queue), lane))
        {
            return; // Of an earlier instance, or before the journal was opened anew.
        }

        lane.Rows = [];
        _firstRowOfMoves = _lanes.Values.SelectMany(other => other.Rows).DefaultIfEmpty(long.MaxValue).Min();
        if (read.Reading.IsCompletedSuccessfully)
        {
            Hand(lane, lane.Args);
        }
        else
        {
            Log.PayloadsUnreadable(Logger, _name, read.Reading.Exception?.InnerException?.Message ?? "cancelled"); // It is read again with the next reminder.
        }

        ForwardLater();
    }

    private void Hand(MoveLane lane, Dictionary<long, ReadOnlyMemory<byte>> args)
    {
        lane.Sent = new QueueMessage.TakeMoved(_name, lane.Open.ConvertAll(number => ToHand(number, args)));
        lane.Args = [];
        Context.Parent.Tell(new QueuesActor.Hand(lane.Queue, lane.Sent), Self);
    }

    private MovedJob ToHand(long number, Dictionary<long, ReadOnlyMemory<byte>> args)
    {
        ref var entry = ref _state.Jobs[number];
        return new MovedJob(_state.MoveOf(number)!.Order, entry.Id, _state.Names[entry.Type], entry.TypeVersion) // It is on its way.
        {
            Args = entry.PayloadLength == 0 ? ReadOnlyMemory<byte>.Empty
                : args.TryGetValue(number, out var read) ? read
                : entry.CacheSlot == 0 ? null : _cache[entry],
            State = entry.State,
            Priority = entry.Priority,
            Attempts = entry.Attempts,
            Grant = entry.Grant,
            EnqueuedAtMs = entry.EnqueuedAtMs,
            DueAtMs = entry.DueAtMs - _clock.AheadMs,
            Key = _state.Keys.Name(entry.Key),
            Traits = _state.TraitsToStore(number)! with { Move = null }, // As above.
            Error = _state.Error(number),
            Crashes = _state.IsSuspect(number, out var crashes) ? crashes : null,
            IsEndKept = _options.KeepSucceeded,
        };
    }

    private void SendAgain(MoveLane lane)
    {
        if (lane.IsUnderWay && lane.Open.Count > 0 && lane.Rows.Count == 0)
        {
            if (lane.Sent is { } sent)
            {
                Context.Parent.Tell(new QueuesActor.Hand(lane.Queue, sent), Self);
            }
            else
            {
                Prepare(lane);
            }
        }
    }

    /// <summary>A queue is back, and has forgotten what it was asked and had not stored.</summary>
    private void OnMoveTargetReady(string queue)
    {
        if (_lanes.TryGetValue(queue, out var lane))
        {
            SendAgain(lane);
        }
    }

    /// <summary>What goes to one other queue, in its order.</summary>
    internal sealed class MoveLane(string queue)
    {
        public string Queue { get; } = queue;

        /// <summary>Stored as on their way, and not sent yet.</summary>
        public Queue<long> Waiting { get; } = new();

        /// <summary>Sent, or about to be, and not answered.</summary>
        public List<long> Open { get; } = [];

        /// <summary>Null while their arguments are not at hand.</summary>
        public QueueMessage.TakeMoved? Sent { get; set; }

        public Dictionary<long, ReadOnlyMemory<byte>> Args { get; set; } = [];

        /// <summary>The payload rows that are being read.</summary>
        public IReadOnlyList<long> Rows { get; set; } = [];

        /// <summary>Until all answers of a message are durable here.</summary>
        public bool IsUnderWay { get; set; }
    }
}
