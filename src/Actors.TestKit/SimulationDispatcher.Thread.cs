using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Actors.TestKit.Simulating;

namespace Actors.TestKit;

/// <summary>The thread of the simulation, and what happens on it when there is nothing left to do but the test has not ended.</summary>
public sealed partial class SimulationDispatcher
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private Thread? _thread;
    private bool _isTestOnThread;
    private volatile bool _isSleeping;

    /// <summary>Gets what ends the run, and is in charge from then on. Without it the test is told in its next call.</summary>
    internal Action<Exception>? Failed { get; set; }

    /// <summary>What ended the run while the test awaited something else: its next call throws it.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Does what may make a test go on that awaits something: ends its system, and lets time pass.</summary>
    internal Action? Release { get; set; }

    /// <summary>Says what timers are set.</summary>
    internal Func<string>? DescribeTimers { get; set; }

    private bool IsOnThread => _thread is null || ReferenceEquals(Thread.CurrentThread, _thread);

    /// <summary>Gives the simulation a thread of its own.</summary>
    /// <param name="first">Code that is to run on it. It is among the first steps, so that no step is taken before it is known.</param>
    internal void StartThread(Action? first)
    {
        if (first is not null)
        {
            _isTestOnThread = true;
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

    /// <summary>For what only the code of a test may do, on this thread.</summary>
    internal void ThrowUnlessInTest()
    {
        if (_isInMailbox || !IsOnThread)
        {
            throw new InvalidOperationException("Only the code of the scenario can kill the process: not an actor, and not another thread.");
        }
    }

    internal void ThrowIfFailed()
    {
        if (Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the run at once, the test's own code included.</summary>
    internal void Abort()
    {
        _isStopped = true;
        lock (_gate)
        {
            _runnable = [];
            _count = 0;
            Monitor.PulseAll(_gate);
        }
    }

    private void Pump()
    {
        var patience = new Patience(Patience);
        var hasRun = true;
        var isChecked = false;
        while (!_isStopped)
        {
            try
            {
                if (RunStep())
                {
                    hasRun = true;
                    continue;
                }

                if (hasRun)
                {
                    hasRun = false;
                    isChecked = false;
                    patience = new Patience(Patience);
                }

                if (!isChecked && IsIdle)
                {
                    isChecked = true;
                    CheckAtRest();
                }

                Sleep();
                if (_isTestOnThread && _count == 0 && patience.IsOver() && !Debugger.IsAttached)
                {
                    patience.Reset();
                    throw new StuckException(Seed, Patience, $"{DescribeWork()}. {DescribeTimers?.Invoke()}", Trace.Describe());
                }
            }
            catch (Exception thrown) when (Failed is not null || (Failure is null && Release is not null))
            {
                OnBroken(thrown);
            }
        }
    }

    private void Sleep()
    {
        lock (_gate)
        {
            if (_count == 0 && !_isStopped)
            {
                _isSleeping = true;
                Monitor.Wait(_gate, _isTestOnThread ? Look : Timeout.InfiniteTimeSpan);
                _isSleeping = false;
            }
        }
    }

    private void OnBroken(Exception thrown)
    {
        if (Failed is { } failed)
        {
            Abort();
            failed(thrown);
            return;
        }

        // Nobody can throw into a test that awaits; but what it awaits may end with its system, and then it learns why.
        Failure = thrown;
        Invariants?.Stop();
        Release!(); // The filter has seen that there is one.
    }
}
