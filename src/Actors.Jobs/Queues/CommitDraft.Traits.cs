namespace Actors.Jobs.Queues;

/// <summary>What jobs have that most have not: a key, tags, and what else is beside their arguments.</summary>
internal sealed partial class CommitDraft
{
    /// <summary>The first reader version that knows of them. An older one would lose them in silence.</summary>
    public const int TraitsFormat = 4;

    private Dictionary<string, uint>? _enqueuedKeys;

    /// <param name="known">The keys of the section by their place.</param>
    /// <param name="keys">The keys of the section.</param>
    /// <param name="column">The key of each job.</param>
    /// <param name="jobs">How many jobs are in the section by now, this one included.</param>
    /// <param name="key">The key of the last of them, if it has one.</param>
    private void AddKey(ref Dictionary<string, uint>? known, IList<string> keys, IList<uint> column, int jobs, string? key)
    {
        if (key is null)
        {
            if (column.Count > 0)
            {
                column.Add(0);
            }

            return;
        }

        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        known ??= new Dictionary<string, uint>(StringComparer.Ordinal);
        if (!known.TryGetValue(key, out var place))
        {
            keys.Add(key);
            known.Add(key, place = (uint)keys.Count);
            _textBytes += key.Length;
        }

        while (column.Count < jobs - 1)
        {
            column.Add(0);
        }

        column.Add(place);
    }

    private void AddTraits(IList<Protos.JobTraits> section, int index, JobTraits? traits)
    {
        if (traits is not null)
        {
            FormatVersion = Math.Max(FormatVersion, TraitsFormat);
            var stored = traits.ToProto(index);
            section.Add(stored);
            _textBytes += stored.CalculateSize();
        }
    }
}
