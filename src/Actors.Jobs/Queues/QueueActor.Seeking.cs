namespace Actors.Jobs.Queues;

/// <summary>Jobs that others wait for, and that are not where they were enqueued: they have been moved. What is nowhere has ended, and the history has it, or nobody.</summary>
internal sealed partial class QueueActor
{
    /// <summary>A queue that is asked may get the job a moment later, from one that is asked when it has gone. That says where it went, unless it has been restarted meanwhile.</summary>
    private const int MostRounds = 2;

    private long _questions;

    /// <summary>A job that has gone to another queue is asked for there.</summary>
    private void TellDeparted(JobId id, string to)
    {
        if (_parents.TryGetValue(id, out var parent))
        {
            parent.SeekAnew();
            FollowTo(id, parent, to);
        }

        if (_subscribers.Remove(id, out var subscribers))
        {
            foreach (var subscriber in subscribers)
            {
                subscriber.Tell(new QueueMessage.ParentTold(Departed(id, to)), Self);
            }
        }
    }

    private static ParentNews Departed(JobId id, string to) => new(id, 0) { MovedTo = to };

    private void FollowTo(JobId id, AwaitedParent parent, string queue)
    {
        (parent.At, parent.IsAsked) = (queue, true);
        Ask(id, parent);
    }

    /// <summary>A queue does not have it: it is asked of all that others have moved jobs to, one after the other.</summary>
    private void Seek(JobId id, AwaitedParent parent)
    {
        if (parent.Places is null)
        {
            Context.Parent.Tell(new QueuesActor.Seek(id, _setup.Queues), Self);
        }
        else if (parent.Places.TryDequeue(out var queue))
        {
            FollowTo(id, parent, queue);
        }
        else if (parent.Rounds < MostRounds)
        {
            parent.Places = null;
            Seek(id, parent);
        }
        else
        {
            // Whoever fails to find it asks from the beginning.
            parent.At = parent.Queue;
            parent.SeekAnew();
            LookUp(id);
        }
    }

    private void OnPlacesFound(QueueMessage.PlacesFound found)
    {
        if (Term > 0 && _parents.TryGetValue(found.Id, out var parent) && parent.Places is null)
        {
            parent.Places = new Queue<string>(found.Queues);
            parent.Rounds = found.Queues.Count == 0 ? MostRounds : parent.Rounds + 1;
            Seek(found.Id, parent);
        }
    }

    /// <summary>There is no queue of that name, or not yet: it says when it is there.</summary>
    private void OnNoQueue(JobId id, AwaitedParent parent)
    {
        if (parent.At != parent.Queue)
        {
            return;
        }

        parent.HasNoQueue = true;
        if (_setup.Queues.Contains(parent.Queue))
        {
            LookUp(id);
        }
        else
        {
            Seek(id, parent);
        }
    }

    private void OnNotThere(ParentNews news, AwaitedParent parent, long question)
    {
        if (question == 0 && news.MovedTo is { } next)
        {
            parent.SeekAnew();
            FollowTo(news.Id, parent, next);
        }
        else if (question != parent.Question)
        {
            return; // By now another queue has been asked.
        }
        else if (news.MovedTo is { } to)
        {
            FollowTo(news.Id, parent, to);
        }
        else
        {
            parent.HasNoQueue &= parent.At != parent.Queue;
            if (parent.PromisedUntilMs > NowMs())
            {
                LookUp(news.Id);
            }
            else
            {
                Seek(news.Id, parent);
            }
        }
    }
}
