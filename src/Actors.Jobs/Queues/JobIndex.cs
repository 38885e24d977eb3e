namespace Actors.Jobs.Queues;

/// <summary>
/// Numbers by id. A thousand small hash tables, each growing alone, so that no growth is a visible pause. Beside a number stand bits of the
/// hash of its id: most lookups and all growth do without the jobs themselves, which lie anywhere in memory.
/// </summary>
internal sealed class JobIndex(JobTable table)
{
    private const int SegmentBits = 10;
    private const int TagBits = 24;
    private const int NumberBits = 64 - TagBits;
    private const long NumberMask = (1L << NumberBits) - 1;
    private const int FirstCapacity = 8;
    private const long Empty = 0;
    private const long Deleted = -1;

    private readonly Segment[] _segments = new Segment[1 << SegmentBits];

    public bool TryFind(JobId id, out long number)
    {
        var hash = Hash(id);
        ref var segment = ref _segments[hash >> (64 - SegmentBits)];
        number = 0;
        if (segment.Slots is not { } slots)
        {
            return false;
        }

        var tag = TagOf(hash);
        for (var i = Home(tag, slots.Length); ; i = i + 1 == slots.Length ? 0 : i + 1)
        {
            var slot = slots[i];
            if (slot == Empty)
            {
                return false;
            }

            if (slot != Deleted && TagOf(slot) == tag && table[slot & NumberMask].Id == id)
            {
                number = slot & NumberMask;
                return true;
            }
        }
    }

    public void Add(JobId id, long number)
    {
        var hash = Hash(id);
        ref var segment = ref _segments[hash >> (64 - SegmentBits)];
        var slots = segment.Slots ??= new long[FirstCapacity];
        if ((segment.Used + 1) * 5L > slots.Length * 4L)
        {
            slots = Grow(ref segment, slots);
        }

        segment.Used += Insert(slots, Slot(TagOf(hash), number));
        segment.Live++;
    }

    public void Remove(JobId id, long number)
    {
        var hash = Hash(id);
        ref var segment = ref _segments[hash >> (64 - SegmentBits)];
        var slots = segment.Slots!; // What is removed was added.
        var tag = TagOf(hash);
        var wanted = Slot(tag, number);
        for (var i = Home(tag, slots.Length); ; i = i + 1 == slots.Length ? 0 : i + 1)
        {
            if (slots[i] == wanted)
            {
                slots[i] = Deleted;
                if (--segment.Live == 0)
                {
                    segment = default;
                }

                return;
            }
        }
    }

    // Ours are random in the last bytes, but a caller may choose ids that differ in any of them.
    private static ulong Hash(JobId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.WriteTo(bytes);
        var mixed = (BitConverter.ToUInt64(bytes) * 0x9E3779B97F4A7C15) ^ BitConverter.ToUInt64(bytes[8..]);
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
        return mixed ^ (mixed >> 32);
    }

    /// <summary>The bits below those that choose the segment.</summary>
    private static long TagOf(ulong hash) => (long)(hash >> (64 - SegmentBits - TagBits)) & ((1L << TagBits) - 1);

    private static long TagOf(long slot) => slot >>> NumberBits;

    private static long Slot(long tag, long number) => (tag << NumberBits) | number;

    /// <summary>The tag as a share of all tags, so that any length will do.</summary>
    private static int Home(long tag, int length) => (int)((tag * length) >> TagBits);

    /// <returns>1 when a place was taken that had been empty, else 0.</returns>
    private static int Insert(long[] slots, long slot)
    {
        for (var i = Home(TagOf(slot), slots.Length); ; i = i + 1 == slots.Length ? 0 : i + 1)
        {
            if (slots[i] is Empty or Deleted)
            {
                var taken = slots[i] == Empty ? 1 : 0;
                slots[i] = slot;
                return taken;
            }
        }
    }

    private static long[] Grow(ref Segment segment, long[] slots)
    {
        var grown = new long[Math.Max(FirstCapacity, (segment.Live + 1) * 2)];
        foreach (var slot in slots)
        {
            if (slot is not Empty and not Deleted)
            {
                Insert(grown, slot);
            }
        }

        segment.Slots = grown;
        segment.Used = segment.Live;
        return grown;
    }

    private struct Segment
    {
        public long[]? Slots;
        public int Live;
        public int Used;
    }
}
