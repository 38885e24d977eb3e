using Actors.Persistence;

namespace Actors.TestKit.Tests;

/// <summary>A persistent actor that adds numbers up, and answers when the sum is durable.</summary>
internal sealed class Tally(IJournal journal, IActorRef journalActor) : JournaledActor(journal, journalActor)
{
    private readonly Queue<(long SequenceNumber, IActorRef Asker, int Sum)> _asked = new();
    private int _sum;

    protected override string PersistenceId => "tally";

    protected override int ReadableFormat => 1;

    /// <summary>Starts one, and the journal actor that it needs, in the system of a process.</summary>
    public static IActorRef Start(TestSystem system, IJournal journal)
    {
        var journalActor = system.System.SystemActorOf(JournalActor.Props(journal), "journal");
        return system.ActorOf(Props.Create(() => new Tally(journal, journalActor)), "tally");
    }

    protected override void OnReset()
    {
        _sum = 0;
        _asked.Clear();
    }

    protected override void OnReplay(CommitRow row) => _sum += BitConverter.ToInt32(row.Events.Span);

    protected override void OnRecovered()
    {
    }

    protected override ValueTask OnCommandAsync(object message)
    {
        switch (message)
        {
            case Add when Unavailability is not null:
                Sender.Tell(new Failure(Unavailability), Self);
                break;
            case Add add:
                _sum += add.Number;
                _asked.Enqueue((Append(BitConverter.GetBytes(add.Number), 1, []), Sender, _sum));
                break;
            case GetSum:
                Sender.Tell(_sum, Self);
                break;
        }

        return default;
    }

    protected override ValueTask OnAppendedAsync(long sequenceNumber)
    {
        while (_asked.TryPeek(out var asked) && asked.SequenceNumber <= sequenceNumber)
        {
            _asked.Dequeue();
            asked.Asker.Tell(asked.Sum, Self);
        }

        return default;
    }

    protected override void OnLost(JournalException cause)
    {
        foreach (var asked in _asked)
        {
            asked.Asker.Tell(new Failure(cause), Self);
        }
    }

    public sealed record Add(int Number) : IRequest<int>;

    public sealed record GetSum : IRequest<int>;
}
