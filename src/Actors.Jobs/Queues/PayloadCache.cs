namespace Actors.Jobs.Queues;

/// <summary>
/// Arguments in memory. A job names its place here by number, so that the table of jobs holds no references: a garbage collection need
/// not look through millions of jobs that wait.
/// </summary>
internal sealed class PayloadCache
{
    private const int ChunkBits = 10;
    private const int ChunkMask = (1 << ChunkBits) - 1;

    private readonly List<ReadOnlyMemory<byte>[]> _chunks = [];
    private readonly Stack<int> _free = new();
    private int _next = 1;

    /// <summary>The length of everything in it.</summary>
    public long Bytes { get; private set; }

    /// <summary>The arguments of a job that has them here.</summary>
    public ReadOnlyMemory<byte> this[in JobEntry entry] => Place(entry.CacheSlot);

    public void Add(ref JobEntry entry, ReadOnlyMemory<byte> payload)
    {
        entry.CacheSlot = _free.TryPop(out var slot) ? slot : _next++;
        if (entry.CacheSlot >> ChunkBits >= _chunks.Count)
        {
            _chunks.Add(new ReadOnlyMemory<byte>[1 << ChunkBits]);
        }

        Place(entry.CacheSlot) = payload;
        Bytes += payload.Length;
    }

    /// <summary>Does nothing for a job without arguments here.</summary>
    public void Remove(ref JobEntry entry)
    {
        if (entry.CacheSlot != 0)
        {
            ref var place = ref Place(entry.CacheSlot);
            Bytes -= place.Length;
            place = default;
            _free.Push(entry.CacheSlot);
            entry.CacheSlot = 0;
        }
    }

    private ref ReadOnlyMemory<byte> Place(int slot) => ref _chunks[slot >> ChunkBits][slot & ChunkMask];
}
