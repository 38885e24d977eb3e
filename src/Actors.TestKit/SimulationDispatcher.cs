using System.Globalization;

namespace Actors.TestKit;

/// <summary>Runs a whole actor system on one thread, one message at a time. A seed decides who is next, so a race is a number that can be replayed.</summary>
/// <remarks>
/// Made by <see cref="TestSystem"/>, it has a thread of its own, on which the test's code runs too: while the test's code runs nothing else
/// does, and while it awaits the system's steps are taken. Made by hand, it takes steps when <see cref="RunToIdle"/> or
/// <see cref="VirtualTime.AdvanceAsync"/> is called, on the calling thread.
/// </remarks>
public sealed class SimulationDispatcher : Dispatcher
{
    private const int LeftSeamsKept = 16;

    private readonly object _gate = new();
    private readonly List<Work> _runnable = [];
    private readonly List<string> _leftSeams = [];
    private readonly Random _random;
    private Thread? _thread;
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

    /// <summary>After how many steps without a rest the run counts as a livelock.</summary>
    /// <value>Default 2,000,000.</value>
    public long StepLimit { get; set; } = 2_000_000;

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

    /// <inheritdoc/>
    protected override bool IsQuiet
    {
        get
        {
            lock (_gate)
            {
                return _runnable.Count == 0 && _running == _waiting;
            }
        }
    }

    /// <summary>What ends the run when a step throws; without it the exception is that of the thread.</summary>
    internal Action<Exception>? Failed { get; set; }

    /// <inheritdoc/>
    public override void Schedule(IMailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        Add(new Work(mailbox, null, null));
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (!Add(new Work(null, callback, state)))
        {
#pragma warning disable RS0030 // The simulation has ended; the rest of a test is still to run.
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Callback!(work.State), new Work(null, callback, state), preferLocal: false);
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
            if (_runnable.Count == 0)
            {
                _stepsSinceRest = 0;
                return false;
            }

            var index = _random.Next(_runnable.Count);
            work = _runnable[index];
            _runnable[index] = _runnable[^1];
            _runnable.RemoveAt(_runnable.Count - 1);
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
        List<Work> rest;
        lock (_gate)
        {
            rest = [.. _runnable];
            _runnable.Clear();
            Monitor.PulseAll(_gate);
        }

        foreach (var work in rest)
        {
            if (work.Callback is not null)
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
            var runnable = string.Join(", ", _runnable.Take(10).Select(work => work.Describe()));
            return string.Create(CultureInfo.InvariantCulture, $"{_runnable.Count} to run ({runnable}), {base.DescribeWork()}");
        }
    }

    /// <summary>Gives the simulation a thread of its own.</summary>
    /// <param name="first">Code that is to run on it. It is among the first steps, so that no step is taken before it is known.</param>
    internal void StartThread(Action? first)
    {
        if (first is not null)
        {
            Post(static state => ((Action)state!)(), first); // What is posted is the code.
        }

        _thread = new Thread(Pump) { IsBackground = true, Name = $"simulation-{Seed}" };
        _thread.Start();
    }

    /// <summary>Runs code on the simulation's thread.</summary>
    internal Task<T> InvokeAsync<T>(Func<T> body)
    {
        if (_isInMailbox && IsOnThread)
        {
            throw new InvalidOperationException("An actor cannot move the clock or wait for the system to come to rest: it would wait for itself.");
        }

        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (IsOnThread)
        {
            Complete();
        }
        else
        {
            Post(_ => Complete(), null);
        }

        return result.Task;

        void Complete()
        {
            try
            {
                result.SetResult(body());
            }
            catch (Exception thrown)
            {
                result.SetException(thrown);
            }
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

    private bool IsOnThread => _thread is null || ReferenceEquals(Thread.CurrentThread, _thread);

    private bool Add(Work work)
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

            _runnable.Add(work);
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    private void Pump()
    {
        while (!_isStopped)
        {
            try
            {
                if (!RunStep())
                {
                    lock (_gate)
                    {
                        if (_runnable.Count == 0 && !_isStopped)
                        {
                            Monitor.Wait(_gate);
                        }
                    }
                }
            }
            catch (Exception thrown) when (Failed is not null)
            {
                Failed(thrown);
            }
        }
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
        SynchronizationContext.SetSynchronizationContext(_isInMailbox ? null : TaskContext);
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

        AfterStep?.Invoke();
    }

    /// <summary>Nothing is left to run, but something outside, such as a write to disk, will bring more.</summary>
    private void WaitForOperations(TimeSpan giveUpAfter)
    {
        var began = TimeProvider.System.GetTimestamp();
        lock (_gate)
        {
            while (_runnable.Count == 0 && !IsIdle)
            {
                if (TimeProvider.System.GetElapsedTime(began) > giveUpAfter)
                {
                    throw new StillBusyException(giveUpAfter, DescribeWork());
                }

                Monitor.Wait(_gate, 1); // An operation that ends without bringing work does not pulse.
            }
        }
    }

    private readonly record struct Work(IMailbox? Mailbox, SendOrPostCallback? Callback, object? State)
    {
        public string Describe() => Mailbox?.ToString() ?? DescribeCallback();

        /// <summary>The continuation of an async method is an Action whose target carries the type of its state machine.</summary>
        private string DescribeCallback()
        {
            var machine = (State as Action)?.Target?.GetType().GenericTypeArguments.LastOrDefault(type => type.Name.StartsWith('<'));
            return machine is not null
                ? $"{machine.DeclaringType?.Name}.{machine.Name[1..machine.Name.IndexOf('>')]}"
                : $"{Callback?.Method.DeclaringType?.Name}.{Callback?.Method.Name}";
        }
    }
}
