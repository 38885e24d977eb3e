using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Actors.Hocon.Syntax;

/// <summary>Values by key, in the order of first insertion. Keys are compared by their characters.</summary>
/// <remarks>Nearly all objects have a handful of keys, which are found faster by looking at each than by hashing, and take
/// a fraction of the memory of a dictionary. From <see cref="Few"/> keys on there is a hash table as well.</remarks>
internal sealed class OrderedMap<T> : IEnumerable<KeyValuePair<string, T>>
{
    private const int Few = 8;

    private KeyValuePair<string, T>[] _entries;
    private Dictionary<string, int>? _index;

    public OrderedMap(int capacity = 0) => _entries = capacity == 0 ? [] : new KeyValuePair<string, T>[capacity];

    public int Count { get; private set; }

    public IEnumerable<string> Keys => this.Select(static entry => entry.Key);

    public IEnumerable<T> Values => this.Select(static entry => entry.Value);

    /// <summary>Replaces a value in its place, or adds it behind the others.</summary>
    public T this[string key]
    {
        get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no key '{key}'.");
        set
        {
            if (Find(key) is var at and >= 0)
            {
                _entries[at] = new KeyValuePair<string, T>(key, value);
            }
            else
            {
                Add(key, value);
            }
        }
    }

    public KeyValuePair<string, T> At(int index) => _entries[index];

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        var at = Find(key);
        value = at >= 0 ? _entries[at].Value : default;
        return at >= 0;
    }

    /// <summary>Adds a key that must not be there yet.</summary>
    public void Add(string key, T value)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(2, Count * 2));
        }

        _entries[Count] = new KeyValuePair<string, T>(key, value);
        if (_index is not null)
        {
            _index.Add(key, Count);
        }
        else if (Count == Few)
        {
            _index = new Dictionary<string, int>(2 * Few, StringComparer.Ordinal);
            for (var i = 0; i <= Few; i++)
            {
                _index.Add(_entries[i].Key, i);
            }
        }

        Count++;
    }

    public Enumerator GetEnumerator() => new(this);

    IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(string key)
    {
        if (_index is not null)
        {
            return _index.TryGetValue(key, out var at) ? at : -1;
        }

        for (var i = 0; i < Count; i++)
        {
            if (string.Equals(_entries[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }

    public struct Enumerator(OrderedMap<T> map) : IEnumerator<KeyValuePair<string, T>>
    {
        private int _at = -1;

        public readonly KeyValuePair<string, T> Current => map._entries[_at];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => ++_at < map.Count;

        public void Reset() => _at = -1;

        public readonly void Dispose()
        {
        }
    }
}
