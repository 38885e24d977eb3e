namespace Actors.Jobs.Queues;

/// <summary>Job numbers by the time at which they may start. Kept in chunks, so that growing copies nothing.</summary>
internal sealed class DueHeap
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly List<Item[]> _chunks = [];

    public long Count { get; private set; }

    /// <summary>When the first is due; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstDueMs => Count == 0 ? long.MaxValue : At(0).DueMs;

    public void Add(long dueMs, long number)
    {
        if ((Count >> ChunkBits) >= _chunks.Count)
        {
            _chunks.Add(new Item[ChunkSize]);
        }

        var index = Count++;
        var item = new Item(dueMs, number);
        while (index > 0)
        {
            var parent = (index - 1) >> 1;
            if (!item.IsBefore(At(parent)))
            {
                break;
            }

            At(index) = At(parent);
            index = parent;
        }

        At(index) = item;
    }

    /// <summary>Takes the first out. The heap must not be empty.</summary>
    public (long DueMs, long Number) Take()
    {
        var first = At(0);
        var last = At(--Count);
        var index = 0L;
        while (true)
        {
            var child = (index << 1) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && At(child + 1).IsBefore(At(child)))
            {
                child++;
            }

            if (!At(child).IsBefore(last))
            {
                break;
            }

            At(index) = At(child);
            index = child;
        }

        if (Count > 0)
        {
            At(index) = last;
        }

        if (_chunks.Count > (Count >> ChunkBits) + 2)
        {
            _chunks.RemoveAt(_chunks.Count - 1);
        }

        return (first.DueMs, first.Number);
    }

    private ref Item At(long index) => ref _chunks[(int)(index >> ChunkBits)][index & (ChunkSize - 1)];

    private readonly record struct Item(long DueMs, long Number)
    {
        public bool IsBefore(Item other) => DueMs < other.DueMs || (DueMs == other.DueMs && Number < other.Number);
    }
}
