using Actors.Jobs.Processes;
using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>
/// Processes that live and say nothing: stopped by a signal or a debugger, or starved. One that runs jobs is asked after half of its time, and when it has not
/// answered after the other half, its jobs run elsewhere. What it says of them later is refused, because a later grant owns the job.
/// </summary>
internal sealed partial class QueueActor
{
    private static readonly object SilenceTimer = new();

    /// <summary>Those of whom everything that had arrived is being read, before their silence counts.</summary>
    private readonly HashSet<long> _doubted = [];

    private void WatchNodes()
    {
        if (_options.NodeTimeout != Timeout.InfiniteTimeSpan && !Context.Timers.IsActive(SilenceTimer))
        {
            Context.Timers.StartSingle(SilenceTimer, QueueMessage.LookForSilence.Instance, _options.NodeTimeout / 4);
        }
    }

    private void NoteHeard(long id)
    {
        if (_nodes.TryGetValue(id, out var node))
        {
            node.HeardAt = Context.System.Now;
            node.AskedAt = null;
            _doubted.Remove(id);
        }
    }

    private void OnLookForSilence()
    {
        var now = Context.System.Now;
        var half = _options.NodeTimeout / 2;
        var isRunning = false;
        foreach (var node in _nodes.Values)
        {
            if (node.Granted.Count == 0)
            {
                continue;
            }

            isRunning = true;
            if (node.AskedAt is null)
            {
                if (now - node.HeardAt >= half)
                {
                    node.AskedAt = now;
                    PostTo(node.Id, new InboxBody { Owner = new InboxOwner() });
                }
            }
            else if (now - node.AskedAt >= half && _doubted.Add(node.Id))
            {
                // Its answer may be among what this process has not read yet.
                _readsAsked++;
                _neighbours!.Inbox.Tell(InboxActor.ReadToEnd.Instance, Self); // Who has no neighbours knows no nodes.
            }
        }

        if (isRunning)
        {
            WatchNodes();
        }
    }

    private void OnInboxRead()
    {
        _readsDone++;
        foreach (var id in _gone.Where(gone => gone.Value <= _readsDone).Select(gone => gone.Key).ToList())
        {
            _gone.Remove(id);
            ReleaseGone(id);
        }

        foreach (var id in _doubted)
        {
            if (_nodes.TryGetValue(id, out var node) && node.AskedAt is not null && node.Granted.Count > 0)
            {
                TakeBack(node);
            }
        }

        _doubted.Clear();
        AnswerUnknown();
        FlushSoon();
    }

    private void TakeBack(NodeWork node)
    {
        Log.NodeSilent(Logger, node.Id, _options.NodeTimeout.TotalSeconds, node.Granted.Count, _name);
        CloseDraftIfFull();
        var begun = _neighbours!.BegunOf(node.Id).Open(_name, 0).Left; // Who has no neighbours knows no nodes.
        foreach (var number in node.Granted.Where(number => IsRunningAt(node.Id, number)).OrderDescending().ToList())
        {
            // When it wakes, it learns that this is no longer its own.
            CancelAt(node.Id, number, _state.Jobs[number].Grant);
            var hadBegun = begun is null || begun.Contains(new BegunAttempt(number, _state.Jobs[number].Grant));
            Release(number, hadBegun ? JobInterruptionCause.ProcessSilent : null, node.Id);
        }

        node.Granted.Clear();
        node.Recovered.Clear();
        node.AskedAt = null;

        // Nothing more until it says again what it takes; it was asked, and will.
        node.Slots = 0;
        UpdateAlone();
    }
}
