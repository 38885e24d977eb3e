using Actors.Jobs.Searching;

namespace Actors.Jobs.Queues;

internal sealed partial class QueueState
{
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

    /// <summary>Lets a job be found.</summary>
    public void Summarise(long number, ref JobEntry entry) => Jobs.ChunkOf(number, out _).Summarise(entry);

    private void ForgetFingerprint(long number)
    {
        if (_fingerprints.Count > 0)
        {
            _fingerprints.Remove(number);
        }
    }
}
