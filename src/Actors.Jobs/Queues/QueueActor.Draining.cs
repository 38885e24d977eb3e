using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>A queue that is drained runs what it has and takes nothing new.</summary>
internal sealed partial class QueueActor
{
    private void OnDrainQueue(QueueMessage.DrainQueue drain)
    {
        if (IsRefused() || IsTooNew(CommitDraft.OperatingFormat))
        {
            return;
        }

        SettleAwaiting(); // What ended a moment ago may let others go on.
        if (!drain.IsLook && (_state.Drain is null || drain.Reason is not null))
        {
            SetDrain(new QueueDrain(Shorten(drain.Reason), _state.Drain?.Since ?? DateTimeOffset.FromUnixTimeMilliseconds(NowMs())));
        }

        AnswerStatusWhenDurable();
    }

    private void SetDrain(QueueDrain? drain)
    {
        _state.Drain = drain;
        _draft.SetDrain(drain);
    }

    /// <summary>Refuses new jobs. Those that the queue has already are none: whoever enqueues them again asks whether they are durable.</summary>
    private bool IsClosedTo(QueueMessage.Enqueue enqueue)
    {
        if (_state.Drain is null || (enqueue.Slots is null && enqueue.Jobs.All(job => _state.Jobs.TryFind(job.Id, out _))))
        {
            return false;
        }

        Sender.Tell(ClosedFailure(), Self);
        return true;
    }

    private Failure ClosedFailure()
    {
        var reason = _state.Drain!.Reason is { } why ? $" ({why})" : "";
        var cause = new InvalidOperationException($"it is drained{reason} and takes no new jobs until ResumeAsync lets it.");
        return new Failure(new QueueUnavailableException(_name, cause));
    }

    private static string? Shorten(string? reason) => reason is { Length: > MaxReasonLength } ? reason[..MaxReasonLength] + "…" : reason;
}
