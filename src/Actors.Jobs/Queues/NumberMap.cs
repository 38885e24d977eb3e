using System.Diagnostics.CodeAnalysis;

namespace Actors.Jobs.Queues;

/// <summary>Something about some of the jobs, by their number. Cut into many small tables, so that growing never copies much at once.</summary>
internal sealed class NumberMap<T>
    where T : notnull
{
    private const int Segments = 1024;

    private Dictionary<long, T>?[]? _segments;

    public long Count { get; private set; }

    public bool TryGet(long number, [MaybeNullWhen(false)] out T value)
    {
        if (_segments?[number & (Segments - 1)] is { } segment)
        {
            return segment.TryGetValue(number, out value);
        }

        value = default;
        return false;
    }

    public void Set(long number, T value)
    {
        var segment = (_segments ??= new Dictionary<long, T>?[Segments])[number & (Segments - 1)] ??= [];
        Count -= segment.Count;
        segment[number] = value;
        Count += segment.Count;
    }

    public bool Remove(long number)
    {
        if (_segments?[number & (Segments - 1)] is { } segment && segment.Remove(number))
        {
            Count--;
            return true;
        }

        return false;
    }
}
