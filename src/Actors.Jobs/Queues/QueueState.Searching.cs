using Actors.Jobs.Searching;

namespace Actors.Jobs.Queues;

internal sealed partial class QueueState
{
    private static readonly JobTraits Nothing = new();

    // Made when somebody looks for them: most errors are never looked for.
    private readonly Dictionary<long, ulong> _fingerprints = [];

    /// <summary>The fingerprint of the last failure; null when there was none.</summary>
    public ulong? Fingerprint(long number)
    {
        if (!_errors.TryGetValue(number, out var error))
        {
            return null;
        }

        if (!_fingerprints.TryGetValue(number, out var fingerprint))
        {
            _fingerprints.Add(number, fingerprint = ErrorText.Fingerprint(error));
        }

        return fingerprint;
    }

    /// <summary>Whether no live job has an error.</summary>
    public bool HasNoErrors => _errors.Count == 0;

    /// <summary>Lets a job be found as it is now.</summary>
    public void Summarise(long number, ref JobEntry entry)
    {
        var chunk = Jobs.ChunkOf(number, out _);
        chunk.Summarise(entry);
        if (entry.Key != 0)
        {
            chunk.AddMark(MarkOfKey(entry.Key));
        }
    }

    /// <summary>Stands for a key in the chunks in which jobs have it.</summary>
    public static ulong MarkOfKey(int key) => Mark.Mix((ulong)key);

    /// <summary>All that must be stored of what few jobs have.</summary>
    public JobTraits? TraitsToStore(long number)
    {
        var chunk = Jobs.ChunkOf(number, out var place);
        return chunk.ArgsOf(place) is { Length: > 0 } args ? (Traits(number) ?? new JobTraits()) with { IndexedArgs = args } : Traits(number);
    }

    /// <summary>A job has other arguments.</summary>
    public void SetIndexedArgs(long number, IReadOnlyList<ulong> args) => Jobs.ChunkOf(number, out var place).SetArgs(place, args);

    /// <summary>Keeps the values by which a job is found with its chunk, where they take least room.</summary>
    /// <remarks>Traits without such values leave those that it has. Other arguments: see <see cref="SetIndexedArgs"/>.</remarks>
    /// <returns>What else there is to keep.</returns>
    private JobTraits? SetIndexed(long number, JobTraits? traits)
    {
        var chunk = Jobs.ChunkOf(number, out var place);
        if (traits is null)
        {
            return null;
        }

        if (traits.IndexedArgs.Count > 0)
        {
            chunk.SetArgs(place, traits.IndexedArgs);
        }

        foreach (var tag in traits.Tags)
        {
            chunk.AddMark(Mark.Of(tag));
        }

        var others = traits.IndexedArgs.Count == 0 ? traits : traits with { IndexedArgs = [] };
        return others == Nothing ? null : others;
    }

    private void ForgetFingerprint(long number)
    {
        if (_fingerprints.Count > 0)
        {
            _fingerprints.Remove(number);
        }
    }
}
