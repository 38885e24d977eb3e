using Actors.Jobs.Workers;

namespace Actors.Jobs.Queues;

/// <summary>Jobs for code of this process that takes them itself: it has as many slots as it waits for and has taken.</summary>
internal sealed partial class QueueActor
{
    private PullDesk? Desk => _setup.Execution.Desk;

    /// <summary>How many workers there are: each job that is taken has one. They are cheap, and stay.</summary>
    private int WorkersHere => Desk is { } desk ? Math.Max(1, Math.Max(_pullWorkers, desk.SlotsOf(Self))) : _options.Workers;

    private int _pullWorkers;

    private void OnPullChanged()
    {
        if (Desk is null || !_setup.IsConsuming)
        {
            return;
        }

        if (WorkersHere > _pullWorkers)
        {
            _pullWorkers = WorkersHere;
            _workers?.Resize(_pullWorkers);
        }

        UpdateAlone();
        FlushSoon();
    }

    private void OnEndPulled(QueueMessage.EndPulled end)
    {
        if (!IsRunning(end.Number, end.Grant))
        {
            Sender.Tell(new Failure(new JobRefusedException(end.Id, JobState.Running, "It is not in the hands of this consumer any more: it runs again elsewhere, or has ended.")), Self);
            return;
        }

        OnAttemptEnded(new QueueMessage.AttemptEnded(end.Number, end.Grant, end.Outcome));
        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, end.Id, QueueMessage.Enqueued.Instance));
        FlushSoon();
    }

    /// <summary>Jobs without a handler were out of the line: somebody has come who may know them.</summary>
    private void ReturnUnhandled()
    {
        if (_unhandled.Count == 0)
        {
            return;
        }

        foreach (var number in _unhandled.Where(number => _state.Jobs.Contains(number) && _state.Jobs[number].State == JobState.Waiting && !IsLeaving(number)))
        {
            AddWaiting(number);
        }

        _unhandled.Clear();
        UpdateAlone();
    }
}
