using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>Workers and limits that somebody has changed while the queue ran. They win over what is configured, also what is configured later, until they are reset.</summary>
internal sealed partial class QueueActor
{
    private void OnOverrideQueue(QueueMessage.OverrideQueue change)
    {
        if (IsRefused() || IsTooNew(CommitDraft.OperatingFormat))
        {
            return;
        }

        var changed = _state.Override?.Change.With(change.Change) ?? change.Change;
        SetOverride(new QueueOverride(changed, new QueueChange(), DateTimeOffset.FromUnixTimeMilliseconds(NowMs()), Shorten(change.By), Shorten(change.Reason)));
        Log.QueueChanged(Logger, _name, change.By ?? "somebody", change.Reason ?? "no reason was given");
        AnswerStatusWhenDurable();
    }

    private void OnResetQueue()
    {
        if (IsRefused())
        {
            return;
        }

        if (_state.Override is not null)
        {
            SetOverride(null);
        }

        AnswerStatusWhenDurable();
    }

    private void SetOverride(QueueOverride? change)
    {
        _state.SetOverride(change);
        _draft.SetOverride(change);
        ApplyOverride();
    }

    /// <summary>What is configured or changed is otherwise from now on.</summary>
    private void ApplyOverride()
    {
        var workers = _options.Workers;
        _options = QueueOverride.Apply(_state.Override?.Change, _configured);
        LookAtKeysAnew();
        if (_options.Workers < workers)
        {
            ReleaseNotBegun(); // It would wait for the workers that are left, and begin long after it was counted as a start.
        }

        _workers?.Resize(WorkersHere);
        foreach (var node in _nodes.Values)
        {
            TellSettings(node);
        }

        FlushSoon();
    }

    /// <summary>Another process that runs jobs of the queue does so as the queue is now. It answers with how many it takes then.</summary>
    private void TellSettings(NodeWork node)
    {
        if (node.Told != _state.Override?.Change)
        {
            node.Told = _state.Override?.Change;
            PostTo(node.Id, new InboxBody { Settings = new InboxSettings { Override = OverrideBodies.ToProto(_state.Override) } });
        }
    }
}
