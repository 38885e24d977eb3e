using Actors.Persistence.Tests.Faults;
using Actors.TestKit;

namespace Actors.Persistence.Tests;

/// <summary>A persistent actor that does what messages tell it. Its state are the numbers that it was given.</summary>
internal sealed class Ledger : ReceivePersistentActor
{
    private readonly Script _script;
    private readonly IActorRef? _reports;

    private Ledger(Script script, Probe? reports)
    {
        _script = script;
        _reports = reports?.Ref;
        Recover<Added>(added =>
        {
            Report($"recover {added.Value}{(ReferenceEquals(Sender, Context.System.DeadLetters) ? "" : " from somebody")}");
            script.OnRecover?.Invoke(this, added);
            Apply(added);
        });
        RecoverSnapshot<State>(state =>
        {
            Report($"snapshot {string.Join(' ', state.Values)}");
            script.OnOffer?.Invoke(this);
            Values = [.. state.Values];
        });
        Recover<RecoveryCompleted>(_ =>
        {
            Report("recovered");
            script.OnRecovered?.Invoke(this);
        });
        Command<Do>(message => message.Action(this));
        CommandAsync<DoAsync>(message => message.Action(this));
        Command<Get>(_ => Sender.Tell(Values.ToArray(), Self));
        Command<int>(value => Persist(new Added(value), added =>
        {
            Apply(added);
            Sender.Tell(added.Value, Self);
        }));
        Command<SaveSnapshotSuccess>(saved => Report($"saved {saved.Metadata.SequenceNr}"));
        Command<SaveSnapshotFailure>(when: _ => script.HandlesFailures, failed => Report($"not saved {failed.Metadata.SequenceNr}: {failed.Cause.Message}"));
        Command<DeleteMessagesSuccess>(deleted => Report($"deleted to {deleted.ToSequenceNr}"));
        Command<DeleteMessagesFailure>(when: _ => script.HandlesFailures, failed => Report($"not deleted to {failed.ToSequenceNr}: {failed.Cause.Message}"));
        Command<DeleteSnapshotsSuccess>(deleted => Report($"snapshots deleted to {deleted.Criteria.MaxSequenceNr}"));
        Command<DeleteSnapshotsFailure>(when: _ => script.HandlesFailures, failed => Report($"snapshots not deleted: {failed.Cause.Message}"));
        Command<string>(Report);
        script.Construct?.Invoke(this);
    }

    public override string PersistenceId => _script.Id;

    public List<int> Values { get; private set; } = [];

    public new IActorContext Context => base.Context;

    public new IActorRef Self => base.Self;

    public new IActorRef Sender => base.Sender;

    public new long LastSequenceNr => base.LastSequenceNr;

    public new bool IsRecovering => base.IsRecovering;

    protected override Recovery Recovery => _script.Recovery;

    public static Props Props(Probe? reports = null, Script? script = null) => Actors.Props.Create(() => new Ledger(script ?? new Script(), reports));

    public void Report(string what) => _reports?.Tell(what, Self);

    public void Apply(Added added) => Values.Add(added.Value);

    public void Add(int value) => base.Persist(new Added(value), Apply);

    public new void Persist<T>(T stored, Action<T> handler)
        where T : notnull => base.Persist(stored, handler);

    public new void Persist<T>(T stored, Func<T, Task> handler)
        where T : notnull => base.Persist(stored, handler);

    public new void PersistAll<T>(IEnumerable<T> events, Action<T> handler)
        where T : notnull => base.PersistAll(events, handler);

    public new void PersistAsync<T>(T stored, Action<T> handler)
        where T : notnull => base.PersistAsync(stored, handler);

    /// <summary>Not an overload: a lambda that only throws would be both.</summary>
    public void PersistAwaiting<T>(T stored, Func<T, Task> handler)
        where T : notnull => base.PersistAsync(stored, handler);

    public new void PersistAllAsync<T>(IEnumerable<T> events, Action<T> handler)
        where T : notnull => base.PersistAllAsync(events, handler);

    public new void Defer<T>(T argument, Action<T> handler)
        where T : notnull => base.Defer(argument, handler);

    public new void DeferAsync<T>(T argument, Action<T> handler)
        where T : notnull => base.DeferAsync(argument, handler);

    public void Save() => SaveSnapshot(new State([.. Values]));

    public new void SaveSnapshot(object snapshot) => base.SaveSnapshot(snapshot);

    public new void DeleteMessages(long to) => base.DeleteMessages(to);

    public new void DeleteSnapshots(SnapshotSelectionCriteria criteria) => base.DeleteSnapshots(criteria);

    public new void Become(Action declare) => base.Become(declare);

    public void OnCommand<T>(Action<T> handler) => Command(handler);

    public void OnEvent<T>(Action<T> handler) => Recover(handler);

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Report($"failed {((Added)@event).Value} ({sequenceNr}): {cause.GetType().Name} to {Sender.Path.Name}");
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Report($"rejected {@event.GetType().Name} ({sequenceNr}) to {Sender.Path.Name}");
        base.OnPersistRejected(cause, @event, sequenceNr);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message)
    {
        Report($"recovery failed: {reason.GetType().Name}: {reason.Message}");
        base.OnRecoveryFailure(reason, message);
    }

    [Event("added")]
    public sealed record Added(int Value);

    /// <summary>The class that nobody has declared a handler for.</summary>
    [Event("unknown")]
    public sealed record Unknown(int Value);

    [Event("broken")]
    public sealed record Broken
    {
        public int Value => throw new InvalidOperationException("This one cannot be written.");
    }

    [Snapshot("ledger")]
    public sealed record State(int[] Values);

    public sealed record Do(Action<Ledger> Action);

    public sealed record DoAsync(Func<Ledger, Task> Action);

    public sealed record Get : IRequest<int[]>;

    public sealed record Script
    {
        public string Id { get; init; } = "ledger";

        public Recovery Recovery { get; init; } = Recovery.Default;

        public bool HandlesFailures { get; init; } = true;

        public Action<Ledger>? Construct { get; init; }

        public Action<Ledger, Added>? OnRecover { get; init; }

        public Action<Ledger>? OnOffer { get; init; }

        public Action<Ledger>? OnRecovered { get; init; }
    }
}

/// <summary>A failure that a test asked for.</summary>
internal sealed class BoomException() : Exception("boom");

/// <summary>The stores of one test, which outlive the actors in it.</summary>
internal sealed class Stores
{
    public FaultyJournal Journal { get; } = new();

    public FaultySnapshots Snapshots { get; } = new();

    /// <summary>Gives a system these stores.</summary>
    public void Attach(TestSystem system, Action<PersistenceOptions>? configure = null)
    {
        Journal.System = Snapshots.System = system.System;
        var options = new PersistenceOptions();
        configure?.Invoke(options);
        system.System.StartPersistence(Journal, Snapshots, options);
    }

    public static Stores For(TestSystem system, Action<PersistenceOptions>? configure = null)
    {
        var stores = new Stores();
        stores.Attach(system, configure);
        return stores;
    }
}

internal static class LedgerExtensions
{
    public static void Do(this IActorRef ledger, Action<Ledger> action) => ledger.Tell(new Ledger.Do(action));

    public static void Do(this Probe probe, IActorRef ledger, Action<Ledger> action) => probe.Send(ledger, new Ledger.Do(action));

    public static void DoAsync(this IActorRef ledger, Func<Ledger, Task> action) => ledger.Tell(new Ledger.DoAsync(action));

    public static Task<int[]> GetAsync(this IActorRef ledger) => ledger.AskAsync(new Ledger.Get());

    /// <summary>Stops an actor and waits until it has ended, so that its name is free.</summary>
    public static async Task StopAsync(this TestSystem system, IActorRef actor)
    {
        var probe = system.CreateProbe();
        probe.Watch(actor);
        system.System.Stop(actor);
        await probe.ExpectTerminatedAsync(actor);
    }

    /// <summary>What the actor reports, in order.</summary>
    public static async Task ExpectReportsAsync(this Probe reports, params string[] expected)
    {
        foreach (var report in expected)
        {
            await reports.ExpectAsync(report);
        }
    }
}
