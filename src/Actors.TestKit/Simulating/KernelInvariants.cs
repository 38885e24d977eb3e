using System.Globalization;

namespace Actors.TestKit.Simulating;

/// <summary>
/// What the kernel promises about every actor, whatever happens: who may run code when, whose end is told to whom, what a suspension and a
/// restart are worth. It keeps books from what it sees, and remembers the first thing that is not as it must be.
/// </summary>
/// <remarks>Never throws into the kernel, which would take it for a fault of the user's code.</remarks>
internal sealed partial class KernelInvariants(TestSystem system, RunTrace trace, SimulationFaults? faults) : ActorObserver
{
    // Tests that do not run on the simulation's thread make actors from their own.
    private readonly Lock _lock = new();
    private readonly Dictionary<IActorRef, ActorModel> _models = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<ActorModel> _failed = [];
    private readonly HashSet<ActorModel> _suspended = [];
    private readonly HashSet<ActorModel> _stopping = [];
    private readonly HashSet<ActorModel> _expecting = [];
    private int _ordinal;
    private volatile bool _isStopped;
    private volatile string? _violation;

    /// <summary>The observer that the test has set, which sees everything too.</summary>
    public ActorObserver? Next { get; set; }

    public RunTrace Trace => trace;

    public SimulationFaults? Faults => _isStopped ? null : faults;

    private TimeSpan Now => system.Time.Elapsed;

    /// <summary>The first promise that was not kept, or null.</summary>
    public string? Violation => _violation;

    /// <summary>Nothing is checked any more: the system was killed, or its run has failed.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Once, because after it nothing is as it must be.</summary>
    public void ThrowIfViolated()
    {
        if (_violation is { } violation && !_isStopped)
        {
            _isStopped = true;
            throw system.Failure(violation);
        }
    }

    public void Violate(string what)
    {
        if (!_isStopped)
        {
            _violation ??= what;
        }
    }

    /// <summary>The user's code of an actor is about to run.</summary>
    /// <returns>What <see cref="OnEnd"/> is to be told.</returns>
    public int OnBegin(ActorModel actor, FaultPoint point, object? message)
    {
        if (_isStopped)
        {
            return 0;
        }

        trace.Mix(((ulong)actor.Ordinal << 8) | (uint)point);
        if (message is not null)
        {
            trace.Mix(message.GetType());
        }

        if (!actor.IsAbandoned)
        {
            if (actor.Inside is { } inside)
            {
                Violate($"{point} of {actor.Path} began while its {inside} was running");
            }

            if (actor.State == ModelState.Ended)
            {
                Violate($"{point} of {actor.Path} began after the actor had ended");
            }

            CheckOrder(actor, point, message);
        }

        actor.Inside = point;
        return ++actor.Run;
    }

    /// <summary>The user's code of an actor has ended.</summary>
    public void OnEnd(ActorModel actor, int run, FaultPoint point, object? message, Exception? cause)
    {
        if (_isStopped)
        {
            return;
        }

        if (run != actor.Run)
        {
            Note(actor.Actor, $"ended a {point} that had been given up", cause ?? message);
            return;
        }

        actor.Inside = null;
        if (cause is not null)
        {
            Note(actor.Actor, $"threw in its {point}:", cause);
            actor.HasThrown |= point == FaultPoint.Handler && cause is not OperationCanceledException && actor.State == ModelState.Running;
        }
        else
        {
            Note(actor.Actor, point == FaultPoint.Handler ? "handled" : $"ended its {point}", message);
        }
    }

    private void CheckOrder(ActorModel actor, FaultPoint point, object? message)
    {
        switch (point)
        {
            case FaultPoint.Handler:
                if (actor.State != ModelState.Running || !actor.IsStarted)
                {
                    Violate($"{actor.Path} was given {message?.GetType().Name} while it was {actor.State}");
                }
                else if (actor.Suspensions > 0)
                {
                    Violate($"{actor.Path} was given {message?.GetType().Name} while it was suspended {Count(actor.Suspensions, "time")}");
                }
                else if (actor.HasThrown)
                {
                    Violate($"{actor.Path} was given {message?.GetType().Name} after its handler had thrown, and before it was decided what follows");
                }

                break;
            case FaultPoint.PreStart:
                if (actor.HasStarted || actor.IsStarted || actor.State is not (ModelState.Starting or ModelState.Restarting or ModelState.Stopping))
                {
                    Violate($"PreStart of {actor.Path} began while it was {actor.State}{(actor.HasStarted ? ", and had been started before" : "")}");
                }

                break;
            case FaultPoint.PostRestart:
                if (!actor.HasStarted || actor.IsStarted || actor.State is not (ModelState.Restarting or ModelState.Stopping))
                {
                    Violate($"PostRestart of {actor.Path} began while it was {actor.State}{(actor.HasStarted ? "" : ", and had never been started")}");
                }

                break;
            case FaultPoint.PreRestart:
            case FaultPoint.PostStop:
                var needed = point == FaultPoint.PostStop ? ModelState.Stopping : ModelState.Restarting;
                if (!actor.IsStarted || actor.State != needed)
                {
                    Violate($"{point} of {actor.Path} began while it was {actor.State}{(actor.IsStarted ? "" : ", on an instance that had not started or had ended before")}");
                }

                actor.IsStarted = false;
                break;
            case FaultPoint.Disposal:
                if (!actor.HasInstance)
                {
                    Violate($"An instance of {actor.Path} was disposed of twice");
                }

                actor.HasInstance = false;
                actor.IsStarted = false;
                break;
        }
    }

    /// <summary>When nothing is left to run, nobody may be left waiting for something that is not on its way.</summary>
    public void CheckAtRest()
    {
        if (_isStopped)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var actor in _failed)
            {
                // A handler that awaits may be failed by a child; what is decided about it waits until that handler has ended.
                // One that is itself to be restarted decides nothing more: its next instance stops its children or restarts them.
                if (!IsInTurn(actor) && actor.Inside is null && actor.Parent is { State: ModelState.Running, IsRestartOrdered: false })
                {
                    Violate($"{actor.Path} has failed, and waits for a verdict that nobody will give");
                }
            }

            foreach (var actor in _suspended)
            {
                if (!IsHeldBack(actor))
                {
                    Violate($"{actor.Path} is suspended {Count(actor.Suspensions, "time")}, but nothing that will end is the reason");
                }
            }

            foreach (var actor in _stopping)
            {
                var limit = actor.StopTimeout;
                if (actor.LiveChildren == 0 && limit != Timeout.InfiniteTimeSpan && Now - actor.StoppingSince > limit)
                {
                    Violate($"{actor.Path} has been stopping for longer than its limit of {TestSystem.Describe(limit)}, and was not abandoned");
                }
            }

            foreach (var watcher in _expecting)
            {
                if (watcher is { State: ModelState.Running, Suspensions: 0, Inside: null })
                {
                    Violate($"{watcher.Path} watches {watcher.Expecting.First().Path.Local}, which has ended, but no news of it will come");
                }
            }
        }
    }

    /// <summary>The system has ended.</summary>
    public void CheckEnd()
    {
        if (_isStopped)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var actor in _models.Values)
            {
                if (!actor.IsAbandoned && !HasAbandonedAncestor(actor))
                {
                    Violate($"{actor.Path} is {actor.State} after the system has ended");
                }
            }
        }
    }

    private static bool HasAbandonedAncestor(ActorModel actor)
    {
        for (var above = actor.Parent; above is not null; above = above.Parent)
        {
            if (above.IsAbandoned)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the actor or one above it has failed, is being restarted or ended, or waits for the delay of a restart.</summary>
    private bool IsHeldBack(ActorModel actor)
    {
        if (IsInTurn(actor) || actor.State is ModelState.Restarting or ModelState.Stopping)
        {
            return true;
        }

        for (var above = actor.Parent; above is not null; above = above.Parent)
        {
            if (above.State != ModelState.Running || IsInTurn(above))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a verdict takes effect after a delay, or after siblings have ended or started: groups are restarted and stopped in order.</summary>
    private bool IsInTurn(ActorModel actor) => actor.IsRestartPlanned(Now) || _models.Values.Any(
        other => ReferenceEquals(other.Parent, actor.Parent)
            && (other.IsRestartPlanned(Now) || other.Inside is not null || other.State is ModelState.Starting or ModelState.Restarting or ModelState.Stopping));

    private void Note(IActorRef actor, string what, object? detail = null) =>
        trace.Note(system.Simulation?.Steps ?? 0, Now, what, actor, detail);

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
}
