using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Schedules;

/// <summary>What most schedules never have, so that those that have it not do not pay for it.</summary>
internal sealed partial class ScheduleEntry
{
    private Seldom? _seldom;

    /// <summary>Why the text cannot be read here.</summary>
    public string? Fault
    {
        get => _seldom?.Fault;
        set => Set(value is not null, seldom => seldom.Fault = value);
    }

    /// <summary>What code or configuration declares, when it was changed at run time since.</summary>
    public ByteString? Declared
    {
        get => _seldom?.Declared;
        set => Set(value is not null, seldom => seldom.Declared = value);
    }

    public string? PauseReason
    {
        get => _seldom?.PauseReason;
        set => Set(value is not null, seldom => seldom.PauseReason = value);
    }

    /// <summary>Why its jobs do not reach their queue.</summary>
    public string? DeliveryFault
    {
        get => _seldom?.DeliveryFault;
        set
        {
            // Set to nothing with each slot that arrives.
            if (value is not null || _seldom is not null)
            {
                (_seldom ??= new Seldom()).DeliveryFault = value;
            }
        }
    }

    /// <summary>Slots from here on were seen in their time, though they have waited for another job since. 0: none waits.</summary>
    public long OnTimeFromMs
    {
        get => _seldom?.OnTimeFromMs ?? 0;
        set
        {
            // Set to nothing with each slot.
            if (value != 0 || _seldom is not null)
            {
                (_seldom ??= new Seldom()).OnTimeFromMs = value;
            }
        }
    }

    public long Missed
    {
        get => _seldom?.Missed ?? 0;
        private set => Set(value != 0, seldom => seldom.Missed = value);
    }

    public long CaughtUp
    {
        get => _seldom?.CaughtUp ?? 0;
        private set
        {
            // With each slot, too.
            if (value != 0)
            {
                (_seldom ??= new Seldom()).CaughtUp = value;
            }
        }
    }

    public Queue<Decided>? Skipped
    {
        get => _seldom?.Skipped;
        private set => Set(value is not null, seldom => seldom.Skipped = value);
    }

    private void Set(bool isThere, Action<Seldom> set)
    {
        if (isThere || _seldom is not null)
        {
            set(_seldom ??= new Seldom());
        }
    }

    private sealed class Seldom
    {
        public string? Fault { get; set; }

        public ByteString? Declared { get; set; }

        public string? PauseReason { get; set; }

        public string? DeliveryFault { get; set; }

        public long OnTimeFromMs { get; set; }

        public long Missed { get; set; }

        public long CaughtUp { get; set; }

        public Queue<Decided>? Skipped { get; set; }
    }
}
