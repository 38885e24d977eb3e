namespace Actors.Jobs.Queues;

/// <summary>A job is on its way to another queue, and does not run meanwhile.</summary>
/// <param name="Queue">Where it goes.</param>
/// <param name="Order">Its place among all that its queue has ever sent. The other queue decides on each once.</param>
internal sealed record JobMove(string Queue, long Order)
{
    /// <summary>The first order of a term is above all of the terms before, whatever of their commits a repair has left out.</summary>
    public const int BitsOfOrder = 40;

    public Protos.JobMove ToProto() => new() { Queue = Queue, Order = Order };

    public static JobMove? FromProto(Protos.JobMove? move) => move is null ? null : new JobMove(move.Queue, move.Order);
}
