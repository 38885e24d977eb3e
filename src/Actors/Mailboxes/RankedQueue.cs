namespace Actors.Mailboxes;

/// <summary>Items by rank, the lowest first, and in each rank in the order in which they came.</summary>
internal sealed class RankedQueue<T>
{
    private readonly SortedSet<Bucket> _buckets = new(Comparer<Bucket>.Create(static (left, right) => left.Rank.CompareTo(right.Rank)));
    private readonly Bucket _sought = new();
    private Bucket? _recent;

    public int Count { get; private set; }

    /// <summary>The rank of the next item. There must be one.</summary>
    public int FirstRank => FirstBucket.Rank;

    /// <summary>The next item. There must be one.</summary>
    public ref readonly T First => ref FirstBucket.Items.First;

    /// <summary>The rank that comes last. There must be an item.</summary>
    public int LastRank => LastBucket.Rank;

    private Bucket FirstBucket => _buckets.Min!; // As demanded above.

    private Bucket LastBucket => _buckets.Max!; // As demanded above.

    public void Add(int rank, T item)
    {
        BucketOf(rank).Items.AddLast(item);
        Count++;
    }

    public T TakeFirst()
    {
        var bucket = FirstBucket;
        var item = bucket.Items.TakeFirst();
        OnTaken(bucket);
        return item;
    }

    /// <summary>Takes the oldest item of the last rank.</summary>
    public T TakeOldestOfLast()
    {
        var bucket = LastBucket;
        var item = bucket.Items.TakeFirst();
        OnTaken(bucket);
        return item;
    }

    /// <summary>Takes the newest item of the last rank.</summary>
    public T TakeNewestOfLast()
    {
        var bucket = LastBucket;
        var item = bucket.Items.TakeLast();
        OnTaken(bucket);
        return item;
    }

    private Bucket BucketOf(int rank)
    {
        if (_recent is { } recent && recent.Rank == rank)
        {
            return recent;
        }

        if (Count == 0 && _recent is { } empty)
        {
            empty.Rank = rank; // It is the only one in the set, so the set stays in order.
            return empty;
        }

        _sought.Rank = rank;
        if (!_buckets.TryGetValue(_sought, out var bucket))
        {
            bucket = new Bucket { Rank = rank };
            _buckets.Add(bucket);
        }

        return _recent = bucket;
    }

    /// <summary>Only ranks that have items are kept, but for the last one: most queues have one rank, and are often empty.</summary>
    private void OnTaken(Bucket bucket)
    {
        Count--;
        if (bucket.Items.Count > 0)
        {
            return;
        }

        if (Count == 0)
        {
            _recent = bucket;
        }
        else
        {
            _buckets.Remove(bucket);
            if (ReferenceEquals(_recent, bucket))
            {
                _recent = null;
            }
        }
    }

    private sealed class Bucket
    {
        public int Rank { get; set; }

        public Deque<T> Items { get; } = new();
    }
}
