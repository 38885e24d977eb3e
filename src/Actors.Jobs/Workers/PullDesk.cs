using System.Collections.Concurrent;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;

namespace Actors.Jobs.Workers;

/// <summary>
/// Where code that takes jobs itself waits for them, and where those that it has taken are. What it waits for and what it has are the slots that its process offers, so that nothing is granted
/// that nobody takes. Thread-safe.
/// </summary>
internal sealed class PullDesk(QueueExecution execution, Func<QueueOptions> options, IReadOnlyDictionary<string, JobHandler> known)
{
    /// <summary>Who wants several gets those that come together.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly List<Request> _requests = [];
    private readonly HashSet<PulledJob> _taken = [];
    private readonly HashSet<IActorRef> _queues = [];
    private readonly ConcurrentDictionary<string, PullHandler> _handlers = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>Who grants jobs to this process, and is told when it wants more or fewer.</summary>
    public void Attach(IActorRef queue)
    {
        lock (_gate)
        {
            _queues.Add(queue);
        }
    }

    public void Detach(IActorRef queue)
    {
        lock (_gate)
        {
            _queues.Remove(queue);
        }
    }

    /// <summary>How many jobs may be granted in all: those that are waited for, and those that were granted by this queue and taken.</summary>
    public int SlotsOf(IActorRef queue)
    {
        lock (_gate)
        {
            return _requests.Sum(request => request.Left) + _taken.Count(job => job.Owner.Equals(queue));
        }
    }

    public PullHandler HandlerOf(string type) =>
        _handlers.GetOrAdd(type, name => known.TryGetValue(name, out var handler) ? new PullHandler(handler) : new PullHandler(name, options()));

    public async Task<IReadOnlyList<PulledJob>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellationToken)
    {
        var request = new Request(most);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(JobConsumer));
            _requests.Add(request);
        }

        NoteChange();
        try
        {
            await request.First.Task.WaitAsync(wait, execution.Time, cancellationToken);
            await request.Full.Task.WaitAsync(Linger, execution.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // There are no more for now.
        }
        catch
        {
            // Whatever it is: a request that stays would be given jobs that nobody has.
            foreach (var job in Close(request))
            {
                job.GiveBack();
            }

            throw;
        }

        return Close(request);
    }

    /// <summary>Hands a granted job to whoever waits for one.</summary>
    /// <returns>How it ended, or that it has not begun: nobody waits any more.</returns>
    public async Task<AttemptOutcome> RunAsync(GrantedJob granted, RunningAttempt attempt, Func<JobResult, AttemptOutcome> outcomeOf)
    {
        var job = new PulledJob(granted, attempt, execution, this, outcomeOf);
        lock (_gate)
        {
            if (_isClosed || _requests.Find(request => request.Left > 0) is not { } request)
            {
                return new AttemptOutcome.Interrupted();
            }

            _taken.Add(job);
            request.Add(job);
        }

        await using var lost = attempt.Token.Register(static job => ((PulledJob)job!).Lose(), job); // As given here.
        return await job.Ended;
    }

    /// <summary>A job is in nobody's hands any more.</summary>
    public void Forget(PulledJob job)
    {
        lock (_gate)
        {
            _taken.Remove(job);
        }

        NoteChange();
    }

    /// <summary>Nobody waits any more, and what was taken is interrupted.</summary>
    public void Close()
    {
        List<PulledJob> taken;
        lock (_gate)
        {
            _isClosed = true;
            taken = [.. _taken];
            foreach (var request in _requests)
            {
                request.First.TrySetResult();
                request.Full.TrySetResult();
            }
        }

        foreach (var job in taken)
        {
            job.Interrupt();
        }
    }

    private IReadOnlyList<PulledJob> Close(Request request)
    {
        lock (_gate)
        {
            _requests.Remove(request);
        }

        NoteChange();
        return request.Jobs;
    }

    private void NoteChange()
    {
        IActorRef[] queues;
        lock (_gate)
        {
            queues = [.. _queues];
        }

        foreach (var queue in queues)
        {
            queue.Tell(QueueMessage.PullChanged.Instance);
        }
    }

    /// <summary>Somebody who waits for jobs.</summary>
    private sealed class Request(int most)
    {
        public List<PulledJob> Jobs { get; } = [];

        public int Left => most - Jobs.Count;

        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Full { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Add(PulledJob job)
        {
            Jobs.Add(job);
            First.TrySetResult();
            if (Left == 0)
            {
                Full.TrySetResult();
            }
        }
    }
}
