using Actors.Persistence;
using Actors.TestKit.Simulating;

namespace Actors.TestKit;

/// <summary>One seed of a scenario.</summary>
public sealed class SimulationRun
{
    private readonly List<(string Name, Func<bool> Holds)> _invariants = [];
    private readonly Dictionary<string, AcknowledgedCommits> _acknowledged = new(StringComparer.Ordinal);
    private readonly SimulationDispatcher _simulation;
    private readonly Action<ActorSystemOptions>? _configure;
    private readonly VirtualTime _time;
    private TestSystem? _system;

    internal SimulationRun(SimulationDispatcher simulation, Action<ActorSystemOptions>? configure, int faultLimit)
    {
        _simulation = simulation;
        _configure = configure;
        _time = new VirtualTime(seed: simulation.Seed);
        _time.Attach(simulation);

        // Sequences of their own, so that one more fault does not change who runs next before it strikes.
        Random = new Random(simulation.Seed ^ 0x5eed);
        Faults = new SimulationFaults(new Random(simulation.Seed ^ 0xfa017), faultLimit);
        simulation.AfterStep = Check;
        simulation.DescribeTimers = _time.DescribeTimers;
    }

    /// <summary>The system of this run; after a <see cref="Kill"/>, that of the process which came next.</summary>
    public TestSystem System => _system!; // Made before the scenario begins.

    /// <summary>The seed of this run.</summary>
    public int Seed => _simulation.Seed;

    /// <summary>The number of the process that runs; the first is 1.</summary>
    public int Process { get; private set; }

    /// <summary>Chance for what the scenario itself leaves to it.</summary>
    public Random Random { get; }

    /// <summary>What goes wrong in the actors.</summary>
    public SimulationFaults Faults { get; }

    /// <summary>Demands that something holds after every step.</summary>
    /// <param name="name">What it says, for the message.</param>
    /// <param name="holds">Whether it holds. Must not change anything.</param>
    public void Invariant(string name, Func<bool> holds)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(holds);
        _invariants.Add((name, holds));
    }

    /// <summary>Decides something by the seed.</summary>
    /// <param name="probability">From 0, never, to 1, always.</param>
    public bool Strikes(double probability) => Random.NextDouble() < probability;

    /// <summary>Throws a <see cref="FaultException"/> if the seed says so. For what may fail that is not an actor, such as a service of the application.</summary>
    /// <param name="probability">From 0, never, to 1, always.</param>
    /// <param name="where">Says in the exception where it struck.</param>
    public void MayFail(double probability, string where)
    {
        if (Faults.Strikes(probability))
        {
            throw new FaultException(where);
        }
    }

    /// <summary>A journal for the system of this process that keeps what was written in another one, which outlives the process.</summary>
    /// <param name="durable">Where it is kept: in memory, or in a real store.</param>
    /// <param name="store">A name of the store, the same in every process; needed only if there are several.</param>
    public SimulatedJournal Journal(IJournal durable, string store = "store")
    {
        ArgumentNullException.ThrowIfNull(store);
        if (!_acknowledged.TryGetValue(store, out var acknowledged))
        {
            _acknowledged.Add(store, acknowledged = new AcknowledgedCommits());
        }

        return new SimulatedJournal(System.System, durable, Faults, acknowledged);
    }

    /// <summary>Takes some steps, chosen by the seed, and no more: so that what follows happens in the middle of things.</summary>
    /// <returns>How many were taken; fewer if nothing was left to run.</returns>
    public Task<int> StepAsync(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        return _simulation.InvokeAsync(() =>
        {
            var left = steps;
            _simulation.RunUntil(() => left-- == 0, _time.GiveUpAfter);
            return steps - left - 1;
        });
    }

    /// <summary>
    /// Ends the process as a power failure would: nothing of its system is run again, what it awaits never comes, and its journals are as they were
    /// at that moment. The next process begins with a new system, at the same moment of virtual time.
    /// </summary>
    /// <returns>The system of the next process, with no actors yet.</returns>
    /// <exception cref="InvalidOperationException">It was called by an actor, or outside the simulation's thread.</exception>
    public TestSystem Kill()
    {
        _simulation.ThrowUnlessInTest();
        System.Kill();
        Begin();
        return System;
    }

    internal void Begin()
    {
        Process++;
        _system = TestSystem.StartProcess(_simulation, _time, Faults, Process == 1 ? Seed : unchecked((Seed * 397) + Process), _configure);
    }

    internal SimulationReport Report() => new()
    {
        Seeds = 1,
        Steps = _simulation.Steps,
        Faults = Faults.Struck,
        Kills = Math.Max(0, Process - 1),
        Elapsed = _time.Elapsed,
        TraceHash = _simulation.TraceHash,
        LeftSeams = _simulation.LeftSeams,
        LastDone = _simulation.Trace.Describe(),
    };

    private void Check()
    {
        foreach (var (name, holds) in _invariants)
        {
            if (!holds())
            {
                throw System.Failure($"The invariant '{name}' does not hold any more");
            }
        }
    }
}
