namespace Actors.Jobs.Queues;

/// <summary>The live jobs by number, in chunks: nothing is copied as it grows, and a chunk goes when its last job has gone.</summary>
internal sealed class JobTable
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int ChunkMask = ChunkSize - 1;

    private readonly JobIndex _index;
    private readonly List<Chunk?> _chunks = [];
    private long _firstChunk;

    public JobTable() => _index = new JobIndex(this);

    /// <summary>The number of the next job.</summary>
    public long NextNumber { get; set; } = 1;

    public long Count { get; private set; }

    /// <summary>The entry of a live job; check <see cref="Contains"/> first when that is not certain.</summary>
    public ref JobEntry this[long number] => ref ChunkOf(number)!.Entries[number & ChunkMask]; // A live job has a chunk.

    public bool Contains(long number) => ChunkOf(number) is { } chunk && chunk.Entries[number & ChunkMask].State != 0;

    public bool TryFind(JobId id, out long number) => _index.TryFind(id, out number);

    /// <summary>Makes room for a job. The caller fills the entry, its state included.</summary>
    public ref JobEntry Add(long number, JobId id)
    {
        var position = (number >> ChunkBits) - _firstChunk;
        if (_chunks.Count == 0)
        {
            _firstChunk = number >> ChunkBits;
            position = 0;
        }

        while (position >= _chunks.Count)
        {
            _chunks.Add(null);
        }

        var chunk = _chunks[(int)position] ??= new Chunk();
        chunk.Live++;
        Count++;
        ref var entry = ref chunk.Entries[number & ChunkMask];
        entry.Id = id;
        _index.Add(id, number);
        NextNumber = Math.Max(NextNumber, number + 1);
        return ref entry;
    }

    public void Remove(long number)
    {
        var chunk = ChunkOf(number)!; // Only live jobs are removed.
        ref var entry = ref chunk.Entries[number & ChunkMask];
        _index.Remove(entry.Id, number);
        entry = default;
        Count--;
        if (--chunk.Live > 0)
        {
            return;
        }

        _chunks[(int)((number >> ChunkBits) - _firstChunk)] = null;
        var gone = 0;
        while (gone < _chunks.Count && _chunks[gone] is null)
        {
            gone++;
        }

        // The list holds references to chunks only, so moving it is cheap; but not for each chunk of a long queue.
        if (gone == _chunks.Count || gone >= 256)
        {
            _chunks.RemoveRange(0, gone);
            _firstChunk += gone;
        }
    }

    /// <summary>The numbers of all live jobs, rising.</summary>
    public IEnumerable<long> Numbers()
    {
        for (var i = 0; i < _chunks.Count; i++)
        {
            if (_chunks[i] is not { } chunk)
            {
                continue;
            }

            for (var j = 0; j < ChunkSize; j++)
            {
                if (chunk.Entries[j].State != 0)
                {
                    yield return ((_firstChunk + i) << ChunkBits) + j;
                }
            }
        }
    }

    private Chunk? ChunkOf(long number)
    {
        var position = (number >> ChunkBits) - _firstChunk;
        return position >= 0 && position < _chunks.Count ? _chunks[(int)position] : null;
    }

    private sealed class Chunk
    {
        public readonly JobEntry[] Entries = new JobEntry[ChunkSize];
        public int Live;
    }
}
