namespace Actors.Persistence.Owning;

/// <summary>
/// Where the journal answers a persistent actor: to the handler that waits for it, or else the mailbox is told that something is here.
/// A handler that waits would never see an answer that lies behind commands in the mailbox.
/// </summary>
internal sealed class JournalAnswers(IActorRef actor) : IActorRef
{
    private readonly Lock _gate = new();
    private readonly Queue<object> _answers = new();
    private TaskCompletionSource? _waiting;
    private bool _isAnnounced;

    public ActorPath Path => actor.Path;

    public void Tell(object message, IActorRef? sender)
    {
        TaskCompletionSource? waiting;
        var isToAnnounce = false;
        lock (_gate)
        {
            _answers.Enqueue(message);
            waiting = _waiting;
            _waiting = null;
            if (waiting is null && !_isAnnounced)
            {
                _isAnnounced = true;
                isToAnnounce = true;
            }
        }

        waiting?.SetResult();
        if (isToAnnounce)
        {
            actor.Tell(new AnswersWait(), actor);
        }
    }

    public bool TryTake(out object? answer)
    {
        lock (_gate)
        {
            if (_answers.TryDequeue(out answer))
            {
                return true;
            }

            _isAnnounced = false;
            return false;
        }
    }

    /// <summary>Waits until there is something to take. For the actor's turn.</summary>
    public async Task<object> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrived;
            lock (_gate)
            {
                if (_answers.TryDequeue(out var answer))
                {
                    return answer;
                }

                _waiting = new TaskCompletionSource();
                arrived = _waiting.Task;
            }

            try
            {
                await arrived.WaitAsync(cancellationToken);
            }
            catch
            {
                StopWaiting();
                throw;
            }
        }
    }

    /// <summary>Nobody waits any more: what comes is announced again, and so is what came just now.</summary>
    private void StopWaiting()
    {
        bool isToAnnounce;
        lock (_gate)
        {
            _waiting = null;
            isToAnnounce = _answers.Count > 0 && !_isAnnounced;
            _isAnnounced |= isToAnnounce;
        }

        if (isToAnnounce)
        {
            actor.Tell(new AnswersWait(), actor);
        }
    }
}
