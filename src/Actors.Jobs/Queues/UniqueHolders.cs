namespace Actors.Jobs.Queues;

/// <summary>The live job of each kind that keeps others of its kind out. Made from the jobs; cut into many small tables, so that growing never copies much at once.</summary>
internal sealed class UniqueHolders
{
    private const int Segments = 1024;

    private Dictionary<UInt128, long>?[]? _segments;

    public bool TryFind(UInt128 hash, out long number)
    {
        number = 0;
        return _segments?[Index(hash)] is { } segment && segment.TryGetValue(hash, out number);
    }

    public void Set(UInt128 hash, long number) =>
        ((_segments ??= new Dictionary<UInt128, long>?[Segments])[Index(hash)] ??= [])[hash] = number;

    /// <summary>Does nothing when another job holds it.</summary>
    public void Remove(UInt128 hash, long number)
    {
        if (TryFind(hash, out var holder) && holder == number)
        {
            _segments![Index(hash)]!.Remove(hash); // It was found there.
        }
    }

    private static int Index(UInt128 hash) => (int)((ulong)hash & (Segments - 1));
}
