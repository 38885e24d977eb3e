using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What those who run the program have changed.</summary>
internal sealed partial class QueueState
{
    private LimitOptions _configuredLimits = new();

    /// <summary>Why no new job is taken, and since when; null when the queue takes jobs.</summary>
    public QueueDrain? Drain { get; set; }

    /// <summary>What is otherwise than configured; null when nothing is. Of what is configured it knows nothing.</summary>
    public QueueOverride? Override { get; private set; }

    /// <summary>The limits but for what is changed of them.</summary>
    public LimitOptions ConfiguredLimits
    {
        get => _configuredLimits;
        set
        {
            _configuredLimits = value;
            SetOverride(Override);
        }
    }

    public void SetOverride(QueueOverride? change)
    {
        Override = change;
        Limits = change?.Change.Of(_configuredLimits) ?? _configuredLimits;
    }

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

        if (commit.Overriding is { } overriding)
        {
            SetOverride(OverrideBodies.FromProto(overriding.Override));
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

    private void RestoreOperating(Protos.QueueState state)
    {
        Drain = FromProto(state.Drain);
        SetOverride(OverrideBodies.FromProto(state.Override));
    }
}
