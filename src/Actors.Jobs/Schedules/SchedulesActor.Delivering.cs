using System.Runtime.InteropServices;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Schedules;

/// <summary>From slots that are stored to jobs that are durable.</summary>
internal sealed partial class SchedulesActor
{
    private const int MaxDelivered = 1000;
    private static readonly object RedeliverTimer = new();
    private static readonly object NoteTimer = new();
    private static readonly TimeSpan NoteDelay = TimeSpan.FromSeconds(1);
    private static readonly BackoffOptions RedeliverDelays = new() { Min = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(30) };

    private readonly List<(ScheduleEntry Entry, Decided Slot)> _undelivered = [];
    private int _deliveryFailures;

    private void Deliver(IEnumerable<(ScheduleEntry Entry, Decided Slot)> fired, bool mayBeTaken)
    {
        foreach (var group in fired.Where(fired => IsLive(fired.Entry)).GroupBy(fired => fired.Entry.Spec.Queue))
        {
            foreach (var slots in group.Chunk(MaxDelivered))
            {
                var drafts = Array.ConvertAll(slots, slot => JobOf(slot.Entry, slot.Slot));

                // A slot that was filled in may have had its job long ago.
                var isAsked = mayBeTaken || Array.Exists(slots, slot => slot.Slot.Kind == (int)SlotKind.Backfilled);
                var cancellationToken = Context.CancellationToken;
                Context.RunTask(
                    () => _queues.EnqueueAsync(group.Key, drafts, isAsked, cancellationToken),
                    cause => new ScheduleMessage.DeliveryEnded(_instance, slots, cause));
            }
        }
    }

    private static JobDraft JobOf(ScheduleEntry entry, Decided slot)
    {
        var spec = entry.Spec;
        var jitterMs = slot.Kind == (int)SlotKind.ByHand ? 0 : entry.Key.JitterMs(slot.SlotMs, spec.JitterMs);
        return new JobDraft(
            entry.IdOf(slot),
            spec.Job,
            (int)spec.JobVersion,
            MemoryMarshal.TryGetArray(spec.Args.Memory, out var args) && args.Array!.Length == args.Count
                ? args.Array // Not written to by anybody.
                : spec.Args.ToByteArray(),
            TimeSpan.Zero,
            jitterMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(slot.SlotMs + jitterMs),
            StoredPriority.Read(spec.Priority));
    }

    private void OnDeliveryEnded(ScheduleMessage.DeliveryEnded ended)
    {
        if (ended.Instance != _instance)
        {
            return;
        }

        if (ended.Cause is { } cause)
        {
            foreach (var slot in ended.Slots.Where(slot => IsLive(slot.Entry)))
            {
                slot.Entry.DeliveryFault = cause.Message;
                _undelivered.Add(slot);
            }

            if (_undelivered.Count > 0 && !Context.Timers.IsActive(RedeliverTimer))
            {
                var delay = RedeliverDelays.Delay(Math.Min(_deliveryFailures++, 16), Context.System.Random);
                Log.SlotsUndelivered(Logger, _undelivered.Count, delay.TotalMilliseconds, cause.Message);
                Context.Timers.StartSingle(RedeliverTimer, ScheduleMessage.Redeliver.Instance, delay);
            }

            return;
        }

        _deliveryFailures = 0;
        foreach (var (entry, slot) in ended.Slots)
        {
            if (IsLive(entry))
            {
                var delivered = new Delivered { Number = entry.Number, SlotMs = slot.SlotMs, Kind = slot.Kind };
                entry.Apply(delivered);
                entry.DeliveryFault = null;
                CloseDraftIfFull();
                _draft.Commit.Delivered.Add(delivered);
            }
        }

        // Who reads that a job is delivered need not read it soon: without the note it is enqueued again, which changes nothing.
        if (!_draft.IsEmpty && !Context.Timers.IsActive(NoteTimer))
        {
            Context.Timers.StartSingle(NoteTimer, ScheduleMessage.Flush.Instance, NoteDelay);
        }
    }

    private void Redeliver()
    {
        if (_undelivered.Count > 0)
        {
            (ScheduleEntry Entry, Decided Slot)[] slots = [.. _undelivered];
            _undelivered.Clear();
            Deliver(slots, mayBeTaken: true);
        }
    }
}
