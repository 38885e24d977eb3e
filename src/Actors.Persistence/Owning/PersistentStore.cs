using System.Runtime.CompilerServices;

namespace Actors.Persistence.Owning;

/// <summary>What the persistent actors of one system share.</summary>
internal sealed class PersistentStore
{
    private static readonly ConditionalWeakTable<ActorSystem, PersistentStore> Stores = [];

    public PersistentStore(ActorSystem system, IJournal journal, ISnapshotStore snapshots, PersistenceOptions options)
    {
        Journal = journal;
        Snapshots = snapshots;
        JournalActor = Actors.Persistence.JournalActor.Of(system, journal);
        EventTypes = options.Events;
        SnapshotTypes = options.Snapshots;
        options.Json?.MakeReadOnly(populateMissingResolver: true);
        EventTypes.Json = SnapshotTypes.Json = options.Json ?? StoredTypes.DefaultJson;
        PersistTimeout = options.PersistTimeout;
        AnswerTimeout = options.AnswerTimeout;
        Recoveries = new RecoveryPermits(options.MaxConcurrentRecoveries);
    }

    public IJournal Journal { get; }

    public ISnapshotStore Snapshots { get; }

    public IActorRef JournalActor { get; }

    public StoredTypes EventTypes { get; }

    public StoredTypes SnapshotTypes { get; }

    public TimeSpan PersistTimeout { get; }

    public TimeSpan AnswerTimeout { get; }

    public RecoveryPermits Recoveries { get; }

    /// <exception cref="InvalidOperationException">The system has no store.</exception>
    public static PersistentStore Of(ActorSystem system, Type actor) => Stores.TryGetValue(system, out var store)
        ? store
        : throw new InvalidOperationException(
            $"{actor.Name} is a persistent actor, and the system '{system.Name}' has no store for its events. " +
            "Call UseSqlite(…) or UseInMemoryStore() in AddActors, or system.StartPersistence(…), before it is started.");

    public static void Add(ActorSystem system, PersistentStore store)
    {
        if (!Stores.TryAdd(system, store))
        {
            throw new InvalidOperationException($"The system '{system.Name}' has a store already. Call StartPersistence once.");
        }
    }
}
