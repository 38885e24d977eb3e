namespace Actors.Jobs.Queues;

internal sealed partial class JobTable
{
    /// <summary>Behind the last chunk.</summary>
    public long EndOfChunks => (_firstBlock + _blocks.Count) << BlockBits;

    /// <summary>The number of the first job of a chunk.</summary>
    public static long FirstOf(long chunk) => chunk << ChunkBits;

    /// <summary>The chunk of a live job, and the place of the job in it.</summary>
    public JobChunk ChunkOf(long number, out int place)
    {
        place = (int)(number & ChunkMask);
        return ChunkOf(number)!; // A live job has one.
    }

    /// <summary>The last chunk before another, which need not be there any more.</summary>
    public JobChunk? ChunkBefore(ref long chunk)
    {
        for (chunk = Math.Min(chunk, EndOfChunks) - 1; chunk >> BlockBits >= _firstBlock; chunk--)
        {
            if (_blocks[(int)((chunk >> BlockBits) - _firstBlock)] is not { } block)
            {
                chunk &= ~(long)BlockMask;
                continue;
            }

            if (block.Chunks[chunk & BlockMask] is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The first chunk at or behind another, which need not be there any more.</summary>
    public JobChunk? ChunkFrom(ref long chunk)
    {
        for (chunk = Math.Max(chunk, _firstBlock << BlockBits); chunk < EndOfChunks; chunk++)
        {
            if (_blocks[(int)((chunk >> BlockBits) - _firstBlock)] is not { } block)
            {
                chunk |= BlockMask;
            }
            else if (block.Chunks[chunk & BlockMask] is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The chunk that a job is in, or would be.</summary>
    public static long ChunkNumber(long number) => number >> ChunkBits;
}
