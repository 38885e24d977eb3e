using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Actors.TestKit.Simulating;
using Microsoft.Extensions.Logging;

namespace Actors.TestKit;

/// <summary>An actor system for one test: virtual time, a seed, probes, and a log to look into.</summary>
/// <remarks>
/// With the simulation (the default) the test method itself runs on the simulation's thread from the moment it has awaited
/// <see cref="StartAsync(int, TestDispatcher, Action{ActorSystemOptions})"/>. While it runs, nothing else does; whenever it awaits, actors take steps until it can go on. Time moves only
/// in <see cref="AdvanceAsync"/> and while a probe or the log waits.
/// </remarks>
public sealed partial class TestSystem : IAsyncDisposable
{
    /// <summary>The seed of a test that names none.</summary>
    public const int DefaultSeed = 42;

    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PatienceOutside = TimeSpan.FromSeconds(5);

    private readonly SimulationDispatcher? _simulation;
    private readonly SimulationFaults? _faults;
    private KernelInvariants? _invariants;
    private readonly List<Func<ValueTask>> _beforeEnd = [];
    private int _probes;
    private bool _isRun;

    private TestSystem(
        VirtualTime time,
        SimulationDispatcher? simulation,
        Dispatcher? dispatcher,
        SimulationFaults? faults,
        int seed,
        int systemSeed,
        Action<ActorSystemOptions>? configure)
    {
        Seed = seed;
        _simulation = simulation;
        _faults = faults;
        Time = time;
        Log = new TestLog(this);
        if (simulation is not null)
        {
            Time.Attach(simulation);
        }

        Begin(dispatcher, systemSeed, configure);
    }

    /// <summary>The actor system; another one after <see cref="CrashAsync"/>.</summary>
    public ActorSystem System { get; private set; }

    /// <summary>Its clock.</summary>
    public VirtualTime Time { get; }

    /// <summary>What it logged.</summary>
    public TestLog Log { get; }

    /// <summary>The seed of the run.</summary>
    public int Seed { get; }

    /// <summary>The simulation that runs the system; null when threads do.</summary>
    public SimulationDispatcher? Simulation => _simulation;

    /// <summary>Starts a system.</summary>
    /// <param name="seed">Decides all chance: who runs next, jitter, the order of timers of the same instant.</param>
    /// <param name="dispatcher">What runs the actors.</param>
    /// <param name="configure">Changes the options of the actor system. Leave its clock as it is.</param>
    public static TestSystemStart StartAsync(
        int seed = DefaultSeed, TestDispatcher dispatcher = TestDispatcher.Simulation, Action<ActorSystemOptions>? configure = null)
    {
        var simulation = dispatcher == TestDispatcher.Simulation ? new SimulationDispatcher(seed) : null;
        var time = new VirtualTime(seed: seed);
        var system = new TestSystem(time, simulation, simulation, null, seed, seed, configure);
        if (simulation is not null)
        {
            system.BeginRun(simulation);
        }

        return new TestSystemStart(system, simulation, null);
    }

    /// <summary>What is true for a run as a whole, not for one of its processes.</summary>
    private void BeginRun(SimulationDispatcher simulation)
    {
        _isRun = true;
        simulation.DescribeTimers = Time.DescribeTimers;
        simulation.Release = Release;
    }

    /// <summary>Makes the actor system of a process.</summary>
    [MemberNotNull(nameof(System))]
    private void Begin(Dispatcher? dispatcher, int systemSeed, Action<ActorSystemOptions>? configure)
    {
        var options = new ActorSystemOptions
        {
            TimeProvider = Time,
            Seed = systemSeed,
            Dispatcher = dispatcher,
            LoggerFactory = Log,
        };
        configure?.Invoke(options);
        if (_simulation is not null)
        {
            _invariants = new KernelInvariants(this, _simulation.Trace, _faults) { Next = options.Observer };
            options.Observer = _invariants;
            _simulation.Invariants = _invariants;
        }

        System = ActorSystem.Create("test", options);
        Time.Attach(System);
    }

    /// <summary>Starts an actor under <c>/user</c>.</summary>
    public IActorRef ActorOf(Props props, string? name = null) => System.ActorOf(props, name);

    /// <summary>Starts a probe: an actor that the test plays.</summary>
    /// <param name="name">Its name; null has one made.</param>
    /// <param name="strategy">How it supervises the children that <see cref="Probe.ActorOfAsync"/> gives it; null takes the default.</param>
    public Probe CreateProbe(string? name = null, SupervisorStrategy? strategy = null) =>
        new(this, name ?? "probe-" + Interlocked.Increment(ref _probes).ToString(CultureInfo.InvariantCulture), strategy);

    /// <inheritdoc cref="VirtualTime.AdvanceAsync"/>
    public Task AdvanceAsync(TimeSpan by) => Time.AdvanceAsync(by);

    /// <inheritdoc cref="VirtualTime.DrainAsync"/>
    public Task DrainAsync() => Time.DrainAsync();

    /// <summary>Moves the clock until a condition holds.</summary>
    /// <param name="condition">The condition. It may be tested on another thread than the actors'.</param>
    /// <param name="within">How far the clock may move; null means 3 s.</param>
    /// <param name="because">What the condition means, for the message.</param>
    /// <exception cref="ExpectationException">It did not come to hold.</exception>
    public async Task EventuallyAsync(Func<bool> condition, TimeSpan? within = null, string because = "the condition")
    {
        var limit = within ?? Probe.DefaultWithin;
        if (!await Time.WaitAsync(condition, limit))
        {
            throw Failure($"Expected within {Describe(limit)} that {because} holds, but it did not.");
        }
    }

    /// <summary>Moves the clock until an assertion no longer throws.</summary>
    /// <param name="assertion">The assertion. It may be tried on another thread than the actors', and more than once.</param>
    /// <param name="within">How far the clock may move; null means 3 s.</param>
    /// <exception cref="ExpectationException">It threw to the last; its last exception is the inner one.</exception>
    public async Task EventuallyPassesAsync(Action assertion, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        var limit = within ?? Probe.DefaultWithin;
        Exception? last = null;
        if (!await Time.WaitAsync(Passes, limit))
        {
            throw Failure($"Expected within {Describe(limit)} that an assertion passes, but it did not: {last?.Message}", last);
        }

        bool Passes()
        {
            try
            {
                assertion();
                return true;
            }
            catch (Exception thrown)
            {
                last = thrown;
                return false;
            }
        }
    }

    /// <summary>Moves the clock until a task has ended, for a task that needs time to pass.</summary>
    /// <param name="task">The task. What it throws is thrown.</param>
    /// <param name="within">How far the clock may move; null means 3 s.</param>
    /// <exception cref="ExpectationException">It did not end.</exception>
    public async Task WhenAsync(Task task, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var limit = within ?? Probe.DefaultWithin;
        var began = TimeProvider.System.GetTimestamp();
        for (var left = limit; !await Time.WaitAsync(() => task.IsCompleted, TimeSpan.FromTicks(Math.Min(limit.Ticks / 100, left.Ticks)));)
        {
            left -= TimeSpan.FromTicks(Math.Min(limit.Ticks / 100, left.Ticks));
            if (left <= TimeSpan.Zero && TimeProvider.System.GetElapsedTime(began) > PatienceOutside)
            {
                throw Failure($"Expected within {Describe(limit)} that a task ends, but it did not.");
            }

            // Nobody counts what awaits outside the dispatcher: give it real time to go on and set its next timer.
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        await task;
    }

    /// <summary>Has something run before the system ends, last added first; for extensions of the test system.</summary>
    public void BeforeEnd(Func<ValueTask> ending)
    {
        ArgumentNullException.ThrowIfNull(ending);
        _beforeEnd.Add(ending);
    }

    /// <summary>Ends the system, moving the clock as far as stop timeouts need.</summary>
    /// <exception cref="ExpectationException">It did not end, or the kernel reported a defect of its own.</exception>
    public async ValueTask DisposeAsync()
    {
        for (var i = _beforeEnd.Count - 1; i >= 0; i--)
        {
            await _beforeEnd[i]();
        }

        _beforeEnd.Clear();
        try
        {
            var ended = System.TerminateAsync();
            if (!await Time.WaitForEndAsync(() => ended.IsCompleted, EndLimit))
            {
                throw Failure($"The actor system did not end within {Describe(EndLimit)}. Busy: {System.DescribeWork()}.");
            }

            if (_services is not null)
            {
                await _services.DisposeAsync();
            }
        }
        finally
        {
            Drop();
        }

        _simulation?.ThrowIfFailed();
        _invariants?.CheckEnd();
        if (_invariants?.Violation is { } violation)
        {
            throw Failure(violation);
        }

        if (Log.Entries.FirstOrDefault(entry => entry.Level == LogLevel.Critical) is { } defect)
        {
            throw Failure($"The kernel reported a defect: {defect}");
        }
    }

    /// <summary>The system of one process of a simulation, which may be killed.</summary>
    internal static TestSystem StartProcess(
        SimulationDispatcher simulation, VirtualTime time, SimulationFaults faults, int systemSeed, Action<ActorSystemOptions>? configure) =>
        new(time, simulation, simulation.StartProcess(), faults, simulation.Seed, systemSeed, configure);

    /// <summary>Ends what runs the system.</summary>
    internal void Drop()
    {
        System.Dispatcher.Stop();
        if (_isRun && System.Dispatcher != _simulation)
        {
            _simulation?.Stop(); // The system was one of its processes.
        }
    }

    /// <summary>Ends the system without letting it do anything more.</summary>
    internal void Kill()
    {
        _invariants?.Stop();
        Time.Detach(System);
        System.Dispatcher.Stop();
    }

    /// <summary>A defect of the kernel ends a simulated run at once.</summary>
    internal void OnCritical(LogEntry entry) => _invariants?.Violate($"The kernel reported a defect: {entry}");

    internal static string Describe(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    /// <summary>An exception that says, beside what failed, how to see it again.</summary>
    internal ExpectationException Failure(string message, Exception? cause = null) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{message} [seed {Seed}, {(_simulation is null ? "threads" : $"simulation at step {_simulation.Steps}")}, virtual time {Time.Elapsed:c}]"),
        Seed,
        cause);

    /// <summary>The test awaits what does not come. Whatever it is may end with the system, or with time, and then the test learns why it was waiting.</summary>
    private void Release()
    {
        _ = System.TerminateAsync(); // Whoever awaits its end is the test.
        Time.RunOut(EndLimit);
    }
}
