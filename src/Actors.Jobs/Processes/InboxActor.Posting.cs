using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Persistence;

namespace Actors.Jobs.Processes;

internal sealed partial class InboxActor
{
    private const int MaxMergedBytes = 256 * 1024;

    /// <summary>A message to be stored, and who waits for it.</summary>
    private sealed class Posting
    {
        private int _bytes;

        public Posting(Post post)
        {
            Recipient = post.Recipient;
            Body = post.Body;
            _bytes = Body.CalculateSize();
            AddCaller(post);
        }

        public long Recipient { get; }

        public InboxBody Body { get; }

        public List<(IActorRef Caller, JobId Id)> Callers { get; } = [];

        /// <summary>Many small messages of a kind become one row.</summary>
        public bool TryMerge(Post post)
        {
            if (post.Body.Queue != Body.Queue || post.Body.ContentCase != Body.ContentCase || _bytes >= MaxMergedBytes)
            {
                return false;
            }

            switch (Body.ContentCase)
            {
                case InboxBody.ContentOneofCase.Enqueue:
                    Body.Enqueue.Jobs.AddRange(post.Body.Enqueue.Jobs);
                    break;
                case InboxBody.ContentOneofCase.Ended:
                    Body.Ended.Ends.AddRange(post.Body.Ended.Ends);
                    break;
                case InboxBody.ContentOneofCase.Grants:
                    Body.Grants.Grants.AddRange(post.Body.Grants.Grants);
                    break;
                default:
                    return false;
            }

            _bytes += post.Body.CalculateSize();
            AddCaller(post);
            return true;
        }

        public void Answer(IActorRef self)
        {
            foreach (var (caller, _) in Callers)
            {
                caller.Tell(QueueMessage.Enqueued.Instance, self);
            }
        }

        /// <returns>Whether it is given up: it is an enqueue, and whoever waits may enqueue again. What has happened to jobs must arrive, and is tried again though nobody waits any more.</returns>
        public bool Fail(Exception cause, IActorRef self)
        {
            var isEnqueue = Body.ContentCase == InboxBody.ContentOneofCase.Enqueue;
            foreach (var (caller, id) in Callers)
            {
                Exception told = !isEnqueue ? JobOutcomeUnknownException.OfChange(id, Body.Queue, cause)
                    : cause is JournalOutcomeUnknownException ? new JobOutcomeUnknownException(id, Body.Queue, cause)
                    : new QueueUnavailableException(Body.Queue, cause);
                caller.Tell(new Failure(told), self);
            }

            var isGivenUp = isEnqueue && Callers.Count > 0;
            Callers.Clear();
            return isGivenUp;
        }

        private void AddCaller(Post post)
        {
            if (post.Caller is not null)
            {
                Callers.Add((post.Caller, post.CallerId));
            }
        }
    }
}
