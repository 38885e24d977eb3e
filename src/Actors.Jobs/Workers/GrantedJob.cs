using Actors.Jobs.Queues;
using Actors.Jobs.Types;

namespace Actors.Jobs.Workers;

/// <summary>A job that the journal says may run here.</summary>
internal sealed record GrantedJob(
    long Number, int Grant, JobId Id, JobHandler Handler, int Attempt, DateTimeOffset EnqueuedAt, int TypeVersion, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Since when it could have run; null when that is not known.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    public string? Key { get; init; }

    public JobTraits? Traits { get; init; }
}
