namespace Actors.Jobs.Queues;

/// <summary>What a queue has decided on jobs that another one has sent.</summary>
internal sealed class TakenMoves
{
    /// <summary>Every order up to this one is decided on.</summary>
    public long Through { get; set; }

    /// <summary>The orders that were refused, and why. The other queue may ask for them once more.</summary>
    public SortedDictionary<long, string> Refused { get; } = [];

    /// <summary>What is below this is settled in the journal of the other queue, which never asks for it again.</summary>
    public void ForgetBelow(long order)
    {
        while (Refused.Count > 0 && Refused.Keys.First() is var first && first < order)
        {
            Refused.Remove(first);
        }
    }

    public Protos.TakenMoves ToProto(string source) => new()
    {
        Source = source,
        Through = Through,
        Refused = { Refused.Select(static refused => new Protos.RefusedMove { Order = refused.Key, Reason = refused.Value }) },
    };

    public void Restore(Protos.TakenMoves taken)
    {
        if (taken.Through < Through)
        {
            return;
        }

        Through = taken.Through;
        Refused.Clear();
        foreach (var refused in taken.Refused)
        {
            Refused[refused.Order] = refused.Reason;
        }
    }
}
