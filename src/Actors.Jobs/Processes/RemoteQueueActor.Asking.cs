using Actors.Jobs.Protos;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Processes;

/// <summary>Questions to the owner whose answers are read in their own way.</summary>
internal sealed partial class RemoteQueueActor
{
    private readonly Dictionary<long, (IActorRef Asker, Func<InboxAnswer, object> Read)> _asked = [];

    /// <summary>Asks the owner for somebody.</summary>
    /// <param name="ask">Makes the question of its number.</param>
    /// <param name="read">Makes what the asker is told of the answer.</param>
    private void AskOwner(Func<long, InboxBody> ask, Func<InboxAnswer, object> read)
    {
        var number = ++_question;
        _asked.Add(number, (Sender, read));
        Context.Timers.StartSingle(number, new AskExpired(number), QuestionTimeout);
        var body = ask(number);
        body.Queue = _name;
        Post(body);
    }

    /// <returns>False when it is the answer to another kind of question.</returns>
    private bool TryAnswerAsked(InboxAnswer answer)
    {
        if (!_asked.Remove(answer.Number, out var asked))
        {
            return false;
        }

        Context.Timers.Cancel(answer.Number);
        asked.Asker.Tell(
            answer.Unknown.Length == 0 ? asked.Read(answer) : new Failure(new QueueUnavailableException(_name, new InvalidOperationException(answer.Unknown))), Self);
        return true;
    }

    private void OnAskExpired(AskExpired expired)
    {
        if (_asked.Remove(expired.Number, out var asked))
        {
            asked.Asker.Tell(
                new Failure(new QueueUnavailableException(_name, new TimeoutException("the process that owns it has not answered."))), Self);
        }
    }

    private sealed record AskExpired(long Number);
}
