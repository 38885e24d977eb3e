using System.Numerics;

namespace Actors.Jobs.Queues;

/// <summary>Jobs with neighbouring numbers: either a place for each, or, when few are alive, only theirs, found by a map of bits.</summary>
internal sealed partial class JobChunk
{
    public const int Size = 512;
    private const int WordBits = 64;

    private JobEntry[] _entries;
    private ulong[]? _map;

    /// <summary>A chunk that will fill up.</summary>
    /// <param name="entries">Empty entries, <see cref="Size"/> of them.</param>
    public JobChunk(JobEntry[] entries) => _entries = entries;

    /// <summary>A chunk in which there will be few.</summary>
    public JobChunk()
    {
        _entries = [];
        _map = new ulong[Size / WordBits];
    }

    /// <summary>How many jobs are in it. Lowered by whoever clears an entry.</summary>
    public int Live { get; set; }

    /// <summary>For how many jobs it has memory.</summary>
    public int Places => _entries.Length;

    /// <summary>The entry at a place, which must have been added.</summary>
    public ref JobEntry this[int place] => ref _entries[_map is null ? place : Rank(place)];

    public bool Contains(int place) => _map is null
        ? _entries[place].State != 0
        : IsMapped(place) && _entries[Rank(place)].State != 0;

    public ref JobEntry Add(int place)
    {
        Live++;
        if (_map is not null && !IsMapped(place))
        {
            Insert(place);
        }

        return ref this[place];
    }

    /// <summary>Lets go of the entries of an empty chunk, if there is one for each place.</summary>
    public JobEntry[]? TakeEntries()
    {
        var entries = _map is null ? _entries : null;
        _entries = [];
        return entries;
    }

    /// <summary>Keeps the live entries only, if they are less than half of all.</summary>
    public void Pack()
    {
        if (Live * 2 > _entries.Length)
        {
            return;
        }

        var packed = new JobEntry[Live];
        var map = new ulong[Size / WordBits];
        var used = 0;
        for (var place = 0; place < Size; place++)
        {
            if (Contains(place))
            {
                packed[used++] = this[place];
                map[place / WordBits] |= 1UL << place;
            }
        }

        (_entries, _map) = (packed, map);
    }

    private bool IsMapped(int place) => (_map![place / WordBits] >> place & 1) != 0; // Asked only when there is a map.

    /// <summary>How many mapped places are before this one.</summary>
    private int Rank(int place)
    {
        var map = _map!; // As above.
        var rank = BitOperations.PopCount(map[place / WordBits] & ((1UL << place) - 1));
        for (var word = 0; word < place / WordBits; word++)
        {
            rank += BitOperations.PopCount(map[word]);
        }

        return rank;
    }

    private void Insert(int place)
    {
        var map = _map!; // As above.
        var used = 0;
        foreach (var word in map)
        {
            used += BitOperations.PopCount(word);
        }

        var rank = Rank(place);
        if (used == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Min(Size, Math.Max(4, used * 2)));
        }

        Array.Copy(_entries, rank, _entries, rank + 1, used - rank);
        _entries[rank] = default;
        map[place / WordBits] |= 1UL << place;
    }
}
