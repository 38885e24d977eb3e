namespace Actors.Jobs.Queues;

/// <summary>
/// The live jobs by number. They lie in chunks, and those in blocks, so that nothing is copied as the table grows; a chunk goes when its last
/// job has gone, and one in which few are left can be packed.
/// </summary>
internal sealed partial class JobTable
{
    private const int ChunkBits = 9;
    private const int BlockBits = 10;
    private const int ChunkMask = JobChunk.Size - 1;
    private const int BlockMask = (1 << BlockBits) - 1;
    private const int MaxSpareChunks = 16;

    private readonly JobIndex _index;
    private readonly Stack<JobEntry[]> _spare = new();

    // A block stands for half a million numbers, so that a few very old jobs beside very new ones cost next to nothing.
    private readonly List<Block?> _blocks = [];
    private long _firstBlock;

    public JobTable() => _index = new JobIndex(this);

    /// <summary>The number of the next job.</summary>
    public long NextNumber { get; set; } = 1;

    public long Count { get; private set; }

    /// <summary>For how many jobs there is memory. Counted on demand.</summary>
    public long Places => (_spare.Count * JobChunk.Size) + _blocks.Sum(block => block?.Chunks.Sum(chunk => (long)(chunk?.Places ?? 0)) ?? 0);

    /// <summary>The entry of a live job; check <see cref="Contains"/> first when that is not certain.</summary>
    public ref JobEntry this[long number] => ref ChunkOf(number)![(int)(number & ChunkMask)]; // A live job has a chunk.

    public bool Contains(long number) => ChunkOf(number) is { } chunk && chunk.Contains((int)(number & ChunkMask));

    public bool TryFind(JobId id, out long number) => _index.TryFind(id, out number);

    /// <summary>Makes room for a job. The caller fills the entry, its state included.</summary>
    public ref JobEntry Add(long number, JobId id)
    {
        var block = BlockFor(number >> (ChunkBits + BlockBits));
        ref var chunk = ref block.Chunks[(number >> ChunkBits) & BlockMask];
        if (chunk is null)
        {
            // A chunk of new jobs fills up. One of old jobs that replay meets again does not.
            chunk = number >= NextNumber ? new JobChunk(_spare.TryPop(out var spare) ? spare : new JobEntry[JobChunk.Size]) : new JobChunk();
            block.Used++;
        }

        Count++;
        ref var entry = ref chunk.Add((int)(number & ChunkMask));
        entry.Id = id;
        _index.Add(id, number);
        NextNumber = Math.Max(NextNumber, number + 1);
        return ref entry;
    }

    public void Remove(long number)
    {
        var position = (int)((number >> (ChunkBits + BlockBits)) - _firstBlock);
        var block = _blocks[position]!; // Only live jobs are removed.
        ref var chunk = ref block.Chunks[(number >> ChunkBits) & BlockMask];
        ref var entry = ref chunk![(int)(number & ChunkMask)];
        _index.Remove(entry.Id, number);
        entry = default;
        Count--;
        if (--chunk.Live > 0)
        {
            return;
        }

        if (_spare.Count < MaxSpareChunks && chunk.TakeEntries() is { } entries)
        {
            _spare.Push(entries);
        }

        chunk = null;
        if (--block.Used == 0)
        {
            _blocks[position] = null;
            DropEmptyBlocks();
        }
    }

    /// <summary>Gives memory back where less than half of the jobs around a number are left.</summary>
    public void Pack(long number)
    {
        // The newest chunk is being filled.
        if (number >> ChunkBits != NextNumber >> ChunkBits)
        {
            ChunkOf(number)?.Pack();
        }
    }

    /// <summary>As <see cref="Pack(long)"/>, everywhere.</summary>
    public void Pack()
    {
        for (var i = 0; i < _blocks.Count; i++)
        {
            for (var j = 0; j <= BlockMask && _blocks[i] is not null; j++)
            {
                Pack(((((_firstBlock + i) << BlockBits) + j) << ChunkBits) + 1);
            }
        }
    }

    /// <summary>The numbers of all live jobs, rising.</summary>
    /// <param name="from">The lowest of interest.</param>
    public IEnumerable<long> Numbers(long from = 0)
    {
        var chunkNumber = Math.Max(from >> ChunkBits, _firstBlock << BlockBits);
        for (; (chunkNumber >> BlockBits) - _firstBlock < _blocks.Count; chunkNumber++)
        {
            if (_blocks[(int)((chunkNumber >> BlockBits) - _firstBlock)] is not { } block)
            {
                chunkNumber |= BlockMask;
                continue;
            }

            for (var place = 0; place < JobChunk.Size && block.Chunks[chunkNumber & BlockMask] is { } chunk; place++)
            {
                var number = (chunkNumber << ChunkBits) + place;
                if (number >= from && chunk.Contains(place))
                {
                    yield return number;
                }
            }
        }
    }

    private Block BlockFor(long key)
    {
        if (_blocks.Count == 0)
        {
            _firstBlock = key;
        }

        while (key < _firstBlock)
        {
            _blocks.Insert(0, null);
            _firstBlock--;
        }

        while (key >= _firstBlock + _blocks.Count)
        {
            _blocks.Add(null);
        }

        return _blocks[(int)(key - _firstBlock)] ??= new Block();
    }

    private void DropEmptyBlocks()
    {
        var gone = 0;
        while (gone < _blocks.Count && _blocks[gone] is null)
        {
            gone++;
        }

        _blocks.RemoveRange(0, gone);
        _firstBlock += gone;
    }

    private JobChunk? ChunkOf(long number)
    {
        var position = (number >> (ChunkBits + BlockBits)) - _firstBlock;
        return position >= 0 && position < _blocks.Count && _blocks[(int)position] is { } block
            ? block.Chunks[(number >> ChunkBits) & BlockMask]
            : null;
    }

    private sealed class Block
    {
        public readonly JobChunk?[] Chunks = new JobChunk?[BlockMask + 1];
        public int Used;
    }
}
