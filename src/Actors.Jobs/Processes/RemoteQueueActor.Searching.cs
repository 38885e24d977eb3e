using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>Searches are questions to the owner, and their answers are parts of a bounded size.</summary>
internal sealed partial class RemoteQueueActor
{
    private readonly Dictionary<long, IActorRef> _searches = [];

    private void OnSearchJobs(QueueMessage.SearchJobs search)
    {
        _searches.Add(++_question, Sender);
        Context.Timers.StartSingle(_question, new QuestionExpired(_question), QuestionTimeout);
        Post(new InboxBody { Queue = _name, Query = new InboxQuery { Number = _question, Search = SearchBodies.ToProto(search) } });
    }

    private void OnSearchAnswered(InboxAnswer answer)
    {
        if (_searches.Remove(answer.Number, out var asker))
        {
            asker.Tell(
                answer.Found is { } found
                    ? SearchBodies.FromProto(found, _name)
                    : Unavailable(answer.Unknown.Length > 0
                        ? new InvalidOperationException(answer.Unknown)
                        : new NotSupportedException("the process that owns it has an older version, which knows of no searches. Upgrade it.")),
                Self);
        }
    }

    private void OnSearchExpired(long number)
    {
        if (_searches.Remove(number, out var asker))
        {
            asker.Tell(Unavailable(new TimeoutException("the process that owns it has not answered.")), Self);
        }
    }

    private Failure Unavailable(Exception cause) => new(new QueueUnavailableException(_name, cause));
}
