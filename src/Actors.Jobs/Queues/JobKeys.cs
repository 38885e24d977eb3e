namespace Actors.Jobs.Queues;

/// <summary>The keys that live jobs have, each by a small number that is used again when no job has the key any more.</summary>
internal sealed class JobKeys
{
    private readonly Dictionary<string, JobKey> _byName = new(StringComparer.Ordinal);
    private readonly List<JobKey?> _keys = [null];
    private readonly Stack<int> _free = new();

    /// <summary>How many keys there are.</summary>
    public int Count => _byName.Count;

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

        key.Jobs++;
        return key.Index;
    }

    /// <summary>A job that had the key is gone.</summary>
    public void Remove(int index)
    {
        if (index != 0 && --_keys[index]!.Jobs == 0) // As above.
        {
            _byName.Remove(_keys[index]!.Name);
            _keys[index] = null;
            _free.Push(index);
        }
    }
}

/// <summary>What a queue knows of one key: a customer, an account, whatever jobs are counted by.</summary>
internal sealed class JobKey(string name, int index)
{
    public string Name { get; } = name;

    public int Index { get; } = index;

    /// <summary>The live jobs that have it, finished ones that are not in the history yet included.</summary>
    public int Jobs { get; set; }

    /// <summary>Attempts whose end has not been seen.</summary>
    public int Running { get; set; }
}
