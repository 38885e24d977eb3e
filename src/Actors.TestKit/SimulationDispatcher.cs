using System.Globalization;
using Actors.TestKit.Simulating;

namespace Actors.TestKit;

/// <summary>Runs a whole actor system on one thread, one message at a time. A seed decides who is next, so a race is a number that can be replayed.</summary>
/// <remarks>
/// Made by <see cref="TestSystem"/>, it has a thread of its own, on which the test's code runs too: while the test's code runs nothing else
/// does, and while it awaits the system's steps are taken. Made by hand, it takes steps when <see cref="RunToIdle"/> or
/// <see cref="VirtualTime.AdvanceAsync"/> is called, on the calling thread.
/// </remarks>
public sealed partial class SimulationDispatcher : Dispatcher
{
    private const int LeftSeamsKept = 16;

    private readonly object _gate = new();
    private readonly List<string> _leftSeams = [];
    private readonly Random _random;
    private Work[] _runnable = new Work[64];
    private int _count;
    private volatile SimulatedProcess[] _processes = [];
    private volatile bool _isStopped;
    private volatile int _running;
    private volatile int _waiting;
    private bool _isInMailbox;
    private long _steps;
    private long _stepsSinceRest;

    /// <summary>Makes a dispatcher.</summary>
    /// <param name="seed">Decides who runs next. The same seed and the same program make the same run.</param>
    public SimulationDispatcher(int seed)
    {
        Seed = seed;
        _random = new Random(seed);
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>How many mailboxes and callbacks have been run.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>A number that comes from every step, message and timer so far. Two runs that have the same one did the same.</summary>
    public ulong TraceHash => Trace.Hash;

    /// <summary>After how many steps without a rest the run counts as a livelock.</summary>
    /// <value>Default 2,000,000.</value>
    public long StepLimit { get; set; } = 2_000_000;

    /// <summary>How long the test's code may await something while there is nothing to run, before the run ends with a <see cref="StuckException"/>.</summary>
    /// <value>Default 30 s of real time. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever. It does not end while a debugger is attached.</value>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Called after each step, on the simulation's thread. What it throws ends the run.</summary>
    public Action? AfterStep { get; set; }

    /// <summary>
    /// Work that came from threads outside the simulation, which a seed cannot repeat: the actor, or the asynchronous method that
    /// was resumed. The first 16.
    /// </summary>
    public IReadOnlyList<string> LeftSeams
    {
        get
        {
            lock (_gate)
            {
                return [.. _leftSeams];
            }
        }
    }

    /// <summary>One, so that every message is a step that others may come before.</summary>
    public override int Throughput => 1;

    internal RunTrace Trace { get; init; } = new();

    /// <summary>What must hold, of the system that runs at present.</summary>
    internal KernelInvariants? Invariants { get; set; }

    internal bool IsAtRest => IsQuiet;

    /// <inheritdoc/>
    protected override bool IsQuiet
    {
        get
        {
            // First, because what ends an operation schedules what follows from it before it says so.
            foreach (var process in _processes)
            {
                if (process.HasOperations)
                {
                    return false;
                }
            }

            lock (_gate)
            {
                return _count == 0 && _running == _waiting;
            }
        }
    }

    /// <inheritdoc/>
    public override void Schedule(IMailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        Add(new Work(null, mailbox, null, null));
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (!Add(new Work(null, null, callback, state)))
        {
#pragma warning disable RS0030 // The simulation has ended; the rest of a test is still to run.
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Callback!(work.State), new Work(null, null, callback, state), preferLocal: false);
#pragma warning restore RS0030
        }
    }

    /// <summary>Runs one mailbox or callback, chosen by the seed, on the calling thread.</summary>
    /// <returns>False when there is none.</returns>
    public bool RunStep()
    {
        Work work;
        lock (_gate)
        {
            var count = _count;
            if (count == 0)
            {
                _stepsSinceRest = 0;
                return false;
            }

            var index = count == 1 ? 0 : _random.Next(count);
            work = _runnable[index];
            Take(index);
            Trace.Mix(((ulong)count << 32) | (uint)index);
        }

        Run(work);
        return true;
    }

    /// <summary>Runs everything on the calling thread, until nothing is left to run.</summary>
    /// <exception cref="LivelockException">There is no end to it.</exception>
    public void RunToIdle() => RunUntil(static () => false, TimeSpan.FromSeconds(30));

    /// <inheritdoc/>
    public override void Stop()
    {
        _isStopped = true;
        Work[] rest;
        lock (_gate)
        {
            rest = _runnable[.._count];
            _runnable = [];
            _count = 0;
            Monitor.PulseAll(_gate);
        }

        foreach (var work in rest)
        {
            if (work.Callback is not null && work.Process is null)
            {
                Post(work.Callback, work.State); // The rest of a test.
            }
        }
    }

    /// <inheritdoc/>
    public override string DescribeWork()
    {
        lock (_gate)
        {
            var runnable = string.Join(", ", _runnable.Take(Math.Min(10, _count)).Select(work => work.Describe()));
            var operations = _processes is [var process] ? process.DescribeOperations() : base.DescribeWork();
            return string.Create(CultureInfo.InvariantCulture, $"{_count} to run ({runnable}), {operations}");
        }
    }

    /// <summary>What a system runs on that is to be killed.</summary>
    internal SimulatedProcess StartProcess()
    {
        var process = new SimulatedProcess(this);
        _processes = [.. _processes, process];
        return process;
    }

    /// <summary>Nothing of a process is run any more.</summary>
    internal void Remove(SimulatedProcess process)
    {
        _processes = [.. _processes.Where(other => !ReferenceEquals(other, process))];
        lock (_gate)
        {
            for (var i = _count - 1; i >= 0; i--)
            {
                if (ReferenceEquals(_runnable[i].Process, process))
                {
                    Take(i);
                }
            }
        }
    }

    internal bool Add(Work work)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return false;
            }

            if (!IsOnThread && _leftSeams.Count < LeftSeamsKept)
            {
                _leftSeams.Add(work.Describe());
            }

            if (_count == _runnable.Length)
            {
                Array.Resize(ref _runnable, _count * 2);
            }

            _runnable[_count++] = work;
            if (_isSleeping)
            {
                Monitor.PulseAll(_gate);
            }

            return true;
        }
    }

    /// <summary>Takes steps until a condition holds or nothing is left to run. Whoever calls from inside a step waits in it.</summary>
    /// <returns>Whether the condition holds.</returns>
    internal bool RunUntil(Func<bool> condition, TimeSpan giveUpAfter)
    {
        var waits = _running - _waiting;
        _waiting += waits;
        try
        {
            while (!condition())
            {
                if (!RunStep())
                {
                    if (IsIdle)
                    {
                        CheckAtRest();
                        return condition();
                    }

                    WaitForOperations(giveUpAfter);
                }
            }

            return true;
        }
        finally
        {
            _waiting -= waits;
        }
    }

    /// <summary>The last of them takes the place of what is taken out. Under the lock.</summary>
    private void Take(int index)
    {
        var last = --_count;
        _runnable[index] = _runnable[last];
        _runnable[last] = default;
    }

    private void Run(Work work)
    {
        Interlocked.Increment(ref _steps);
        if (++_stepsSinceRest > StepLimit)
        {
            _stepsSinceRest = 0;
            throw new LivelockException(Seed, StepLimit, work.Describe() + ", " + DescribeWork());
        }

        var outerContext = SynchronizationContext.Current;
        var outerFlow = ExecutionContext.Capture();
        var wasInMailbox = _isInMailbox;
        _isInMailbox = work.Mailbox is not null;
        SynchronizationContext.SetSynchronizationContext(_isInMailbox ? null : work.Process?.TaskContext ?? TaskContext);
        _running++;
        try
        {
            if (work.Mailbox is { } mailbox)
            {
                mailbox.Run();
            }
            else
            {
                work.Callback!(work.State); // Work is one or the other.
            }
        }
        finally
        {
            _running--;
            _isInMailbox = wasInMailbox;
            SynchronizationContext.SetSynchronizationContext(outerContext);
            if (outerFlow is not null)
            {
                ExecutionContext.Restore(outerFlow);
            }
        }

        if (Invariants is { } invariants)
        {
            invariants.ThrowIfViolated();
        }

        AfterStep?.Invoke();
    }

    private void CheckAtRest()
    {
        if (Invariants is { } invariants)
        {
            invariants.CheckAtRest();
            invariants.ThrowIfViolated();
        }
    }

    /// <summary>Nothing is left to run, but something outside, such as a write to disk, will bring more.</summary>
    private void WaitForOperations(TimeSpan giveUpAfter)
    {
        var patience = new Patience(giveUpAfter);
        lock (_gate)
        {
            _isSleeping = true;
            while (_count == 0 && !IsIdle)
            {
                if (patience.IsOver())
                {
                    throw new StillBusyException(giveUpAfter, DescribeWork());
                }

                Monitor.Wait(_gate, 1); // An operation that ends without bringing work does not pulse.
            }

            _isSleeping = false;
        }
    }
}
