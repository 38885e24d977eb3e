using Actors.Jobs.Queues;

namespace Actors.Jobs.Workers;

/// <summary>The workers of a queue in this process, as many as its settings say at present. Belongs to the turn of the queue's actor.</summary>
/// <param name="granted">Where they take their jobs from.</param>
/// <param name="begun">Where each notes what it has begun, in a slot of its own.</param>
/// <param name="executor">Runs an attempt.</param>
/// <param name="context">Of the queue's actor, which is told when a worker that was too many has ended: pass that on to <see cref="OnEnded"/>.</param>
internal sealed class WorkerPool(GrantedJobs granted, IBegunTable begun, JobExecutor executor, IActorContext context)
{
    /// <summary>By slot: a worker that has yet to finish its last job keeps its slot and its name.</summary>
    private readonly SortedDictionary<int, IActorRef> _workers = [];
    private readonly HashSet<int> _retiring = [];
    private int _wanted;

    /// <summary>All that may have an attempt in hand.</summary>
    public IEnumerable<IActorRef> Workers => _workers.Values;

    /// <summary>Has so many from now on. Those that are too many finish what they have in hand, and take nothing more.</summary>
    public void Resize(int count)
    {
        _wanted = count;
        foreach (var slot in _workers.Keys.Where(slot => !_retiring.Contains(slot)).Skip(count).ToList())
        {
            _retiring.Add(slot);
            context.Watch(_workers[slot]);
            _workers[slot].Tell(WorkerActor.Retire.Instance, context.Self);
        }

        for (var slot = 0; _workers.Count - _retiring.Count < _wanted && slot < QueueOptions.MostWorkers; slot++)
        {
            if (!_workers.ContainsKey(slot))
            {
                _workers.Add(slot, Start(slot));
            }
        }
    }

    /// <summary>A worker that was too many has ended.</summary>
    public void OnEnded(IActorRef worker)
    {
        foreach (var slot in _retiring.Where(slot => _workers[slot].Equals(worker)).ToList())
        {
            _retiring.Remove(slot);
            _workers.Remove(slot);
            Resize(_wanted); // Its slot may be wanted.
        }
    }

    private IActorRef Start(int slot)
    {
        var begunSlot = new BegunSlot(begun, slot);
        var queue = context.Self;
        var worker = Props.Create(() => new WorkerActor(granted, executor, begunSlot, queue)) with { QuarantineAfter = 0 };
        return context.ActorOf(worker, $"worker-{slot + 1}");
    }
}
