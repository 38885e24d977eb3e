using System.Text.Json;

namespace Actors.Persistence;

/// <summary>What the persistent actors of a system have in common.</summary>
public sealed class PersistenceOptions
{
    /// <summary>The events that this program can read, and what became of old names and versions.</summary>
    public StoredTypes Events { get; } = StoredTypes.Events();

    /// <summary>The same for snapshots.</summary>
    public StoredTypes Snapshots { get; } = StoredTypes.Snapshots();

    /// <summary>How events and snapshots become JSON.</summary>
    /// <value>Null, the default, takes the web defaults: camelCase, case-insensitive.</value>
    public JsonSerializerOptions? Json { get; set; }

    /// <summary>
    /// How long an actor waits for its events to be stored before it fails with <see cref="PersistFailureException"/>. The store is tried again
    /// all the while. Key <c>actors.persistence.persist-timeout</c>.
    /// </summary>
    /// <value>Default 30 s. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</value>
    public TimeSpan PersistTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the store may take for one answer during recovery, and for saving or deleting snapshots. A recovery that is not answered is tried again with
    /// growing pauses. Key <c>actors.persistence.answer-timeout</c>.
    /// </summary>
    /// <value>Default 30 s.</value>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many actors recover at a time; the others wait for their turn. Key <c>actors.persistence.max-concurrent-recoveries</c>.</summary>
    /// <value>Default 50.</value>
    public int MaxConcurrentRecoveries { get; set; } = 50;

    /// <summary>Checks that all values make sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One does not; the message says which.</exception>
    public void Validate()
    {
        if (PersistTimeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PersistTimeout, TimeSpan.Zero, nameof(PersistTimeout));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AnswerTimeout, TimeSpan.Zero, nameof(AnswerTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentRecoveries, 1, nameof(MaxConcurrentRecoveries));
    }
}
