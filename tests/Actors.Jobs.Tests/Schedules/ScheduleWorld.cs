using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Schedules;

/// <summary>A store that outlives processes, a wall clock that goes on while none runs, and what was run.</summary>
internal sealed class ScheduleWorld(int seed = 1, TestDispatcher dispatcher = TestDispatcher.Simulation) : IAsyncDisposable
{
    private readonly List<Attempt> _earlier = [];
    private SteppedClock? _clock;
    private MortalJournal? _mortal;
    private TestSystem? _system;
    private TimeSpan _step;

    public JobHost Host { get; private set; } = null!; // Set by the start.

    public InMemoryJournal Journal { get; } = new();

    public InMemoryHistory History { get; } = new();

    public Action<QueueOptions>? ConfigureQueue { get; init; }

    /// <summary>Journals that cannot be opened; a queue is not consumed then.</summary>
    public Func<string, bool>? IsAway { get; set; }

    public ISchedules Schedules => Host.Jobs.Schedules;

    public DateTimeOffset Now => _system is null ? VirtualTime.DefaultStart + _step : Clock.GetUtcNow();

    public long SweepBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>What handlers do.</summary>
    public Func<JobContext, CancellationToken, Task>? Body { get; set; }

    public TestSystem System => _system.ShouldNotBeNull();

    /// <summary>All attempts of all processes.</summary>
    public IReadOnlyList<Attempt> Attempts => [.. _earlier, .. Host.Script.Attempts];

    private SteppedClock Clock => _clock.ShouldNotBeNull();

    /// <summary>A process begins.</summary>
    public async Task<ISchedules> StartAsync(params ScheduleDefinition[] declared)
    {
        _system = await TestSystem.StartAsync(seed, dispatcher, o => o.TimeProvider = _clock = new SteppedClock(o.TimeProvider) { Step = _step });
        _mortal = new MortalJournal(Journal, this);
        Host = await JobHost.StartAsync(
            _system, ConfigureQueue, journal: _mortal, history: History, isConsumed: IsAway is null, schedules: declared, sweepBytes: SweepBytes);
        Host.Script.Body = Body ?? Host.Script.Body;
        await _system.DrainAsync();
        return Schedules;
    }

    public Task AdvanceAsync(TimeSpan time) => System.AdvanceAsync(time);

    /// <summary>The wall clock is set, and time goes on.</summary>
    public void SetClock(TimeSpan by) => Clock.Step += by;

    /// <summary>The process is killed: nothing of it reaches the store any more.</summary>
    public Task KillAsync()
    {
        _mortal.ShouldNotBeNull().IsDead = true;
        return StopAsync();
    }

    public async Task StopAsync()
    {
        _earlier.AddRange(Host.Script.Attempts);
        _step = Now - VirtualTime.DefaultStart;
        await System.DisposeAsync();
        _system = null;
    }

    /// <summary>Time in which there is no process.</summary>
    public void Sleep(TimeSpan time) => _step += time;

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }

    public static ScheduleDefinition Define(string schedule, Action<ScheduleOptions>? configure = null, string name = "s", string text = "x")
    {
        var options = new ScheduleOptions();
        configure?.Invoke(options);
        return ScheduleDefinition.Of(name, schedule, new Work(text), options);
    }

    private sealed class MortalJournal(IJournal inner, ScheduleWorld world) : IJournal
    {
        public bool IsDead { get; set; }

        public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken) =>
            world.IsAway?.Invoke(persistenceId) == true
                ? Task.FromException<JournalOpening>(new JournalUnavailableException("It is away.", new IOException()))
                : inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);

        public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken) => IsDead
            ? Task.FromException<AppendOutcome[]>(new JournalUnavailableException("It is dead.", new IOException()))
            : inner.AppendAsync(commits, cancellationToken);

        public Task ResetAsync(CancellationToken cancellationToken) => inner.ResetAsync(cancellationToken);

        public Task<IReadOnlyList<CommitRow>> ReadAsync(string persistenceId, long from, int maxBytes, CancellationToken cancellationToken) =>
            inner.ReadAsync(persistenceId, from, maxBytes, cancellationToken);

        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
            inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>The wall clock may be set; the pace of time stays.</summary>
internal sealed class SteppedClock(TimeProvider inner) : TimeProvider
{
    public TimeSpan Step { get; set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Step;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
