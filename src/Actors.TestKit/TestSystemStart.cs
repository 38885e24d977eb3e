using System.Runtime.CompilerServices;

namespace Actors.TestKit;

/// <summary>A test system that starts. Await it in the test method itself: with the simulation, the rest of that method becomes part of the run.</summary>
public readonly struct TestSystemStart
{
    private readonly Starting _starting;

    internal TestSystemStart(TestSystem system, SimulationDispatcher? simulation, Func<Task>? begin) =>
        _starting = new Starting(system, simulation, begin);

    /// <summary>The same as a task. Who awaits it stays outside the simulation: its thread and the test's run at the same time.</summary>
    public Task<TestSystem> AsTask() => _starting.AsTask();

    /// <summary>For the compiler.</summary>
    public Awaiter GetAwaiter() => new(_starting);

    /// <summary>For the compiler.</summary>
    public readonly struct Awaiter : INotifyCompletion
    {
        private readonly Starting _starting;

        internal Awaiter(Starting starting) => _starting = starting;

        /// <summary>Never at once with the simulation, so that the test moves to its thread.</summary>
        public bool IsCompleted => _starting.IsCompleted;

        /// <summary>The system, once it has started.</summary>
        public TestSystem GetResult() => _starting.Result;

        /// <inheritdoc/>
        public void OnCompleted(Action continuation) => _starting.OnCompleted(continuation);
    }

    /// <summary>A system, and what is to be done in it before the test goes on.</summary>
    internal sealed class Starting
    {
        private readonly TestSystem _system;
        private readonly SimulationDispatcher? _simulation;
        private readonly Func<Task>? _begin;
        private Task _begun;

        public Starting(TestSystem system, SimulationDispatcher? simulation, Func<Task>? begin)
        {
            _system = system;
            _simulation = simulation;
            _begin = begin;

            // Threads begin at once; a simulation begins on its own thread.
            _begun = simulation is null && begin is not null ? begin() : Task.CompletedTask;
        }

        public bool IsCompleted => _simulation is null && _begun.IsCompleted;

        public TestSystem Result
        {
            get
            {
                ThrowIfFailed();
                return _system;
            }
        }

        public void OnCompleted(Action continuation)
        {
            if (_simulation is null)
            {
                _begun.GetAwaiter().OnCompleted(continuation);
            }
            else if (_begin is null)
            {
                _simulation.StartThread(continuation);
            }
            else
            {
                _simulation.StartThread(() => BeginThen(continuation));
            }
        }

        public async Task<TestSystem> AsTask()
        {
            if (_simulation is not null)
            {
                var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _simulation.StartThread(_begin is null ? null : () => BeginThen(begun.SetResult));
                await (_begin is null ? Task.CompletedTask : begun.Task);
            }

            await _begun;
            return _system;
        }

        /// <summary>Nobody gets a system that could not begin, so nobody else can end it.</summary>
        private void ThrowIfFailed()
        {
            if (!_begun.IsCompletedSuccessfully)
            {
                _system.Drop();
            }

            _begun.GetAwaiter().GetResult();
        }

        private void BeginThen(Action continuation)
        {
            _begun = _begin!(); // Asked for only when there is something to begin.
            if (_begun.IsCompleted)
            {
                continuation();
            }
            else
            {
                // Through the context of this step, that of the simulation.
                _begun.GetAwaiter().OnCompleted(continuation);
            }
        }
    }
}
