using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What those who run the program have changed.</summary>
internal sealed partial class QueueState
{
    /// <summary>Why no new job is taken, and since when; null when the queue takes jobs.</summary>
    public QueueDrain? Drain { get; set; }

    public static Drain? ToProto(QueueDrain? drain) =>
        drain is null ? null : new Drain { Reason = drain.Reason ?? "", HasReason = drain.Reason is not null, SinceMs = drain.Since.ToUnixTimeMilliseconds() };

    public static QueueDrain? FromProto(Drain? drain) =>
        drain is null ? null : new QueueDrain(drain.HasReason ? drain.Reason : null, DateTimeOffset.FromUnixTimeMilliseconds(drain.SinceMs));

    /// <summary>What a commit says of this.</summary>
    public void ApplyOperating(QueueCommit commit)
    {
        if (commit.Draining is { } draining)
        {
            Drain = FromProto(draining.Drain);
        }
    }

    /// <summary>Before anything that it says of jobs.</summary>
    public void ApplyDeleting(QueueCommit commit)
    {
        var number = 0L;
        foreach (var difference in commit.Deleting?.Number ?? [])
        {
            number += difference;
            if (Jobs.Contains(number))
            {
                Delete(number);
            }
        }
    }

    /// <summary>A job leaves no trace in the history.</summary>
    public void Delete(long number) => SetTraits(number, (Traits(number) ?? new JobTraits()) with { IsDeleted = true });

    public bool IsDeleted(long number) => Traits(number) is { IsDeleted: true };

    private void RestoreOperating(Protos.QueueState state) => Drain = FromProto(state.Drain);
}
