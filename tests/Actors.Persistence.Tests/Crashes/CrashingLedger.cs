using Actors.Persistence.Tests.Faults;
using Actors.TestKit;
using AppendFault = Actors.Persistence.Tests.Faults.AppendFault;

namespace Actors.Persistence.Tests.Crashes;

/// <summary>
/// A persistent actor in a simulation that is dropped at any step and begun anew on the same stores, while a model keeps account: nothing that was
/// acknowledged is lost, nothing is invented, and the state is the sum of the durable events.
/// </summary>
internal sealed class CrashingLedger
{
    private readonly int _seed;
    private readonly Random _random;
    private readonly Truth _truth = new();
    private readonly InMemorySnapshotStore _stored = new();
    private readonly List<Asked> _asked = [];
    private readonly Dictionary<int, Asked> _byValue = [];
    private readonly List<int> _acknowledged = [];
    private readonly HashSet<long> _torn = [];
    private readonly bool _trims;
    private DateTimeOffset _now = VirtualTime.DefaultStart;
    private int _nextValue;
    private int _incarnations;
    private int _rivals;
    private Exception? _violation;
    private SimulationDispatcher _simulation = null!; // Made by Start, as are those below.
    private VirtualTime _time = null!;
    private ActorSystem _system = null!;
    private FaultyJournal _journal = null!;
    private FaultySnapshots _snapshots = null!;
    private IActorRef _ledger = null!;
    private IActorRef _watcher = null!;

    public CrashingLedger(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _trims = seed % 2 == 0; // The other half may have torn snapshots.
    }

    public int Events => _truth.Values.Count;

    public int Recoveries { get; private set; }

    public int Snapshots { get; private set; }

    public int Trims { get; private set; }

    public void RunToTheEnd()
    {
        for (var crashes = _random.Next(2, 6); crashes > 0; crashes--)
        {
            Start();
            for (var steps = _random.Next(5, 60); steps > 0; steps--)
            {
                Act();
                Throw();
            }

            _now = _time.GetUtcNow() + TimeSpan.FromMilliseconds(_random.Next(-200, 500)); // The clock of the next process may be behind.
        }

        Start();
        Heal();
        Advance(TimeSpan.FromMinutes(2));
        var answer = _ledger.AskAsync(new Ledger.Get());
        Advance(TimeSpan.FromSeconds(1));
        Throw();
        ((IEnumerable<int>)answer.Result).ShouldBe(_truth.Values, $"The state is not the sum of the durable events. {Seed}");
        CheckTruth();
    }

    /// <summary>A process begins.</summary>
    private void Start()
    {
        _incarnations++;
        _rivals = 0;
        _simulation = new SimulationDispatcher((_seed * 100) + _incarnations);
        _time = new VirtualTime(_now, _seed);
        _system = ActorSystem.Create("crash", new ActorSystemOptions { TimeProvider = _time, Dispatcher = _simulation, Seed = _simulation.Seed });
        _time.Attach(_simulation);
        _journal = new FaultyJournal(_truth)
        {
            System = _system,
            Latency = _random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_random.Next(1, 10)),
        };
        _snapshots = new FaultySnapshots(_stored) { System = _system, IsTorn = _torn.Contains };
        _system.StartPersistence(_journal, _snapshots, new PersistenceOptions
        {
            PersistTimeout = TimeSpan.FromMilliseconds(_random.Next(50, 3_000)),
            AnswerTimeout = TimeSpan.FromMilliseconds(_random.Next(50, 3_000)),
        });
        _watcher = _system.ActorOf(Props.Create(() => new Watcher(this)));
        _ledger = NewLedger();
    }

    /// <summary>A process is one incarnation of the ledger after the other: when it ends, as a fenced one does, the next begins.</summary>
    private IActorRef NewLedger()
    {
        var ledger = _system.ActorOf(Ledger.Props(script: new Ledger.Script
        {
            OnRecovered = l => Check(() =>
            {
                Recoveries++;
                if (_rivals == 0)
                {
                    l.Values.ShouldBe(_truth.Values, $"What was recovered is not the sum of the durable events. {Seed}");
                }
                else
                {
                    l.Values.ShouldBe(_truth.Values.Take(l.Values.Count), $"What was recovered never was. {Seed}");
                }

                l.LastSequenceNr.ShouldBe(l.Values.Count);
            }),
        }));
        _watcher.Tell(new Watcher.Watch(ledger));
        return ledger;
    }

    private void Act()
    {
        switch (_random.Next(24))
        {
            case < 9:
                Ask();
                break;
            case < 14:
                for (var steps = _random.Next(1, 40); steps > 0 && _simulation.RunStep(); steps--)
                {
                }

                break;
            case < 17:
                Advance(TimeSpan.FromMilliseconds(_random.Next(1, _random.Next(8) == 0 ? 5_000 : 100)));
                break;
            case 17:
                _ledger.Do(l =>
                {
                    Snapshots++;
                    l.Save();
                });
                break;
            case 18:
                Delete();
                break;
            case 19:
                Fault();
                break;
            case 20:
                _ledger.Do(_ => throw new BoomException());
                break;
            case 21 when _random.Next(3) == 0:
                _system.Stop(_ledger);
                break;
            case 22 when _random.Next(3) == 0:
                _rivals++;
                NewLedger(); // Two with one id: the older is fenced.
                break;
            case 23 when !_trims && _random.Next(3) == 0 && _truth.Values.Count > 0:
                _torn.Add(_random.Next(_truth.Values.Count + 1));
                break;
        }
    }

    /// <summary>One command. It persists some events in one of many ways, and may fail before or in its handlers.</summary>
    private void Ask()
    {
        var asked = new Asked([.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => _nextValue++)], _random.Next(8) == 0);
        _asked.Add(asked);
        foreach (var value in asked.Values)
        {
            _byValue.Add(value, asked);
        }

        var way = _random.Next(8);
        var failsAt = _random.Next(12) == 0 ? asked.Values[_random.Next(asked.Values.Length)] : -1;
        void Handled(Ledger l, Ledger.Added added)
        {
            Acknowledge(l, added.Value);
            if (added.Value == failsAt)
            {
                throw new BoomException();
            }
        }

        if (way == 7)
        {
            _ledger.DoAsync(async l =>
            {
                l.PersistAll(asked.Events, added => Handled(l, added));
                await Task.Delay(TimeSpan.FromMilliseconds(3), _time, CancellationToken.None);
                asked.ThrowIfItFails();
            });
            return;
        }

        _ledger.Do(l =>
        {
            switch (way)
            {
                case 0 or 1:
                    asked.Events.ForEach(e => l.Persist(e, added => Handled(l, added)));
                    break;
                case 2:
                    l.PersistAll(asked.Events, added => Handled(l, added));
                    break;
                case 3:
                    asked.Events.ForEach(e => l.PersistAsync(e, added => Handled(l, added)));
                    l.DeferAsync(0, _ => CheckAllBefore(l));
                    break;
                case 4:
                    l.PersistAllAsync(asked.Events, added => Handled(l, added));
                    l.Persist(new Ledger.Broken(), _ => Check(() => throw new InvalidOperationException("A rejected event was handled.")));
                    l.Defer(0, _ => CheckAllBefore(l));
                    break;
                case 5:
                    PersistNested(l, asked, 0, Handled);
                    break;
                case 6:
                    l.Persist(asked.Events[0], async added =>
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(2), _time, CancellationToken.None);
                        Handled(l, added);
                    });
                    asked.Events.Skip(1).ToList().ForEach(e => l.PersistAsync(e, added => Handled(l, added)));
                    break;
            }

            asked.ThrowIfItFails();
        });
    }

    /// <summary>Each event is persisted by the handler of the one before it, so each is a commit of its own.</summary>
    private static void PersistNested(Ledger l, Asked asked, int index, Action<Ledger, Ledger.Added> handled)
    {
        asked.IsNested = true;
        l.Persist(asked.Events[index], added =>
        {
            handled(l, added);
            if (index + 1 < asked.Events.Count)
            {
                PersistNested(l, asked, index + 1, handled);
            }
        });
    }

    private void Delete()
    {
        if (!_trims)
        {
            return;
        }

        var share = _random.NextDouble();
        var isSnapshots = _random.Next(3) == 0;
        _ledger.Do(l =>
        {
            Trims++;
            var to = (long)(share * (l.LastSequenceNr + 2));
            if (isSnapshots)
            {
                l.DeleteSnapshots(new SnapshotSelectionCriteria(to));
            }
            else
            {
                l.DeleteMessages(to);
            }
        });
    }

    private void Fault()
    {
        var share = _random.Next(3) == 0 ? 0 : _random.Next(1, 100);
        var faults = new Random(_random.Next());
        switch (_random.Next(5))
        {
            case 0:
                _journal.OnAppend = _ => faults.Next(100) < share ? (AppendFault)faults.Next(1, 4) : AppendFault.None;
                break;
            case 1:
                _journal.OnRead = () => faults.Next(100) < share ? new JournalUnavailableException("planned") : null;
                break;
            case 2:
                _snapshots.OnWrite = () => faults.Next(100) < share ? new JournalUnavailableException("planned") : null;
                _snapshots.OnLoad = () => faults.Next(100) < share ? new JournalUnavailableException("planned") : null;
                break;
            case 3:
                _journal.Release();
                _journal.Hold();
                break;
            case 4:
                Heal();
                break;
        }
    }

    private void Heal()
    {
        _journal.OnAppend = static _ => AppendFault.None;
        _journal.OnRead = static () => null;
        _snapshots.OnWrite = _snapshots.OnLoad = static () => null;
        _journal.Release();
    }

    private void Acknowledge(Ledger l, int value)
    {
        l.Values.Add(value);
        Check(() =>
        {
            _acknowledged.ShouldNotContain(value, $"Event {value} was handled twice. {Seed}");
            _truth.Values.Count.ShouldBeGreaterThanOrEqualTo(l.Values.Count, $"Event {value} was handled before it was durable. {Seed}");
            l.Values.ShouldBe(_truth.Values.Take(l.Values.Count), $"The state never was. {Seed}");
            l.LastSequenceNr.ShouldBe(l.Values.Count, Seed);
            _byValue[value].Fails.ShouldBeFalse($"Event {value} is of a command that has thrown. {Seed}");
        });
        _acknowledged.Add(value);
    }

    private void CheckAllBefore(Ledger l) => Check(() => l.Values.Count.ShouldBe((int)l.LastSequenceNr, Seed));

    private void CheckTruth()
    {
        _truth.Values.ShouldBeUnique(Seed);
        _truth.Values.ShouldAllBe(value => !_byValue[value].Fails, $"An event of a command that has thrown was stored. {Seed}");
        _acknowledged.Except(_truth.Values).ShouldBeEmpty($"Acknowledged events are lost. {Seed}");
        foreach (var asked in _asked.Where(asked => !asked.IsNested))
        {
            var commits = _truth.Commits.Count(commit => commit.Intersect(asked.Values).Any());
            commits.ShouldBeLessThanOrEqualTo(1, $"A command was divided. {Seed}");
            var stored = asked.Values.Count(_truth.Values.Contains);
            (stored == 0 || stored == asked.Values.Length).ShouldBeTrue($"A part of a command is stored. {Seed}");
        }
    }

    private string Seed => $"[seed {_seed}, process {_incarnations}, step {_simulation.Steps}, {_time.Elapsed}]";

    private void Advance(TimeSpan by) => _time.AdvanceAsync(by).GetAwaiter().GetResult();

    /// <summary>Thrown in an actor, a violation would only be a failure that its supervisor handles.</summary>
    private void Check(Action check)
    {
        try
        {
            check();
        }
        catch (Exception violation)
        {
            _violation ??= violation;
        }
    }

    private void Throw()
    {
        if (_violation is not null)
        {
            throw new InvalidOperationException(_violation.Message, _violation);
        }
    }

    private sealed record Asked(int[] Values, bool Fails)
    {
        public List<Ledger.Added> Events { get; } = [.. Values.Select(value => new Ledger.Added(value))];

        public bool IsNested { get; set; }

        public void ThrowIfItFails()
        {
            if (Fails)
            {
                throw new BoomException();
            }
        }
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(CrashingLedger owner)
        {
            Receive<Watch>(watch => Context.Watch(watch.Ledger));
            Receive<Terminated>(ended =>
            {
                if (ReferenceEquals(ended.Actor, owner._ledger))
                {
                    owner._ledger = owner.NewLedger();
                }
            });
        }

        public sealed record Watch(IActorRef Ledger);
    }
}
