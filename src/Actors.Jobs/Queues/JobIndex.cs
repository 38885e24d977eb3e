namespace Actors.Jobs.Queues;

/// <summary>Numbers by id. A thousand small hash tables, each growing alone, so that no growth is a visible pause.</summary>
internal sealed class JobIndex(JobTable table)
{
    private const int SegmentBits = 10;
    private const int FirstCapacity = 8;
    private const long Empty = 0;
    private const long Deleted = -1;

    private readonly Segment[] _segments = new Segment[1 << SegmentBits];

    public bool TryFind(JobId id, out long number)
    {
        var hash = Hash(id);
        ref var segment = ref _segments[hash >> (32 - SegmentBits)];
        number = 0;
        if (segment.Numbers is not { } numbers)
        {
            return false;
        }

        for (var i = (int)hash & (numbers.Length - 1); ; i = (i + 1) & (numbers.Length - 1))
        {
            if (numbers[i] == Empty)
            {
                return false;
            }

            if (numbers[i] != Deleted && table[numbers[i]].Id == id)
            {
                number = numbers[i];
                return true;
            }
        }
    }

    public void Add(JobId id, long number)
    {
        var hash = Hash(id);
        ref var segment = ref _segments[hash >> (32 - SegmentBits)];
        segment.Numbers ??= new long[FirstCapacity];
        if ((segment.Used + 1) * 4 > segment.Numbers.Length * 3)
        {
            Rehash(ref segment);
        }

        Insert(ref segment, hash, number);
        segment.Live++;
    }

    public void Remove(JobId id, long number)
    {
        var hash = Hash(id);
        ref var segment = ref _segments[hash >> (32 - SegmentBits)];
        var numbers = segment.Numbers!; // What is removed was added.
        for (var i = (int)hash & (numbers.Length - 1); ; i = (i + 1) & (numbers.Length - 1))
        {
            if (numbers[i] == number)
            {
                numbers[i] = Deleted;
                if (--segment.Live == 0)
                {
                    segment = default;
                }

                return;
            }
        }
    }

    // Ours are random in the last bytes, but a caller may choose ids that differ in any of them.
    private static uint Hash(JobId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.WriteTo(bytes);
        var mixed = (BitConverter.ToUInt64(bytes) * 0x9E3779B97F4A7C15) ^ BitConverter.ToUInt64(bytes[8..]);
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
        return (uint)(mixed >> 32);
    }

    private static void Insert(ref Segment segment, uint hash, long number)
    {
        var numbers = segment.Numbers!; // Made before.
        for (var i = (int)hash & (numbers.Length - 1); ; i = (i + 1) & (numbers.Length - 1))
        {
            if (numbers[i] is Empty or Deleted)
            {
                segment.Used += numbers[i] == Empty ? 1 : 0;
                numbers[i] = number;
                return;
            }
        }
    }

    private void Rehash(ref Segment segment)
    {
        var old = segment.Numbers!; // Checked by the caller.
        var capacity = FirstCapacity;
        while (capacity < (segment.Live + 1) * 2)
        {
            capacity *= 2;
        }

        segment.Numbers = new long[capacity];
        segment.Used = 0;
        foreach (var number in old)
        {
            if (number is not Empty and not Deleted)
            {
                Insert(ref segment, Hash(table[number].Id), number);
            }
        }
    }

    private struct Segment
    {
        public long[]? Numbers;
        public int Live;
        public int Used;
    }
}
