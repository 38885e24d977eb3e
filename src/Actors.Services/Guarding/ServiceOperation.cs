using Actors.Services.Running;

namespace Actors.Services.Guarding;

/// <summary>Tells the guardian how one service has answered an operation.</summary>
internal sealed record ServiceAnswer(ServiceOperation Operation, int Index, ServiceStatus Status) : IDeadLetterSuppression;

/// <summary>One command or question in progress over several services. Belongs to the guardian's turn.</summary>
internal sealed class ServiceOperation(
    ServiceGuardian guardian, IActorRef replyTo, Type request, ServiceEntry[] entries, params ServiceOperation.Phase[] phases)
{
    private readonly ServiceStatus?[] _answers = new ServiceStatus?[entries.Length];
    private readonly Stack<int> _toStop = new();
    private int _phase = -1;
    private int _awaited;

    public enum Phase
    {
        Query,
        Start,
        Stop,
        Remove,
    }

    /// <summary>Whether the answer is the status of the one service, not a list.</summary>
    public bool IsSingle { get; init; }

    public IActorRef ReplyTo => replyTo;

    public Type Request => request;

    public void Begin() => NextPhase();

    public void OnAnswer(int index, ServiceStatus status)
    {
        _answers[index] = status;
        if (phases[_phase] == Phase.Stop)
        {
            StopNext();
        }
        else
        {
            OnAnswered();
        }
    }

    public void OnRemoved() => OnAnswered();

    private void NextPhase()
    {
        _phase++;
        if (_phase == phases.Length)
        {
            guardian.Finish(this);
            replyTo.Tell(IsSingle ? _answers[0]! : _answers, guardian.Ref); // All have answered.
            return;
        }

        // One more than there are, so that answers which come during the loop do not end the phase.
        _awaited = entries.Length + 1;
        switch (phases[_phase])
        {
            case Phase.Query:
                TellAll(static (operation, index) => new ServiceCommand.Query(operation, index));
                break;
            case Phase.Start:
                guardian.StartDependenciesOf(entries);
                TellAll(static (operation, index) => operation.NewStart(index));
                break;
            case Phase.Stop:
                BeginStop();
                return;
            case Phase.Remove:
                for (var i = 0; i < entries.Length; i++)
                {
                    guardian.Remove(entries[i], _answers[i]!); // Stopped before.
                }

                break;
        }

        OnAnswered();
    }

    private ServiceCommand.Start NewStart(int index) => new(this, index, guardian.NextStartOrder());

    private void TellAll(Func<ServiceOperation, int, ServiceCommand> command)
    {
        var ranks = ServiceEntry.Ranks();
        foreach (var i in Enumerable.Range(0, entries.Length).OrderBy(i => ranks(entries[i])).ThenBy(i => entries[i].Number))
        {
            if (entries[i].Gone is { } status)
            {
                OnAnswer(i, status);
            }
            else
            {
                entries[i].Actor.Tell(command(this, i), guardian.Ref);
            }
        }
    }

    private void OnAnswered()
    {
        if (--_awaited == 0)
        {
            NextPhase();
        }
    }

    private void BeginStop()
    {
        var order = Enumerable.Range(0, entries.Length).OrderBy(i => entries[i].StartOrder).ThenBy(i => entries[i].Number);
        foreach (var index in order)
        {
            _toStop.Push(index);
        }

        StopNext();
    }

    /// <summary>One at a time: what was started later may use what was started earlier until it has ended.</summary>
    private void StopNext()
    {
        while (_toStop.TryPop(out var index))
        {
            if (entries[index].Gone is not { } status)
            {
                entries[index].Actor.Tell(new ServiceCommand.Stop(this, index), guardian.Ref);
                return;
            }

            _answers[index] = status;
        }

        NextPhase();
    }
}
