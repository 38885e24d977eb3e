namespace Actors.Jobs.Queues;

/// <summary>Job numbers by the time at which they may start. Kept in chunks, so that growing copies nothing.</summary>
internal sealed class DueHeap
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    private const int MinGone = 1024;

    private readonly List<Item[]> _chunks = [];
    private long _gone;

    public long Count { get; private set; }

    /// <summary>When the first is due; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstDueMs => Count == 0 ? long.MaxValue : At(0).DueMs;

    /// <summary>
    /// A job that is in the heap will not come any more. It is taken out together with others, when they are more than those that will:
    /// looking for one in a heap costs more than keeping it.
    /// </summary>
    /// <param name="isComing">Whether a job still waits for this moment.</param>
    public void Forget(Func<long, long, bool> isComing)
    {
        if (++_gone < MinGone || _gone * 2 < Count)
        {
            return;
        }

        var kept = 0L;
        for (var i = 0L; i < Count; i++)
        {
            var item = At(i);
            if (isComing(item.DueMs, item.Number))
            {
                At(kept++) = item;
            }
        }

        Count = kept;
        _gone = 0;
        Order();
        Shrink();
    }

    /// <summary>A job that was taken out was one that is forgotten.</summary>
    public void OnForgottenTaken() => _gone = Math.Max(0, _gone - 1);

    public void Add(long dueMs, long number)
    {
        AddUnordered(dueMs, number);
        var index = Count - 1;
        var item = At(index);
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

    /// <summary>Adds one of many. <see cref="Order"/> must be called before anything else.</summary>
    public void AddUnordered(long dueMs, long number)
    {
        if ((Count >> ChunkBits) >= _chunks.Count)
        {
            _chunks.Add(new Item[ChunkSize]);
        }

        At(Count++) = new Item(dueMs, number);
    }

    /// <summary>Puts all in order at once, which is quicker than one after the other.</summary>
    public void Order()
    {
        for (var i = (Count >> 1) - 1; i >= 0; i--)
        {
            Sink(i, At(i));
        }
    }

    /// <summary>Takes the first out. The heap must not be empty.</summary>
    public (long DueMs, long Number) Take()
    {
        var first = At(0);
        var last = At(--Count);
        if (Count > 0)
        {
            Sink(0, last);
        }

        Shrink();
        return (first.DueMs, first.Number);
    }

    /// <summary>Puts an item where it belongs in the part of the heap that begins at an index.</summary>
    private void Sink(long index, Item item)
    {
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

            if (!At(child).IsBefore(item))
            {
                break;
            }

            At(index) = At(child);
            index = child;
        }

        At(index) = item;
    }

    private void Shrink()
    {
        var needed = (int)(Count >> ChunkBits) + 2;
        if (_chunks.Count > needed)
        {
            _chunks.RemoveRange(needed, _chunks.Count - needed);
        }
    }

    private ref Item At(long index) => ref _chunks[(int)(index >> ChunkBits)][index & (ChunkSize - 1)];

    private readonly record struct Item(long DueMs, long Number)
    {
        public bool IsBefore(Item other) => DueMs < other.DueMs || (DueMs == other.DueMs && Number < other.Number);
    }
}
