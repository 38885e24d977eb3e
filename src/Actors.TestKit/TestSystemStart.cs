using System.Runtime.CompilerServices;

namespace Actors.TestKit;

/// <summary>A test system that starts. Await it in the test method itself: with the simulation, the rest of that method becomes part of the run.</summary>
public readonly struct TestSystemStart
{
    private readonly Task<TestSystem> _starting;
    private readonly SimulationDispatcher? _simulation;

    internal TestSystemStart(Task<TestSystem> starting, SimulationDispatcher? simulation)
    {
        _starting = starting;
        _simulation = simulation;
    }

    /// <summary>The same as a task. Who awaits it stays outside the simulation: its thread and the test's run at the same time.</summary>
    public Task<TestSystem> AsTask()
    {
        _simulation?.StartThread(null);
        return _starting;
    }

    /// <summary>For the compiler.</summary>
    public Awaiter GetAwaiter() => new(_starting, _simulation);

    /// <summary>For the compiler.</summary>
    public readonly struct Awaiter : INotifyCompletion
    {
        private readonly Task<TestSystem> _starting;
        private readonly SimulationDispatcher? _simulation;

        internal Awaiter(Task<TestSystem> starting, SimulationDispatcher? simulation)
        {
            _starting = starting;
            _simulation = simulation;
        }

        /// <summary>Never at once with the simulation, so that the test moves to its thread.</summary>
        public bool IsCompleted => _simulation is null && _starting.IsCompleted;

        /// <summary>The system, once it has started.</summary>
        public TestSystem GetResult() => _starting.GetAwaiter().GetResult();

        /// <inheritdoc/>
        public void OnCompleted(Action continuation)
        {
            if (_simulation is null)
            {
                _starting.GetAwaiter().OnCompleted(continuation);
                return;
            }

            _simulation.StartThread(continuation);
        }
    }
}
