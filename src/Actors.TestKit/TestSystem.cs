using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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
    private readonly List<Func<ValueTask>> _beforeEnd = [];
    private int _probes;

    private TestSystem(int seed, SimulationDispatcher? simulation, Action<ActorSystemOptions>? configure, Dispatcher? dispatcher = null)
    {
        Seed = seed;
        _simulation = simulation;
        Time = new VirtualTime(seed: seed);
        Log = new TestLog(this);
        if (simulation is not null)
        {
            Time.Attach(simulation);
        }

        Begin(dispatcher ?? simulation, seed, configure);
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
        return new TestSystemStart(new TestSystem(seed, simulation, configure), simulation, null);
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
        System = ActorSystem.Create("test", options);
        Time.Attach(System);
    }

    /// <summary>Starts an actor under <c>/user</c>.</summary>
    public IActorRef ActorOf(Props props, string? name = null) => System.ActorOf(props, name);

    /// <summary>Starts a probe: an actor that the test plays.</summary>
    /// <param name="name">Its name; null has one made.</param>
    public Probe CreateProbe(string? name = null) =>
        new(this, name ?? "probe-" + Interlocked.Increment(ref _probes).ToString(CultureInfo.InvariantCulture));

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
        var ended = System.TerminateAsync();
        var hasEnded = await Time.WaitAsync(() => ended.IsCompleted, EndLimit);
        var busy = hasEnded ? "" : System.DescribeWork();
        if (hasEnded && _services is not null)
        {
            await _services.DisposeAsync();
        }

        System.Dispatcher.Stop();
        if (!hasEnded)
        {
            throw Failure($"The actor system did not end within {Describe(EndLimit)}. Busy: {busy}.");
        }

        if (Log.Entries.FirstOrDefault(entry => entry.Level == LogLevel.Critical) is { } defect)
        {
            throw Failure($"The kernel reported a defect: {defect}");
        }
    }

    internal static string Describe(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    /// <summary>An exception that says, beside what failed, how to see it again.</summary>
    internal ExpectationException Failure(string message) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{message} [seed {Seed}, {(_simulation is null ? "threads" : $"simulation at step {_simulation.Steps}")}, virtual time {Time.Elapsed:c}]"),
        Seed);
}
