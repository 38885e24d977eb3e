using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>This test program started again as a process to be killed: persistent actors count, and each says on the console what was acknowledged.</summary>
internal static class LedgerChild
{
    public const int Ledgers = 3;
    private const string FileVariable = "ACTORS_SQL_TESTS_LEDGER_FILE";

    public static Process Start(string databasePath) => MortalChild.Start(new ProcessStartInfo(CrashChild.Program)
    {
        RedirectStandardOutput = true,
        Environment = { [FileVariable] = databasePath },
    });

    public static bool IsWanted([NotNullWhen(true)] out string? databasePath) =>
        (databasePath = Environment.GetEnvironmentVariable(FileVariable)) is not null;

    public static async Task CountForEverAsync(string path)
    {
        await using var system = ActorSystem.Create("child");
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path });
        system.StartPersistence(store.Journal, store.Snapshots);
        for (var i = 0; i < Ledgers; i++)
        {
            var ledger = i;
            system.ActorOf(Props.Create(() => new Ledger(ledger, isCounting: true)));
        }

        await Task.Delay(Timeout.Infinite);
    }

    /// <summary>Stores the numbers from 1 on, for as long as it lives; with snapshots, and without the events in them.</summary>
    public sealed class Ledger : ReceivePersistentActor
    {
        private readonly int _number;
        private readonly Random _random = new();
        private int _asked;

        public Ledger(int number, bool isCounting)
        {
            _number = number;
            RecoverSnapshot<State>(state => Current = state);
            Recover<Counted>(Apply);
            Recover<RecoveryCompleted>(_ =>
            {
                _asked = Current.Count;
                if (isCounting)
                {
                    Self.Tell(new Next());
                }
            });
            Command<Next>(_ => Count());
            Command<Get>(_ => Sender.Tell(Current, Self));
            Command<SaveSnapshotSuccess>(saved =>
            {
                DeleteMessages(saved.Metadata.SequenceNr - 20);
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 60));
            });
        }

        public override string PersistenceId => $"ledger-{_number}";

        private State Current { get; set; } = new(0, 0);

        private void Count()
        {
            Counted[] events = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => new Counted(++_asked))];
            switch (_random.Next(3))
            {
                case 0:
                    PersistAll(events, OnStored);
                    break;
                case 1:
                    PersistAllAsync(events, OnStored);
                    break;
                default:
                    Array.ForEach(events, counted => Persist(counted, OnStored));
                    break;
            }

            Defer(0, _ => Self.Tell(new Next()));
        }

        private void OnStored(Counted counted)
        {
            Apply(counted);
            Console.WriteLine($"ledger-{_number} {counted.Number}");
            if (Current.Count % 50 == 0)
            {
                SaveSnapshot(Current);
            }
        }

        private void Apply(Counted counted)
        {
            if (counted.Number != Current.Count + 1 || LastSequenceNr != counted.Number)
            {
                throw new InvalidOperationException($"{counted.Number} follows {Current.Count} as event {LastSequenceNr}.");
            }

            Current = new State(counted.Number, unchecked((Current.Hash * 31) + counted.Number));
        }

        private sealed record Next;
    }

    [Event("counted")]
    public sealed record Counted(int Number);

    [Snapshot("count")]
    public sealed record State(int Count, int Hash);

    public sealed record Get : IRequest<State>;
}
