using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>Jobs that go to other queues, and come from them.</summary>
internal sealed partial class CommitDraft
{
    /// <summary>The first reader version that knows of them. An older one would run a job here that runs elsewhere.</summary>
    public const int MovingFormat = 4;

    private long _lastLeaving;
    private long _lastLeft;
    private long _lastStaying;
    private List<long>? _leaving;
    private List<QueueActor.MoveLane>? _settled;

    /// <summary>Jobs to hand to other queues.</summary>
    public IReadOnlyList<long> Leaving => _leaving ?? [];

    /// <summary>What was handed over last is settled with this commit, and more may follow.</summary>
    public IReadOnlyList<QueueActor.MoveLane> Settled => _settled ?? [];

    public bool HasMoves => _leaving is not null || _settled is not null;

    public void AddLeaving(long number, JobMove move)
    {
        FormatVersion = Math.Max(FormatVersion, MovingFormat);
        var section = _commit.Leaving ??= new Leaving();
        section.Number.Add(number - _lastLeaving);
        section.Queue.Add(move.Queue);
        section.Order.Add(move.Order);
        _lastLeaving = number;
        _textBytes += move.Queue.Length;
        (_leaving ??= []).Add(number);
        _events++;
    }

    public void AddLeft(long number)
    {
        FormatVersion = Math.Max(FormatVersion, MovingFormat);
        (_commit.MovesOver ??= new MovesOver()).Left.Add(number - _lastLeft);
        _lastLeft = number;
        _events++;
    }

    public void AddStaying(long number)
    {
        FormatVersion = Math.Max(FormatVersion, MovingFormat);
        (_commit.MovesOver ??= new MovesOver()).Stay.Add(number - _lastStaying);
        _lastStaying = number;
        _events++;
    }

    public void AddSettled(QueueActor.MoveLane lane) => (_settled ??= []).Add(lane);

    /// <summary>Notes what has been decided on the jobs of another queue.</summary>
    public void SetTakenMoves(string source, TakenMoves taken)
    {
        FormatVersion = Math.Max(FormatVersion, MovingFormat);
        for (var i = _commit.TakenMoves.Count - 1; i >= 0; i--)
        {
            if (_commit.TakenMoves[i].Source == source)
            {
                _commit.TakenMoves.RemoveAt(i);
            }
        }

        var stored = taken.ToProto(source);
        _commit.TakenMoves.Add(stored);
        _textBytes += stored.CalculateSize();
        _events++;
    }
}
