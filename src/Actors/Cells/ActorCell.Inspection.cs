namespace Actors.Cells;

/// <summary>What a supervisor knows of its children, for whoever asks.</summary>
internal partial class ActorCell
{
    /// <summary>Runs no user code. The children go on meanwhile, so what they do is known as of some moment just before.</summary>
    public IReadOnlyList<ChildStatus> GetChildren()
    {
        if (_children is null)
        {
            return [];
        }

        var now = System.Now;
        var utcNow = System.TimeProvider.GetUtcNow();
        var all = new List<ChildStatus>();
        foreach (var child in _children.Snapshot())
        {
            var state = StateOf(child);
            var isBySupervisor = state is ChildState.Backoff or ChildState.Restarting && child._restart is { HasFired: false };
            var since = isBySupervisor ? child._restart!.Since : child._since; // As just seen.
            all.Add(new ChildStatus(child, child._props.Type, child._props.RestartType, state, child._restarts, utcNow - (now - since)));
        }

        return all;
    }

    private static ChildState StateOf(ActorCell child)
    {
        var state = child._state;
        if (child.IsStoppingChild || (state is CellState.Stopping or CellState.Ended && child.Mark != ChildMark.Vacant))
        {
            return ChildState.Stopping;
        }

        if (child._restart is { HasFired: false, Stage: RestartStage.Delayed })
        {
            return ChildState.Backoff;
        }

        return state switch
        {
            _ when child.Mark == ChildMark.Vacant || child._restart is { IsInGroup: true, Stage: not RestartStage.Queued } => ChildState.Restarting,
            CellState.Starting => ChildState.Starting,
            CellState.Running => ChildState.Running,
            CellState.Failed when child._restart is not null => ChildState.Restarting,
            CellState.Failed => ChildState.Failed,
            _ => ChildState.Restarting,
        };
    }
}
