using System.IO.Enumeration;
using Actors.Persistence;

namespace Actors.Hosting.Registering;

/// <summary>Remembers the services that are to be there again after a restart.</summary>
internal sealed class KeptServices : ReceivePersistentActor
{
    public const string Name = "kept-services";
    private const int EventsPerSnapshot = 200;

    private readonly Dictionary<string, ServiceKept> _kept = new(StringComparer.Ordinal);

    public KeptServices()
    {
        RecoverSnapshot<KeptState>(state =>
        {
            foreach (var kept in state.Services)
            {
                Apply(kept);
            }
        });
        Recover<ServiceKept>(Apply);
        Recover<ServiceForgotten>(Apply);
        Command<Keep>(keep => Persist(keep.Service, kept =>
        {
            Apply(kept);
            Sender.Tell(kept, Self);
            SaveSometimes();
        }));
        Command<Forget>(forget =>
        {
            string[] names = [.. _kept.Keys.Where(name => FileSystemName.MatchesSimpleExpression(forget.Pattern, name, ignoreCase: false))];
            PersistAll(names.Select(name => new ServiceForgotten(name)), Apply);
            Defer(names, done =>
            {
                Sender.Tell(done, Self);
                SaveSometimes();
            });
        });
        Command<GetKept>(_ => Sender.Tell(_kept.Values.ToArray(), Self));
        Command<SaveSnapshotSuccess>(saved =>
        {
            DeleteMessages(saved.Metadata.SequenceNr);
            DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
        });
    }

    public override string PersistenceId => Name;

    private void Apply(ServiceKept kept) => _kept[kept.Name] = kept;

    private void Apply(ServiceForgotten forgotten) => _kept.Remove(forgotten.Name);

    private void SaveSometimes()
    {
        if (LastSequenceNr % EventsPerSnapshot == 0)
        {
            SaveSnapshot(new KeptState([.. _kept.Values]));
        }
    }

    /// <summary>Answered when it is stored.</summary>
    public sealed record Keep(ServiceKept Service) : IRequest<ServiceKept>;

    /// <summary>Answered with the names that were kept until now.</summary>
    public sealed record Forget(string Pattern) : IRequest<string[]>;

    public sealed record GetKept : IRequest<ServiceKept[]>;
}

/// <summary>As it is stored.</summary>
/// <param name="Name">The name of the service.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="Options">The settings that are not as by default, as they are written in the configuration.</param>
[Event("service-kept")]
internal sealed record ServiceKept(string Name, string Type, Dictionary<string, string> Options);

/// <summary>As it is stored.</summary>
[Event("service-forgotten")]
internal sealed record ServiceForgotten(string Name);

/// <summary>As it is stored.</summary>
[Snapshot("kept-services")]
internal sealed record KeptState(ServiceKept[] Services);
