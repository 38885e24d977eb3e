namespace Actors.Tests.Model;

/// <summary>Something that user code saw: a hook of a node ran.</summary>
internal sealed record ModelEvent(TimeSpan At, string Path, string What)
{
    /// <summary>The first instance of an incarnation starts.</summary>
    public const string Start = "start";

    /// <summary>An instance is told that it is to be replaced.</summary>
    public const string Halt = "halt";

    /// <summary>The last hook of an instance.</summary>
    public const string Stop = "stop";

    /// <summary>A new instance is told that it replaces another.</summary>
    public const string Restart = "restart";

    public override string ToString() => $"{At.TotalSeconds:0.0000000} {Path} {What}";
}

/// <summary>
/// What supervision means, told a second time and without any of the kernel's code: one failure, order or delay after the other, each
/// done to its end before the next, on a plain tree. Hooks take no time, so everything that has to happen happens at its moment.
/// </summary>
internal sealed class SupervisionModel
{
    private readonly List<ModelEvent> _events = [];
    private readonly Dictionary<string, int> _restartHooks = [];

    public SupervisionModel(NodeSpec root)
    {
        Root = new Node(root, null);
        CreateMissing(Root);
    }

    public Node Root { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>Two delays ended at the same moment, so that what follows depends on which is taken first.</summary>
    public bool IsAmbiguous { get; private set; }

    public IEnumerable<Node> Nodes => Below(Root);

    public IReadOnlyList<ModelEvent> TakeEvents()
    {
        var events = _events.ToArray();
        _events.Clear();
        return events;
    }

    public void Fail(Node node, string kind) => Fail(node, kind, null);

    /// <summary>As by a poison pill.</summary>
    public void EndByItself(Node node)
    {
        var parent = node.Parent!;
        var ranFor = Now - node.Since;
        StopAll(node);
        Log(node, ModelEvent.Stop);
        node.IsStarted = false;
        if (node.Spec.Type != RestartType.Permanent)
        {
            parent.Remove(node);
            OnSignificantEnded(parent, node);
            return;
        }

        node.IsVacant = true;
        if (!parent.IsInGroup(node))
        {
            OnCounted(parent, node, ranFor);
            if (node is { IsVacant: true, Due: null } && !parent.IsInGroup(node))
            {
                parent.Remove(node); // It is not started again.
            }
        }
    }

    /// <summary>As by its supervisor, or by the system.</summary>
    public void Stop(Node node)
    {
        if (!node.IsVacant)
        {
            StopAll(node);
            if (node.IsStarted)
            {
                Log(node, ModelEvent.Stop);
            }
        }

        node.Parent!.Remove(node);
    }

    /// <summary>Because its supervisor says so.</summary>
    public void Restart(Node node)
    {
        if (!node.IsHalted)
        {
            node.Parent!.LeaveGroup(node);
            Recreate(node);
        }
    }

    public void Advance(TimeSpan by)
    {
        var target = Now + by;
        while (true)
        {
            var due = Nodes.Append(Root)
                .SelectMany(node => new[] { (At: node.Due, Node: node, IsGroup: false), (At: node.GroupDue, Node: node, IsGroup: true) })
                .Where(one => one.At <= target).OrderBy(one => one.At).ToArray();
            if (due.Length == 0)
            {
                Now = target;
                return;
            }

            var (at, next, isGroup) = due[0];
            IsAmbiguous |= due.Skip(1).Any(other => other.At == at && !(other.Node.Parent == next.Parent && next.Parent!.Spec.Strategy.Order == StopOrder.Parallel));
            Now = at!.Value;
            if (isGroup)
            {
                next.GroupDue = null;
                RunGroup(next);
            }
            else
            {
                Recreate(next);
            }
        }
    }

    private void Fail(Node node, string kind, Node? perpetrator)
    {
        var ranFor = node is { State: ChildState.Running, IsStarted: true } ? Now - node.Since : TimeSpan.Zero;
        node.State = ChildState.Failed;
        node.Perpetrator = perpetrator;
        var parent = node.Parent!;
        var temporary = node.Spec.Type == RestartType.Temporary;
        switch (parent.Spec.Strategy.Directives[kind])
        {
            case Directive.Resume:
                Resume(node);
                break;
            case Directive.Restart when temporary:
                Stop(node);
                OnSignificantEnded(parent, node);
                break;
            case Directive.Restart when !parent.IsInGroup(node): // Else the restart of the group, which is decided, answers this too.
                OnCounted(parent, node, ranFor);
                break;
            case Directive.Stop:
                GiveUp(parent, node);
                break;
            case Directive.Escalate when parent.State == ChildState.Running:
                Fail(parent, kind, node);
                break;
        }
    }

    private void Resume(Node node)
    {
        var perpetrator = node.Perpetrator;
        (node.State, node.Since, node.Perpetrator) = (ChildState.Running, Now, null);
        if (perpetrator is { IsGone: false, State: ChildState.Failed })
        {
            Resume(perpetrator);
        }

        RunGroup(node);
    }

    /// <summary>A failure that is answered by a restart, as long as there are any left.</summary>
    private void OnCounted(Node parent, Node node, TimeSpan ranFor)
    {
        var strategy = parent.Spec.Strategy;
        var history = strategy.Scope == Scope.One ? node.Failures : parent.GroupFailures;
        if (RestartLimit.Decide(strategy, history, Now, ranFor) is { } delay)
        {
            RestartGroup(parent, node, delay);
        }
        else if (strategy.OnExhausted == ExhaustedAction.Escalate)
        {
            if (node.IsVacant)
            {
                parent.Remove(node); // First, so that whoever restarts the parent finds no place to fill.
            }

            if (parent.State == ChildState.Running)
            {
                Fail(parent, "limit", node);
            }
        }
        else
        {
            GiveUp(parent, node);
        }
    }

    private void GiveUp(Node parent, Node node)
    {
        StopChildren(parent, GroupOf(parent, node));
        OnSignificantEnded(parent, node);
    }

    private void OnSignificantEnded(Node parent, Node node)
    {
        var shutsDown = node.Spec.IsSignificant && parent.Spec.Strategy.AutoShutdown switch
        {
            AutoShutdown.AnySignificant => true,
            AutoShutdown.AllSignificant => !parent.Children.Any(child => child.Spec.IsSignificant),
            _ => false,
        };
        if (shutsDown)
        {
            EndByItself(parent);
        }
    }

    private static List<Node> GroupOf(Node parent, Node node) => parent.Spec.Strategy.Scope switch
    {
        Scope.All => [.. parent.Children],
        Scope.Rest => [.. parent.Children.SkipWhile(child => child != node)],
        _ => [node],
    };

    private void RestartGroup(Node parent, Node failed, TimeSpan delay)
    {
        var group = GroupOf(parent, failed);
        if (group.Count > 1 && parent.Spec.Strategy.Order == StopOrder.Reverse)
        {
            JoinGroup(parent, group, failed, delay);
            return;
        }

        foreach (var member in group)
        {
            if (member != failed && member.Spec.Type == RestartType.Temporary)
            {
                Stop(member);
            }
            else if (delay == TimeSpan.Zero)
            {
                Recreate(member);
            }
            else
            {
                member.Due = Now + delay;
                member.IsHeld |= member != failed;
            }
        }
    }

    private void JoinGroup(Node parent, List<Node> members, Node? failed, TimeSpan delay)
    {
        parent.Group = [.. parent.Children.Where(child => members.Contains(child) || parent.IsInGroup(child))];
        parent.GroupDue = delay > TimeSpan.Zero ? Now + delay : null;
        foreach (var member in parent.Group)
        {
            member.Due = null;
            member.IsHeld |= delay > TimeSpan.Zero && member != failed;
        }

        RunGroup(parent);
    }

    /// <summary>From the last to the first the old instances end, then from the first to the last the new ones start.</summary>
    private void RunGroup(Node parent)
    {
        if (parent.Group is not { } group || parent.GroupDue is not null || parent.State != ChildState.Running)
        {
            return;
        }

        foreach (var member in group.AsEnumerable().Reverse().Where(member => !member.IsHalted).ToArray())
        {
            if (member is { IsVacant: false, Spec.Type: RestartType.Temporary })
            {
                Stop(member);
                continue;
            }

            TearDown(member);
            member.IsHalted = true;
        }

        while (parent.Group == group && group.Count > 0)
        {
            var member = group[0];
            parent.LeaveGroup(member);
            Build(member);
        }
    }

    private void Recreate(Node node)
    {
        TearDown(node);
        Build(node);
    }

    private void TearDown(Node node)
    {
        (node.Due, node.IsHeld) = (null, false);
        if (node.IsStarted)
        {
            Log(node, ModelEvent.Halt);
        }

        if (node is { IsStarted: true, Spec.KeepsChildren: false })
        {
            Log(node, ModelEvent.Stop);
        }

        if (!node.IsStarted || !node.Spec.KeepsChildren)
        {
            StopAll(node);
        }

        node.IsStarted = false;
    }

    private void Build(Node node)
    {
        (node.IsHeld, node.Perpetrator, node.GroupFailures) = (false, null, new RestartLimit.History());
        node.Restarts++;
        var isNew = node.IsVacant;
        var hook = isNew ? 0 : _restartHooks[node.Path] = _restartHooks.GetValueOrDefault(node.Path) + 1;
        Log(node, isNew ? ModelEvent.Start : ModelEvent.Restart);
        if (node.Spec.FailingRestarts.Contains(hook))
        {
            node.State = ChildState.Failed; // It did not run, so that it has not run for long.
            Fail(node, "start", null);
            return;
        }

        var survivors = node.Children.ToList();
        (node.IsVacant, node.IsStarted, node.State, node.Since) = (false, true, ChildState.Running, Now);
        CreateMissing(node);
        if (survivors.Count > 1 && node.Spec.Strategy.Order == StopOrder.Reverse)
        {
            JoinGroup(node, survivors, null, TimeSpan.Zero);
            return;
        }

        foreach (var child in survivors)
        {
            node.LeaveGroup(child);
            if (child is { IsVacant: false, Spec.Type: RestartType.Temporary })
            {
                Stop(child);
            }
            else
            {
                Recreate(child);
            }
        }
    }

    private void CreateMissing(Node node)
    {
        foreach (var spec in node.Spec.Children.Where(spec => node.Children.All(child => child.Spec.Name != spec.Name)))
        {
            var child = new Node(spec, node) { Since = Now, IsStarted = true };
            node.Children.Add(child);
            Log(child, ModelEvent.Start);
            CreateMissing(child);
        }
    }

    private void StopAll(Node node) => StopChildren(node, node.Children);

    private void StopChildren(Node parent, IEnumerable<Node> children)
    {
        foreach (var child in children.Reverse().ToArray()) // In parallel any order will do, this one too.
        {
            Stop(child);
        }

        parent.Group = parent.Group is { Count: > 0 } ? parent.Group : null;
    }

    private void Log(Node node, string what) => _events.Add(new ModelEvent(Now, node.Path, what));

    private static IEnumerable<Node> Below(Node node) => node.Children.SelectMany(child => Below(child).Prepend(child));

    /// <summary>A place in the tree, and who is in it.</summary>
    internal sealed class Node(NodeSpec spec, Node? parent)
    {
        public NodeSpec Spec => spec;

        public Node? Parent => parent;

        public string Path { get; } = parent is null ? "/" + spec.Name : $"{parent.Path}/{spec.Name}";

        public List<Node> Children { get; } = [];

        /// <summary>Running or failed. Whether it waits for something is told apart, below.</summary>
        public ChildState State { get; set; } = ChildState.Running;

        public TimeSpan Since { get; set; }

        public int Restarts { get; set; }

        /// <summary>Its instance began well and has not ended.</summary>
        public bool IsStarted { get; set; }

        /// <summary>It has ended by itself and waits for its next incarnation.</summary>
        public bool IsVacant { get; set; }

        /// <summary>Its old instance has ended, and its group waits.</summary>
        public bool IsHalted { get; set; }

        /// <summary>It handles nothing until its restart.</summary>
        public bool IsHeld { get; set; }

        public bool IsGone { get; set; }

        /// <summary>When it restarts by itself.</summary>
        public TimeSpan? Due { get; set; }

        /// <summary>The child whose failure it made its own.</summary>
        public Node? Perpetrator { get; set; }

        public RestartLimit.History Failures { get; } = new();

        public RestartLimit.History GroupFailures { get; set; } = new();

        /// <summary>Children that restart together, in the order of their start.</summary>
        public List<Node>? Group { get; set; }

        public TimeSpan? GroupDue { get; set; }

        /// <summary>Whether a message to it is handled at once.</summary>
        public bool Handles => this is { State: ChildState.Running, IsVacant: false, IsHeld: false, IsHalted: false } && (Parent is null || Parent.Handles);

        /// <summary>What its supervisor says of it.</summary>
        public ChildState Status
        {
            get
            {
                var isInGroup = Parent!.IsInGroup(this);
                return IsHalted ? ChildState.Restarting
                    : Due is not null || (isInGroup && Parent.GroupDue is not null) ? ChildState.Backoff
                    : isInGroup && (IsVacant || State == ChildState.Failed) ? ChildState.Restarting
                    : State;
            }
        }

        public bool IsInGroup(Node child) => Group?.Contains(child) == true;

        public void LeaveGroup(Node child)
        {
            child.IsHalted = false;
            if (Group?.Remove(child) == true && Group.Count == 0)
            {
                (Group, GroupDue) = (null, null);
            }
        }

        public void Remove(Node child)
        {
            (child.IsGone, child.Due, child.Group, child.GroupDue) = (true, null, null, null);
            LeaveGroup(child);
            Children.Remove(child);
        }
    }
}
