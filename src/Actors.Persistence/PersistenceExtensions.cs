using Actors.Persistence.Owning;

namespace Actors.Persistence;

/// <summary>Gives an actor system its store.</summary>
public static class PersistenceExtensions
{
    /// <summary>Says where the persistent actors of a system keep their events and snapshots. Call it before the first of them is started.</summary>
    /// <param name="system">The system.</param>
    /// <param name="journal">The events. The caller disposes of it, after the system has ended.</param>
    /// <param name="snapshots">The snapshots. The caller disposes of them too.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <exception cref="InvalidOperationException">The system has a store already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option makes no sense.</exception>
    public static void StartPersistence(
        this ActorSystem system, IJournal journal, ISnapshotStore snapshots, PersistenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(snapshots);
        options ??= new PersistenceOptions();
        options.Validate();
        PersistentStore.Add(system, new PersistentStore(system, journal, snapshots, options));
    }
}
