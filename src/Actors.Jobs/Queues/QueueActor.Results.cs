using System.Text;

namespace Actors.Jobs.Queues;

/// <summary>What jobs have returned, and who waits for their ends.</summary>
internal sealed partial class QueueActor
{
    private static readonly object AwaitTimer = new();

    /// <summary>Who waits for the ends of jobs, and since when they have waited long enough.</summary>
    private readonly List<(long Number, IActorRef Asker, TimeSpan Until)> _awaited = [];

    /// <summary>The job that was finished last has returned something.</summary>
    private void KeepResult(long number, byte[]? result)
    {
        if (result is null)
        {
            return;
        }

        if (WhyNotYet(CommitDraft.TraitsFormat) is { } reason)
        {
            // The work is done, and must not wait for another process to be updated.
            Log.ResultNotKept(Logger, _state.Jobs[number].Id, _name, reason);
            return;
        }

        _draft.AddResult(result);
        _state.SetResult(number, result);
    }

    private string? ResultOf(long number) => _state.Traits(number)?.Result is { } json ? Encoding.UTF8.GetString(json) : null;

    private void OnAwaitEnd(QueueMessage.AwaitEnd wait)
    {
        if (Term == 0 || !_state.Jobs.TryFind(wait.Id, out var number))
        {
            Sender.Tell(NotFound(wait.Id), Self);
        }
        else if (HasEnded(number))
        {
            // That it has may not be durable yet.
            AnswerWhenDurable(number);
        }
        else
        {
            _awaited.Add((number, Sender, Context.System.Now + wait.Patience));
            ExpireAwaited();
        }
    }

    private bool HasEnded(long number) => _state.Jobs[number].State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>That jobs have finished is durable.</summary>
    private void AnswerAwaited(List<long> finished)
    {
        if (_awaited.Count == 0)
        {
            return;
        }

        var numbers = finished.ToHashSet();
        AnswerAwaited(awaited => numbers.Contains(awaited.Number));
    }

    private void ExpireAwaited()
    {
        var now = Context.System.Now;
        AnswerAwaited(awaited => awaited.Until <= now);
        if (_awaited.Count > 0)
        {
            Context.Timers.StartSingle(AwaitTimer, QueueMessage.AwaitExpired.Instance, _awaited.Min(awaited => awaited.Until) - now);
        }
    }

    private void AnswerAwaited(Func<(long Number, IActorRef Asker, TimeSpan Until), bool> isAnswered)
    {
        foreach (var awaited in _awaited.Where(isAnswered))
        {
            var isFound = _state.Jobs.Contains(awaited.Number);
            awaited.Asker.Tell(
                new QueueMessage.JobFound(isFound ? Status(awaited.Number) : null, null) { IsDeleted = isFound && HasLeft(awaited.Number) }, Self);
        }

        _awaited.RemoveAll(awaited => isAnswered(awaited));
    }

    /// <summary>Whoever waits asks again.</summary>
    private void FailAwaited(Exception? cause)
    {
        foreach (var (_, asker, _) in _awaited)
        {
            asker.Tell(new Failure(new QueueUnavailableException(_name, cause ?? new TimeoutException("its owner has been restarted."))), Self);
        }

        _awaited.Clear();
    }
}
