using System.Numerics;

namespace Actors.Jobs.Queues;

/// <summary>What the jobs of a chunk have in common, so that a search steps over chunks in which it can find nothing.</summary>
internal sealed partial class JobChunk
{
    /// <summary>16 bits for each job: a chunk of jobs with a key, two tags and an indexed value is entered in vain in one case of five.</summary>
    private const int MarkWords = Size * 16 / WordBits;

    private ulong[]? _marks;
    private ushort[]? _argPlaces;
    private ulong[]? _args;
    private int _argCount;
    private int _lastArgPlace = -1;

    /// <summary>A bit for each type that one of the jobs may have, by its index.</summary>
    public ulong Types { get; private set; }

    /// <summary>A bit for each state that one of the jobs may have, by its number; bit 0 when one of them may have an error.</summary>
    public uint States { get; private set; }

    /// <summary>No job is older than this; the highest number while nothing is known of any.</summary>
    public long FirstEnqueuedMs { get; private set; } = long.MaxValue;

    /// <summary>No job is younger than this.</summary>
    public long LastEnqueuedMs { get; private set; } = long.MinValue;

    /// <summary>The entries that there is memory for, in the order of their places; those without a state are no jobs.</summary>
    public ReadOnlySpan<JobEntry> Entries => _entries;

    /// <summary>The place of an entry.</summary>
    public int PlaceOf(int index)
    {
        if (_map is null)
        {
            return index;
        }

        var word = 0;
        for (var count = BitOperations.PopCount(_map[0]); index >= count; count = BitOperations.PopCount(_map[word]))
        {
            index -= count;
            word++;
        }

        var bits = _map[word];
        for (; index > 0; index--)
        {
            bits &= bits - 1;
        }

        return (word * WordBits) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>Counts a job in, as it is now.</summary>
    public void Summarise(in JobEntry entry)
    {
        Types |= 1UL << (entry.Type & 63);
        States |= 1u << (int)entry.State;
        FirstEnqueuedMs = Math.Min(FirstEnqueuedMs, entry.EnqueuedAtMs);
        LastEnqueuedMs = Math.Max(LastEnqueuedMs, entry.EnqueuedAtMs);
    }

    /// <summary>One of the jobs is in another state.</summary>
    public void AddState(JobState state) => States |= 1u << (int)state;

    /// <summary>One of the jobs has the text of an error.</summary>
    public void AddError() => States |= 1;

    /// <summary>No job is in another state than these.</summary>
    public void KeepStates(uint states) => States &= states | 1;

    /// <summary>One of the jobs has a text by which it is looked for.</summary>
    public void AddMark(ulong mark)
    {
        _marks ??= new ulong[MarkWords];
        _marks[mark / WordBits % MarkWords] |= 1UL << (int)(mark % WordBits);
    }

    /// <summary>Whether one of the jobs may have this text.</summary>
    public bool MayHave(ulong mark) => _marks is not null && (_marks[mark / WordBits % MarkWords] >> (int)(mark % WordBits) & 1) != 0;

    /// <summary>Sets the values of the arguments by which the job at a place is looked for, whatever they were.</summary>
    public void SetArgs(int place, IReadOnlyList<ulong> args)
    {
        // New jobs come in the order of their places.
        if (place <= _lastArgPlace)
        {
            RemoveArgs(place);
        }

        for (var i = 0; i < args.Count; i++)
        {
            if (_args is null || _argCount == _args.Length)
            {
                Array.Resize(ref _args, Math.Max(16, _argCount * 2));
                Array.Resize(ref _argPlaces, _args.Length);
            }

            (_argPlaces![_argCount], _args[_argCount]) = ((ushort)place, args[i]);
            _argCount++;
            _lastArgPlace = Math.Max(_lastArgPlace, place);
            AddMark(args[i]);
        }
    }

    /// <summary>Whether one of the jobs has this value.</summary>
    public bool HasArg(ulong arg) => _args.AsSpan(0, _argCount).Contains(arg);

    /// <summary>Whether the job at a place has this value.</summary>
    public bool HasArg(int place, ulong arg)
    {
        var args = _args.AsSpan(0, _argCount);
        for (var i = 0; args[i..].IndexOf(arg) is >= 0 and var next; i++)
        {
            i += next;
            if (_argPlaces![i] == place) // There are places as long as there are values.
            {
                return true;
            }
        }

        return false;
    }

    public ulong[] ArgsOf(int place)
    {
        var count = 0;
        for (var i = 0; i < _argCount; i++)
        {
            count += _argPlaces![i] == place ? 1 : 0; // As above.
        }

        var args = count == 0 ? [] : new ulong[count];
        for (var i = _argCount - 1; i >= 0 && count > 0; i--)
        {
            if (_argPlaces![i] == place)
            {
                args[--count] = _args![i];
            }
        }

        return args;
    }

    private void RemoveArgs(int place)
    {
        var kept = 0;
        for (var i = 0; i < _argCount; i++)
        {
            if (_argPlaces![i] != place) // As above.
            {
                (_argPlaces[kept], _args![kept]) = (_argPlaces[i], _args[i]);
                kept++;
            }
        }

        _argCount = kept;
    }
}
