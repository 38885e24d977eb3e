using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>Two counts of what happened in a time that slides on, in tenths of it: what is more than a whole of it ago does not count, and what is less than nine tenths ago does.</summary>
internal sealed class SlidingCounts(TimeSpan window)
{
    public const int Slices = 10;

    private readonly (long First, long Second)[] _slices = new (long First, long Second)[Slices];
    private long _newest;

    public long SliceMs { get; } = Math.Max(1, (long)window.TotalMilliseconds / Slices);

    public long First { get; private set; }

    public long Second { get; private set; }

    public bool IsEmpty => First == 0 && Second == 0;

    public void Add(long nowMs, long first, long second)
    {
        SlideTo(nowMs);
        ref var slice = ref _slices[_newest % Slices];
        slice = (slice.First + first, slice.Second + second);
        First += first;
        Second += second;
    }

    /// <summary>Forgets what is too long ago. The clock of a queue does not go back.</summary>
    public void SlideTo(long nowMs)
    {
        var newest = nowMs / SliceMs;
        for (var i = Math.Max(_newest + 1, newest - Slices + 1); i <= newest; i++)
        {
            ref var slice = ref _slices[i % Slices];
            First -= slice.First;
            Second -= slice.Second;
            slice = default;
        }

        _newest = Math.Max(_newest, newest);
    }

    /// <summary>What will be left of them when nothing more happens, from moment to moment, the next first.</summary>
    public IEnumerable<(long AtMs, long First, long Second)> Later()
    {
        var (first, second) = (First, Second);
        for (var i = _newest - Slices + 1; i <= _newest; i++)
        {
            var slice = _slices[(i + Slices) % Slices];
            first -= slice.First;
            second -= slice.Second;
            yield return ((i + Slices) * SliceMs, first, second);
        }
    }

    public AttemptCounts ToProto()
    {
        var counts = new AttemptCounts { SliceMs = SliceMs, Newest = _newest };
        for (var i = _newest - Slices + 1; i <= _newest; i++)
        {
            var slice = _slices[(i + Slices) % Slices];
            counts.Begun.Add(slice.First);
            counts.Retries.Add(slice.Second);
        }

        return counts;
    }

    /// <summary>What was counted in slices of another length says nothing here.</summary>
    public void Restore(AttemptCounts? stored)
    {
        if (stored is not null && stored.SliceMs != SliceMs)
        {
            return;
        }

        Clear();
        if (stored is null)
        {
            return;
        }

        _newest = stored.Newest;
        for (var i = 0; i < Slices; i++)
        {
            var slice = _slices[(stored.Newest + 1 + i) % Slices] = (stored.Begun[i], stored.Retries[i]);
            First += slice.First;
            Second += slice.Second;
        }
    }

    public void Clear()
    {
        Array.Clear(_slices);
        (First, Second) = (0, 0);
    }
}
