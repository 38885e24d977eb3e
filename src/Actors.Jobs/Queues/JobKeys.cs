namespace Actors.Jobs.Queues;

/// <summary>
/// The keys that live jobs have, each by a small number that is used again when no job has the key any more. A key whose token bucket is not full
/// stays until it is.
/// </summary>
internal sealed class JobKeys
{
    private readonly Dictionary<string, JobKey> _byName = new(StringComparer.Ordinal);
    private readonly List<JobKey?> _keys = [null];
    private readonly Stack<int> _free = new();
    private readonly PriorityQueue<JobKey, long> _resting = new();

    /// <summary>How many keys there are.</summary>
    public int Count => _byName.Count;

    /// <summary>All of them.</summary>
    public IEnumerable<JobKey> All => _byName.Values;

    /// <summary>The time of the queue, in nanoseconds: a bucket that is full by now needs no memory.</summary>
    public long NowNs { get; set; }

    public JobKey this[int index] => _keys[index]!; // A job that has it keeps it here.

    public string? Name(int index) => index == 0 ? null : _keys[index]!.Name; // As above.

    public JobKey? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Another job has the key.</summary>
    /// <returns>Its index, for the entry of the job; 0 for none.</returns>
    public int Add(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return 0;
        }

        var key = Get(name);
        key.Jobs++;
        return key.Index;
    }

    /// <summary>A job that had the key is gone.</summary>
    public void Remove(int index)
    {
        if (index != 0 && --_keys[index]!.Jobs == 0) // As above.
        {
            Rest(_keys[index]!); // As above.
        }
    }

    /// <summary>What an older commit said of the bucket of a key.</summary>
    public void Restore(string name, long fullAtNs)
    {
        var key = Get(name);
        key.Starts.FullAtNs = Math.Max(key.Starts.FullAtNs, fullAtNs);
        if (key.Jobs == 0)
        {
            Rest(key);
        }
    }

    private JobKey Get(string name)
    {
        if (!_byName.TryGetValue(name, out var key))
        {
            if (!_free.TryPop(out var index))
            {
                index = _keys.Count;
                _keys.Add(null);
            }

            key = new JobKey(name, index);
            _keys[index] = key;
            _byName.Add(name, key);
        }

        return key;
    }

    private void Rest(JobKey key)
    {
        if (key.Starts.FullAtNs <= NowNs)
        {
            Drop(key);
        }
        else
        {
            _resting.Enqueue(key, key.Starts.FullAtNs);
        }

        while (_resting.TryPeek(out var rested, out var fullAtNs) && fullAtNs <= NowNs)
        {
            _resting.Dequeue();
            if (rested.Jobs == 0 && ReferenceEquals(_keys[rested.Index], rested) && rested.Starts.FullAtNs <= NowNs)
            {
                Drop(rested);
            }
        }
    }

    private void Drop(JobKey key)
    {
        _byName.Remove(key.Name);
        _keys[key.Index] = null;
        _free.Push(key.Index);
    }
}

/// <summary>What a queue knows of one key: a customer, an account, whatever jobs are counted by.</summary>
internal sealed class JobKey(string name, int index)
{
    /// <summary>Its jobs that may start, by the level of their priority.</summary>
    private ReadyList?[]? _ready;

    public string Name { get; } = name;

    public int Index { get; } = index;

    /// <summary>The live jobs that have it, finished ones that are not in the history yet included.</summary>
    public int Jobs { get; set; }

    /// <summary>Attempts whose end has not been seen.</summary>
    public int Running { get; set; }

    /// <summary>The rate at which its jobs start.</summary>
    public TokenBucket Starts;

    /// <summary>Whether its jobs are out of turn: a limit is reached.</summary>
    public bool IsBlocked { get; set; }

    public IEnumerable<ReadyList> Ready => (_ready ?? []).OfType<ReadyList>();

    public ReadyList ReadyAt(int level, JobTable table) => (_ready ??= new ReadyList?[PriorityTurns.Levels])[level] ??= new ReadyList(table) { Key = this };
}
