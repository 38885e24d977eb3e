using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;

namespace Actors.Jobs.Processes;

/// <summary>Jobs for code of this process that takes them itself: the owner is told how many it waits for and has taken.</summary>
internal sealed partial class RemoteQueueActor
{
    private int _announced;
    private int _pullWorkers;

    private PullDesk? Desk => _execution.Desk;

    private int WorkersHere => Desk is { } desk ? Math.Max(1, Math.Max(_pullWorkers, desk.SlotsOf(Self))) : _options.Workers;

    private int SlotsHere => !_isConsuming ? 0
        : Desk is { } desk ? desk.SlotsOf(Self)
        : _options.Workers + _options.Limits.Advance(_options.Prefetch);

    private JobHandler? HandlerOf(string type) => Desk is { } desk ? desk.HandlerOf(type) : _handlers.GetValueOrDefault(type);

    private void OnPullChanged()
    {
        if (Desk is null || !_isConsuming)
        {
            return;
        }

        if (WorkersHere > _pullWorkers)
        {
            _pullWorkers = WorkersHere;
            _workers?.Resize(_pullWorkers);
        }

        if (SlotsHere != _announced)
        {
            Announce(isComplete: false);
        }
    }

    private void OnEndPulled(QueueMessage.EndPulled end)
    {
        if (!_held.TryGetValue(end.Number, out var grant) || grant != end.Grant)
        {
            Sender.Tell(new Failure(new JobRefusedException(end.Id, JobState.Running, "It is not in the hands of this consumer any more.")), Self);
            return;
        }

        _granted.ForgetCancelled(end.Number);
        EndReport(end.Number);
        _held.Remove(end.Number);
        var body = new InboxBody { Queue = _name, Ended = new InboxEnded() };
        body.Ended.Ends.Add(InboxBodies.ToProto(new QueueMessage.AttemptEnded(end.Number, end.Grant, end.Outcome)));
        _inbox.Tell(new InboxActor.Post(InboxMessage.Owner, body, Sender, end.Id), Self);
        AnswerStopWhenDone();
    }
}
