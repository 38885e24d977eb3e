using System.Collections;
using System.Runtime.InteropServices;

namespace Actors.Jobs.Schedules;

/// <summary>All schedules by number. In one list, because numbers rise: a dictionary takes three times the room.</summary>
internal sealed class ScheduleTable : IEnumerable<ScheduleEntry>
{
    private readonly List<ScheduleEntry> _entries = [];

    public int Count => _entries.Count;

    public ScheduleEntry? Find(long number) => IndexOf(number) is var index and >= 0 ? _entries[index] : null;

    /// <summary>Nearly always at the end.</summary>
    public void Add(ScheduleEntry entry)
    {
        if (_entries.Count == 0 || _entries[^1].Number < entry.Number)
        {
            _entries.Add(entry);
        }
        else
        {
            _entries.Insert(~IndexOf(entry.Number), entry);
        }
    }

    public void Remove(long number)
    {
        if (IndexOf(number) is var index and >= 0)
        {
            _entries.RemoveAt(index);
        }
    }

    public void TrimExcess() => _entries.TrimExcess();

    public IEnumerator<ScheduleEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <returns>Where it is; the complement of where it belongs when it is not there.</returns>
    private int IndexOf(long number)
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        var (low, high) = (0, entries.Length - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            switch (entries[middle].Number.CompareTo(number))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }

        return ~low;
    }
}
