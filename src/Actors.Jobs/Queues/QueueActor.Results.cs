using System.Text;

namespace Actors.Jobs.Queues;

/// <summary>What jobs have returned, and who waits for their ends.</summary>
internal sealed partial class QueueActor
{
    private static readonly object AwaitTimer = new();

    /// <summary>Who waits for the ends of which jobs.</summary>
    private readonly Dictionary<long, HashSet<EndWaiter>> _awaited = [];

    /// <summary>When they have waited long enough. Some may have been answered.</summary>
    private readonly PriorityQueue<EndWaiter, TimeSpan> _patience = new();

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
            var waiter = new EndWaiter(number, Sender);
            if (!_awaited.TryGetValue(number, out var waiters))
            {
                _awaited.Add(number, waiters = []);
            }

            waiters.Add(waiter);
            _patience.Enqueue(waiter, Context.System.Now + wait.Patience);
            if (_patience.Peek() == waiter)
            {
                ExpireAwaited();
            }
        }
    }

    private bool HasEnded(long number) => _state.Jobs[number].State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>That jobs have finished is durable, or they are in another queue, which is asked then.</summary>
    private void AnswerAwaited(List<long> finished)
    {
        if (_awaited.Count == 0)
        {
            return;
        }

        foreach (var number in finished)
        {
            if (_awaited.Remove(number, out var waiters))
            {
                foreach (var waiter in waiters)
                {
                    Answer(waiter);
                }
            }
        }
    }

    private void ExpireAwaited()
    {
        var now = Context.System.Now;
        while (_patience.TryPeek(out var waiter, out var until))
        {
            if (!waiter.IsAnswered && until > now)
            {
                Context.Timers.StartSingle(AwaitTimer, QueueMessage.AwaitExpired.Instance, until - now);
                return;
            }

            _patience.Dequeue();
            if (!waiter.IsAnswered)
            {
                Answer(waiter);
                var waiters = _awaited[waiter.Number]; // Until it is answered it is there.
                waiters.Remove(waiter);
                if (waiters.Count == 0)
                {
                    _awaited.Remove(waiter.Number);
                }
            }
        }
    }

    private void Answer(EndWaiter waiter)
    {
        waiter.IsAnswered = true;
        var isFound = _state.Jobs.Contains(waiter.Number);
        waiter.Asker.Tell(
            new QueueMessage.JobFound(isFound ? Status(waiter.Number) : null, null) { IsDeleted = isFound && HasLeft(waiter.Number) }, Self);
    }

    /// <summary>Whoever waits asks again.</summary>
    private void FailAwaited(Exception? cause)
    {
        foreach (var waiter in _awaited.Values.SelectMany(static waiters => waiters))
        {
            waiter.IsAnswered = true;
            waiter.Asker.Tell(new Failure(new QueueUnavailableException(_name, cause ?? new TimeoutException("its owner has been restarted."))), Self);
        }

        _awaited.Clear();
        _patience.Clear();
    }

    /// <summary>Somebody who waits for the end of a job.</summary>
    private sealed class EndWaiter(long number, IActorRef asker)
    {
        public long Number { get; } = number;

        public IActorRef Asker { get; } = asker;

        public bool IsAnswered { get; set; }
    }
}
