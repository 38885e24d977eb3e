using System.Runtime.InteropServices;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Schedules;

/// <summary>From slots that are stored to jobs that are durable: one lane for each queue, in which the slots go in their order.</summary>
internal sealed partial class SchedulesActor
{
    private const int MaxDelivered = 4000;

    /// <summary>The first order of a term is above all of the terms before, whatever of their commits a repair has left out.</summary>
    private const int BitsOfOrder = 40;

    private static readonly object RedeliverTimer = new();
    private static readonly object NoteTimer = new();
    private static readonly TimeSpan NoteDelay = TimeSpan.FromSeconds(1);
    private static readonly BackoffOptions RedeliverDelays = new() { Min = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(30) };

    private Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private long _nextOrder;
    private int _deliveryFailures;

    private void RecoverDeliveries()
    {
        _nextOrder = (Term << BitsOfOrder) + 1;
        Deliver(_entries.SelectMany(entry => (entry.Outstanding ?? []).Select(slot => (entry, slot))).OrderBy(slot => slot.slot.Order));
    }

    private void ForgetDeliveries()
    {
        _lanes = new Dictionary<string, Lane>(StringComparer.Ordinal);
        Context.Timers.Cancel(RedeliverTimer);
    }

    private void Deliver(IEnumerable<(ScheduleEntry Entry, Decided Slot)> fired)
    {
        foreach (var (entry, slot) in fired)
        {
            var queue = (slot.Spec ?? entry.Spec).Queue;
            if (!_lanes.TryGetValue(queue, out var lane))
            {
                _lanes.Add(queue, lane = new Lane(queue));
            }

            lane.Waiting.Enqueue((entry, slot));
        }

        foreach (var lane in _lanes.Values)
        {
            SendNext(lane);
        }
    }

    /// <summary>One delivery of a lane at a time: a queue takes no slot after a later one.</summary>
    private void SendNext(Lane lane)
    {
        if (lane.IsUnderWay || lane.HasFailed)
        {
            return;
        }

        if (lane.Batch.Count == 0)
        {
            while (lane.Batch.Count < MaxDelivered && lane.Waiting.TryDequeue(out var next))
            {
                lane.Batch.Add(next);
            }

            if (lane.Batch.Count == 0)
            {
                return;
            }
        }

        lane.IsUnderWay = true;
        var (queue, cancellationToken) = (lane.Queue, Context.CancellationToken);
        var jobs = lane.Batch.ConvertAll(slot => JobOf(slot.Entry, slot.Slot));
        Context.RunTask(
            () => _queues.EnqueueAsync(queue, jobs, cancellationToken),
            cause => new ScheduleMessage.DeliveryEnded(lane, cause));
    }

    private static SlotJob JobOf(ScheduleEntry entry, Decided slot)
    {
        var spec = slot.Spec ?? entry.Spec;
        var jitterMs = slot.Kind == (int)SlotKind.ByHand ? 0 : entry.Key.JitterMs(slot.SlotMs, spec.JitterMs);
        var job = new JobDraft(
            entry.IdOf(slot),
            spec.Job,
            (int)spec.JobVersion,
            MemoryMarshal.TryGetArray(spec.Args.Memory, out var args) && args.Array!.Length == args.Count
                ? args.Array // Not written to by anybody.
                : spec.Args.ToByteArray(),
            TimeSpan.Zero,
            jitterMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(slot.SlotMs + jitterMs),
            StoredPriority.Read(spec.Priority));

        // A slot that was filled in may have had its job long ago, and one without an order may have been delivered by an older program.
        return new SlotJob(job, slot.Order, slot.Kind == (int)SlotKind.Backfilled || slot.Order == 0);
    }

    private void OnDeliveryEnded(ScheduleMessage.DeliveryEnded ended)
    {
        var lane = ended.Lane;
        if (!ReferenceEquals(_lanes.GetValueOrDefault(lane.Queue), lane))
        {
            return; // Begun before a reset, or by an instance before this one.
        }

        lane.IsUnderWay = false;
        if (ended.Cause is { } cause)
        {
            lane.HasFailed = true;
            foreach (var (entry, _) in lane.Batch)
            {
                entry.DeliveryFault = cause.Message;
            }

            if (!Context.Timers.IsActive(RedeliverTimer))
            {
                var delay = RedeliverDelays.Delay(Math.Min(_deliveryFailures++, 16), Context.System.Random);
                Log.SlotsUndelivered(Logger, lane.Batch.Count + lane.Waiting.Count, delay.TotalMilliseconds, cause.Message);
                Context.Timers.StartSingle(RedeliverTimer, ScheduleMessage.Redeliver.Instance, delay);
            }

            return;
        }

        _deliveryFailures = 0;
        foreach (var (entry, slot) in lane.Batch)
        {
            var delivered = new Delivered { Number = entry.Number, SlotMs = slot.SlotMs, Kind = slot.Kind };
            entry.Apply(delivered);
            entry.DeliveryFault = null;
            CloseDraftIfFull();
            _draft.Commit.Delivered.Add(delivered);
            ForgetRemoved(entry);
        }

        lane.Batch.Clear();
        SendNext(lane);

        // Without the note the queue is told of the slot again, which changes nothing: who reads that a job is delivered need not read it soon.
        if (!_draft.IsEmpty && !Context.Timers.IsActive(NoteTimer))
        {
            Context.Timers.StartSingle(NoteTimer, ScheduleMessage.Flush.Instance, NoteDelay);
        }
    }

    private void Redeliver()
    {
        foreach (var lane in _lanes.Values)
        {
            lane.HasFailed = false;
            SendNext(lane);
        }
    }

    /// <summary>The slots of one queue on their way.</summary>
    internal sealed class Lane(string queue)
    {
        public string Queue { get; } = queue;

        /// <summary>What is being delivered, or is to be tried again.</summary>
        public List<(ScheduleEntry Entry, Decided Slot)> Batch { get; } = [];

        public Queue<(ScheduleEntry Entry, Decided Slot)> Waiting { get; } = new();

        public bool IsUnderWay { get; set; }

        public bool HasFailed { get; set; }
    }
}
