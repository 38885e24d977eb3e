using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Queues;

/// <summary>Other processes that enqueue and run jobs of this queue.</summary>
internal sealed partial class QueueActor
{
    private readonly Dictionary<long, NodeWork> _nodes = [];
    private readonly List<long> _unhandled = [];

    /// <summary>Processes that have ended, and after which reading of the inbox nothing of them can come any more.</summary>
    private readonly Dictionary<long, long> _gone = [];
    private long _readsAsked;
    private long _readsDone;
    private object? _attachment;
    private bool _isInRow;

    private void OnFromNode(InboxActor.FromNode row)
    {
        if (!ReferenceEquals(row.Attachment, _attachment))
        {
            return; // Meant for an earlier instance. It is handed out again, in order, and what comes before it as well.
        }

        NoteHeard(row.Node);
        if (row.Row <= _state.InboxThrough)
        {
            // An earlier owner took it, and died before it was deleted.
            AnswerAgain(row);
            Take(row.Row);
            return;
        }

        switch (row.Body.ContentCase)
        {
            case InboxBody.ContentOneofCase.Enqueue:
                CloseDraftIfFull();
                OnRemoteEnqueue(row.Body.Enqueue);
                TakeWhenDurable(row.Row);
                break;
            case InboxBody.ContentOneofCase.Ended:
                CloseDraftIfFull();
                foreach (var end in row.Body.Ended.Ends)
                {
                    OnAttemptEnded(InboxBodies.FromProto(end));
                }

                TakeWhenDurable(row.Row);
                break;
            case InboxBody.ContentOneofCase.Consume:
                OnConsume(row.Node, row.Body.Consume);
                Take(row.Row);
                break;
            case InboxBody.ContentOneofCase.Query:
                OnQuery(row.Node, row.Body.Query);
                Take(row.Row);
                break;
            case InboxBody.ContentOneofCase.Change:
                OnChange(row.Node, row.Body.Change);
                Take(row.Row);
                break;
            case InboxBody.ContentOneofCase.Step:
                CloseDraftIfFull();
                OnRemoteStep(row.Node, row.Body.Step);
                TakeWhenDurable(row.Row);
                break;
            case InboxBody.ContentOneofCase.Report:
                OnReport(row.Body.Report);
                Take(row.Row);
                break;
            default:
                Take(row.Row);
                break;
        }
    }

    private void Take(long row) => _neighbours!.Inbox.Tell(new InboxActor.Taken([row]), Self); // Who has no neighbours gets no rows.

    private void TakeWhenDurable(long row)
    {
        _state.InboxThrough = row;
        _draft.AddInboxRow(row);
        FlushSoon();
    }

    private void OnRemoteEnqueue(InboxEnqueue enqueue)
    {
        var now = NowMs();

        // One message, one commit: half of it would be enqueued again by the next owner.
        _isInRow = true;
        foreach (var job in enqueue.Jobs)
        {
            var draft = InboxBodies.FromProto(job);
            if (!_state.Jobs.TryFind(draft.Id, out _))
            {
                EnqueueAccepted(draft, now);
            }
        }

        _isInRow = false;
    }

    private void OnConsume(long id, InboxConsume consume)
    {
        var node = Node(id);
        node.Slots = (int)consume.Slots;
        if (consume.IsComplete)
        {
            node.Told = null; // It has forgotten what an earlier owner said.
        }

        TellSettings(node);
        node.Types.Clear();
        node.Types.UnionWith(consume.Types_);
        node.TakesAll = consume.TakesAll;
        if (consume.IsComplete)
        {
            // What it does not hold never arrived. A message with later grants may be on its way, but not with these.
            var held = consume.Holds.Select(key => (key.Number, (int)key.Grant)).ToHashSet();
            foreach (var number in node.Recovered.Where(number => IsRunningAt(id, number) && !held.Contains((number, _state.Jobs[number].Grant))).ToList())
            {
                Release(number);
                node.Granted.Remove(number);
            }

            node.Recovered.Clear();
        }

        ReturnUnhandled();
        FlushSoon();
    }

    private void OnQuery(long node, InboxQuery query)
    {
        if (query.Search is not null)
        {
            Self.Tell(SearchBodies.FromProto(query.Search, _name), ReplyTo(node, query.Number));
            return;
        }

        if (query.WaitMs > 0)
        {
            Self.Tell(new QueueMessage.AwaitEnd(InboxBodies.Id(query.Job), TimeSpan.FromMilliseconds(query.WaitMs)), ReplyTo(node, query.Number));
            return;
        }

        var answer = new InboxAnswer { Number = query.Number };
        if (query.Job.IsEmpty)
        {
            answer.Queue = InboxBodies.ToProto(QueueStatus());
        }
        else if (query.IsOfReport)
        {
            answer.Report = ReportOf(InboxBodies.Id(query.Job));
        }
        else if (Term == 0 && Unavailability is { } cause)
        {
            answer.Unknown = cause.Message;
        }
        else if (_state.Jobs.TryFind(InboxBodies.Id(query.Job), out var number) && !HasLeft(number))
        {
            answer.Job = InboxBodies.ToProto(Status(number));
        }
        else
        {
            answer.MovedTo = _state.Departed.QueueOf(InboxBodies.Id(query.Job)) ?? "";
        }

        PostTo(node, new InboxBody { Answer = answer });
    }

    /// <summary>As if somebody here had asked; the answer goes to the node when the change is durable.</summary>
    private void OnChange(long node, InboxChange change)
    {
        if (InboxBodies.FromProto(change, _name) is not { } message)
        {
            PostTo(node, new InboxBody { Answer = new InboxAnswer { Number = change.Number, Unknown = "the process that owns it is of an older version, which cannot do this." } });
            return;
        }

        Self.Tell(message, ReplyTo(node, change.Number));
    }

    private IActorRef ReplyTo(long node, long number)
    {
        var inbox = _neighbours!.Inbox; // Who has no neighbours gets no rows.
        return Context.ActorOf(Props.Create(() => new ChangeReply(inbox, node, _name, number)) with { RestartType = RestartType.Temporary });
    }

    private void CancelAt(long node, long number, int grant)
    {
        var body = new InboxBody { Cancel = new InboxCancel() };
        body.Cancel.Grants.Add(new InboxGrantKey { Number = number, Grant = (uint)grant });
        PostTo(node, body);
    }

    /// <summary>What it said before it ended comes first: it may have been read before this queue was there to hear it.</summary>
    private void OnNodeGone(QueueMessage.NodeGone gone)
    {
        _gone[gone.Node] = ++_readsAsked;
        _neighbours!.Inbox.Tell(InboxActor.ReadToEnd.Instance, Self); // Who has no neighbours hears of no nodes.
    }

    private void ReleaseGone(long id)
    {
        var begun = _neighbours!.BegunOf(id).Open(_name, 0); // As above.
        if (_nodes.Remove(id, out var node) && node.Granted.Count > 0)
        {
            Log.NodeGone(Logger, id, node.Granted.Count, _name);
            foreach (var number in node.Granted.Where(number => IsRunningAt(id, number)).OrderDescending().ToList())
            {
                ReleaseOrphan(number, begun.Left, id);
            }

            UpdateAlone();
        }

        ForgetWhenDurable(begun);
        FlushSoon();
    }

    /// <summary>Adds grants to other processes to the draft.</summary>
    private void GrantToNodes()
    {
        // What the owner does not run itself and must run alone does so in another process.
        var alone = _suspects.Count > 0 && (!_setup.IsConsuming || !IsSuspectHandledHere) ? NodeForSuspect() : null;
        if (alone is { Granted.Count: 0 })
        {
            GrantTo(alone, _suspects.Take());
            UpdateAlone();
        }

        foreach (var node in _nodes.Values)
        {
            if (node == alone || (_state.Suspects > 0 && node.Granted.Any(number => _state.IsSuspect(number, out _))))
            {
                continue;
            }

            while (node.Granted.Count < node.Slots && NextReady() is not 0 and var number)
            {
                ref var entry = ref _state.Jobs[number];
                if (entry.CacheSlot == 0 || !node.Takes(_state.Names[entry.Type]))
                {
                    break;
                }

                GrantTo(node, _ready.Take());
            }
        }
    }

    private void GrantTo(NodeWork node, long number)
    {
        var grant = (ushort)(_state.Jobs[number].Grant + 1);
        ReleaseClaimWhenBegun(number);
        _draft.AddGranted(number, grant, node.Id);
        _state.Grant(number, grant, node.Id);
        _failures?.Trial?.Begin(number);
        if (node.Granted.Count == 0)
        {
            // It has had no reason to say anything.
            node.HeardAt = Context.System.Now;
        }

        node.Granted.Add(number);
        WatchNodes();
    }

    /// <summary>The process that is to run the next suspect, and gets nothing else until it has; null while another runs one, or none can.</summary>
    private NodeWork? NodeForSuspect()
    {
        ref var entry = ref _state.Jobs[_suspects.First];
        if (entry.CacheSlot == 0 || !MayStart(entry) || _nodes.Values.Any(node => node.Granted.Any(number => _state.IsSuspect(number, out _))))
        {
            return null;
        }

        var type = _state.Names[entry.Type];
        return _nodes.Values.FirstOrDefault(node => node.Slots > 0 && node.Takes(type));
    }

    /// <summary>Sends what was granted to other processes, now that it is durable.</summary>
    /// <returns>The grants that are this process's own.</returns>
    private List<long> SendGrants(List<long> granted)
    {
        var own = new List<long>();
        var byNode = new Dictionary<long, InboxGrants>();
        foreach (var number in granted)
        {
            if (!_state.GrantedTo.TryGetValue(number, out var node))
            {
                own.Add(number);
                continue;
            }

            ref var entry = ref _state.Jobs[number];
            if (!byNode.TryGetValue(node, out var grants))
            {
                byNode.Add(node, grants = new InboxGrants());
            }

            grants.Grants.Add(new InboxGrant
            {
                Number = number,
                Grant = entry.Grant,
                Id = InboxBodies.Bytes(entry.Id),
                Type = _state.Names[entry.Type],
                TypeVersion = entry.TypeVersion,
                Attempt = (uint)entry.Attempts + 1,
                EnqueuedAtMs = entry.EnqueuedAtMs,
                Priority = (uint)StoredPriority.Of(entry.Priority),
                ReadyAtMs = entry.DueAtMs,
                Key = _state.Keys.Name(entry.Key) ?? "",
                Traits = _state.Traits(number)?.ToProto(),
                Args = UnsafeByteOperations.UnsafeWrap(_cache[entry]), // Only jobs with their arguments in memory are granted.
            });
        }

        foreach (var (node, grants) in byNode)
        {
            PostTo(node, new InboxBody { Grants = grants });
        }

        return own;
    }

    /// <summary>The queue was paused before what was granted to other processes became durable: they are not told, and it is released with what was granted here.</summary>
    private List<long> KeepGrants(List<long> granted)
    {
        foreach (var number in granted)
        {
            if (_state.GrantedTo.TryGetValue(number, out var node))
            {
                Node(node).Granted.Remove(number);
            }
        }

        return granted;
    }

    /// <summary>Asks other processes for what they have not begun; it comes back as ends that count for nothing.</summary>
    private void RecallFromNodes()
    {
        foreach (var node in _nodes.Values.Where(node => node.Granted.Count > 0))
        {
            PostTo(node.Id, new InboxBody { Recall = new InboxRecall() });
        }
    }

    private bool IsRunningAt(long node, long number) => _state.GrantedTo.TryGetValue(number, out var runsAt) && runsAt == node;

    private void PostTo(long node, InboxBody body)
    {
        body.Queue = _name;
        _neighbours!.Inbox.Tell(new InboxActor.Post(node, body), Self); // Who has no neighbours knows no nodes.
    }

    /// <summary>Whether any process that is known runs jobs of a type.</summary>
    private bool IsHandledElsewhere(ushort type)
    {
        foreach (var node in _nodes.Values)
        {
            if (node.Takes(_state.Names[type]) && (node.Slots > 0 || (node.TakesAll && !_setup.IsConsuming)))
            {
                return true;
            }
        }

        return false;
    }

    private void RecoverNodes()
    {
        if (_neighbours is null)
        {
            return;
        }

        foreach (var (number, id) in _state.GrantedTo)
        {
            var node = Node(id);
            node.Granted.Add(number);
            node.Recovered.Add(number);
            WatchNodes();
        }

        _attachment = new object();
        _neighbours.Inbox.Tell(new InboxActor.Attach(_name, Self, _attachment), Self);
        _neighbours.Watcher.Tell(new NodesActor.QueueReady(_name, Self, [.. _nodes.Keys]), Self);
    }

    private NodeWork Node(long id)
    {
        if (!_nodes.TryGetValue(id, out var node))
        {
            _nodes.Add(id, node = new NodeWork(id) { HeardAt = Context.System.Now });
        }

        return node;
    }

    /// <summary>What another process takes and runs.</summary>
    private sealed class NodeWork(long id)
    {
        public long Id { get; } = id;

        public int Slots { get; set; }

        /// <summary>What it was told to be otherwise than configured.</summary>
        public QueueChange? Told { get; set; }

        /// <summary>When it last said anything.</summary>
        public TimeSpan HeardAt { get; set; }

        /// <summary>When it was asked whether it is there; null when it has not been, or has answered.</summary>
        public TimeSpan? AskedAt { get; set; }

        /// <summary>Whether it takes jobs of any type, one by one: it has no slots while nobody waits there.</summary>
        public bool TakesAll { get; set; }

        public bool Takes(string type) => TakesAll || Types.Contains(type);

        public HashSet<string> Types { get; } = new(StringComparer.Ordinal);

        public HashSet<long> Granted { get; } = [];

        /// <summary>Those that an earlier owner granted, of which it is not known whether they arrived.</summary>
        public HashSet<long> Recovered { get; } = [];
    }
}
