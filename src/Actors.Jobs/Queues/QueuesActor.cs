namespace Actors.Jobs.Queues;

/// <summary>
/// The parent of the queues. A queue that fails is recovered from its journal after a delay; the others never notice. And it sees to it that a job which may have
/// brought the last process down runs alone in this one: all queues are held, and when nothing runs any more, those with such jobs are let go one after the other.
/// </summary>
internal sealed class QueuesActor : ReceiveActor
{
    /// <summary>How long, after a crash, queues wait for others that may have such jobs to be recovered and consumed.</summary>
    private static readonly TimeSpan GatherLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long the others wait for what already runs to end, and how long they are left alone when it did not.</summary>
    private static readonly TimeSpan HoldLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    private readonly Dictionary<IActorRef, Member> _members = [];
    private readonly List<(IActorRef Queue, int Request)> _wanting = [];
    private readonly HashSet<string> _awaited;
    private readonly HashSet<IActorRef> _ready = [];
    private readonly HashSet<IActorRef> _takers = [];
    private IActorRef? _alone;
    private int _hold = 1;
    private bool _isHolding = true;
    private bool _isResting;

    /// <param name="awaited">The queues that may have such jobs: nothing runs before they have said so.</param>
    public QueuesActor(IEnumerable<string> awaited)
    {
        _awaited = [.. awaited];
        Receive<Start>(OnStart);
        Receive<Joined>(OnJoined);
        Receive<AloneWanted>(wanted =>
        {
            _awaited.Remove(Sender.Path.Name);
            _wanting.Add((Sender, wanted.Request));
            Decide();
        });
        Receive<AloneDone>(_ =>
        {
            StopWanting(Sender);
            Decide();
        });
        Receive<Held>(OnHeld);
        Receive<ToQueue>(OnToQueue);
        Receive<Hand>(hand => Context.Child(hand.Queue)?.Tell(hand.Message, Sender));
        Receive<TakesMoves>(_ => _takers.Add(Sender));
        Receive<Seek>(OnSeek);
        Receive<Ready>(_ =>
        {
            _ready.Add(Sender);
            var ready = new QueueMessage.QueueReady(Sender.Path.Name);
            foreach (var queue in Context.Children.Where(queue => !queue.Equals(Sender)))
            {
                queue.Tell(ready, Self);
            }
        });
        Receive<Recovering>(_ =>
        {
            _members.Remove(Sender);
            _ready.Remove(Sender);
            StopWanting(Sender);
            Decide();
        });
        Receive<HoldEnded>(OnHoldEnded);
        Receive<RestEnded>(_ =>
        {
            _isResting = false;
            Decide();
        });
        Receive<GatherEnded>(_ =>
        {
            _awaited.Clear();
            Decide();
        });
        Receive<Terminated>(ended =>
        {
            _members.Remove(ended.Actor);
            _ready.Remove(ended.Actor);
            StopWanting(ended.Actor);
            Decide();
        });
    }

    protected override SupervisorStrategy SupervisorStrategy { get; } =
        new OneForOneStrategy(new RestartOptions { Backoff = new BackoffOptions() }) { StopOrder = StopOrder.Parallel }; // No queue needs another.

    protected override ValueTask PreStartAsync()
    {
        if (_awaited.Count > 0)
        {
            Context.Timers.StartSingle(GatherEnded.Instance, GatherEnded.Instance, GatherLimit);
        }

        return default;
    }

    private void OnStart(Start start)
    {
        var queue = Context.ActorOf(start.Props, start.Name);
        Context.Watch(queue);
        Sender.Tell(new Started(queue), Self);
    }

    /// <summary>A queue was recovered, perhaps again. It runs nothing before it is told to.</summary>
    private void OnJoined(Joined joined)
    {
        StopWanting(Sender);
        _members[Sender] = new Member();
        if (!joined.HasSuspects)
        {
            _awaited.Remove(Sender.Path.Name);
        }

        if (_isHolding)
        {
            Sender.Tell(new QueueMessage.Hold(_hold), Self);
        }
        else
        {
            Sender.Tell(QueueMessage.Go.Instance, Self);
        }

        Decide();
    }

    private void OnHeld(Held held)
    {
        if (held.Hold == _hold && _members.TryGetValue(Sender, out var member))
        {
            member.IsHeld = true;
            Decide();
        }
    }

    /// <summary>One queue asks another of a job.</summary>
    private void OnToQueue(ToQueue to)
    {
        if (Context.Child(to.Queue) is { } queue)
        {
            queue.Tell(to.Message, Sender);
        }
        else
        {
            Sender.Tell(new QueueMessage.NoQueue(to.Message.Id), Self);
        }
    }

    /// <summary>A queue that has never taken a job of another one has none that was enqueued elsewhere. Of one that is not recovered, or not even started, nobody knows.</summary>
    private void OnSeek(Seek seek)
    {
        var places = new List<string>();
        foreach (var name in seek.Queues.Where(name => name != Sender.Path.Name))
        {
            var queue = Context.Child(name);
            var isReady = queue is not null && _ready.Contains(queue);
            if (!isReady)
            {
                places.Add(name);
            }
            else if (_takers.Contains(queue!)) // It is ready.
            {
                places.Insert(0, name);
            }
        }

        Sender.Tell(new QueueMessage.PlacesFound(seek.Job, places), Self);
    }

    private void StopWanting(IActorRef queue)
    {
        _wanting.RemoveAll(wanting => wanting.Queue.Equals(queue));
        if (queue.Equals(_alone))
        {
            _alone = null;
        }
    }

    private void Decide()
    {
        if (_awaited.Count > 0)
        {
            return;
        }

        if (_wanting.Count == 0)
        {
            if (_isHolding)
            {
                _isHolding = false;
                TellAll(QueueMessage.Go.Instance);
            }

            return;
        }

        if (_isResting)
        {
            return;
        }

        if (!_isHolding)
        {
            _isHolding = true;
            _hold++;
            foreach (var member in _members.Values)
            {
                member.IsHeld = false;
            }

            TellAll(new QueueMessage.Hold(_hold));
        }

        if (_alone is null && _members.Values.All(member => member.IsHeld))
        {
            (_alone, var request) = _wanting[0];
            _alone.Tell(new QueueMessage.RunAlone(request), Self);
        }
        else if (_alone is null)
        {
            var ended = new HoldEnded(_hold);
            if (!Context.Timers.IsActive(ended))
            {
                Context.Timers.StartSingle(ended, ended, HoldLimit);
            }
        }
    }

    /// <summary>Something that runs does not end. Others do not wait for that for ever: what must run alone is the one that waits.</summary>
    private void OnHoldEnded(HoldEnded ended)
    {
        if (ended.Hold != _hold || !_isHolding || _alone is not null || _wanting.Count == 0)
        {
            return;
        }

        Log.HoldEnded(Logger, _wanting.Count, HoldLimit.TotalSeconds, Rest.TotalMinutes);
        _isHolding = false;
        _isResting = true;
        TellAll(QueueMessage.Go.Instance);
        Context.Timers.StartSingle(RestEnded.Instance, RestEnded.Instance, Rest);
    }

    private void TellAll(object message)
    {
        foreach (var queue in _members.Keys)
        {
            queue.Tell(message, Self);
        }
    }

    public sealed record Start(string Name, Props Props) : IRequest<Started>;

    public sealed record Started(IActorRef Actor);

    /// <summary>From a queue: it is recovered, and has jobs that must run alone, or not.</summary>
    public sealed record Joined(bool HasSuspects);

    /// <summary>From a queue: it is consumed, and has jobs that must run alone.</summary>
    public sealed record AloneWanted(int Request);

    /// <summary>From a queue: it has none any more, or is not consumed.</summary>
    public sealed record AloneDone
    {
        public static AloneDone Instance { get; } = new();
    }

    /// <summary>From a queue: nothing of it runs.</summary>
    public sealed record Held(int Hold);

    /// <summary>From a queue that was started again, and is to be recovered: it has joined when it says so.</summary>
    public sealed record Recovering
    {
        public static Recovering Instance { get; } = new();
    }

    /// <summary>From a queue: it knows its jobs, and nobody who waits for them.</summary>
    public sealed record Ready
    {
        public static Ready Instance { get; } = new();
    }

    /// <summary>From a queue, to another.</summary>
    public sealed record ToQueue(string Queue, QueueMessage.TellEnd Message);

    /// <summary>From a queue, to another, which answers it; nobody does when there is no such queue.</summary>
    public sealed record Hand(string Queue, QueueMessage.TakeMoved Message);

    /// <summary>From a queue: it has jobs that were enqueued in others, or is about to.</summary>
    public sealed record TakesMoves
    {
        public static TakesMoves Instance { get; } = new();
    }

    /// <summary>From a queue: in which of these queues may a job be that is not where it was enqueued?</summary>
    public sealed record Seek(JobId Job, IEnumerable<string> Queues);

    private sealed record HoldEnded(int Hold);

    private sealed record RestEnded
    {
        public static RestEnded Instance { get; } = new();
    }

    private sealed record GatherEnded
    {
        public static GatherEnded Instance { get; } = new();
    }

    private sealed class Member
    {
        public bool IsHeld { get; set; }
    }
}
