namespace Actors.Jobs.Queues;

/// <summary>What is otherwise than configured, as it is stored and said between processes.</summary>
internal static class OverrideBodies
{
    public static Protos.QueueOverride? ToProto(QueueOverride? change) => change is null ? null : new()
    {
        Workers = change.Change.Workers ?? 0,
        Concurrency = change.Change.Concurrency ?? 0,
        ConcurrencyPerKey = change.Change.ConcurrencyPerKey ?? 0,
        Rate = ToProto(change.Change.Rate),
        RatePerKey = ToProto(change.Change.RatePerKey),
        By = change.By ?? "",
        Reason = change.Reason ?? "",
        SinceMs = change.Since.ToUnixTimeMilliseconds(),
    };

    /// <summary>Of what is configured it says nothing.</summary>
    public static QueueOverride? FromProto(Protos.QueueOverride? change) => change is null ? null : new(
        new QueueChange
        {
            Workers = change.Workers == 0 ? null : change.Workers,
            Concurrency = change.Concurrency == 0 ? null : change.Concurrency,
            ConcurrencyPerKey = change.ConcurrencyPerKey == 0 ? null : change.ConcurrencyPerKey,
            Rate = FromProto(change.Rate),
            RatePerKey = FromProto(change.RatePerKey),
        },
        new QueueChange(),
        DateTimeOffset.FromUnixTimeMilliseconds(change.SinceMs),
        change.By.Length == 0 ? null : change.By,
        change.Reason.Length == 0 ? null : change.Reason);

    private static Protos.Rate? ToProto(RateLimit? rate) => rate is null ? null : new() { Permits = rate.Permits, PerTicks = rate.Per.Ticks, Burst = rate.Burst };

    private static RateLimit? FromProto(Protos.Rate? rate) => rate is null ? null : new(rate.Permits, TimeSpan.FromTicks(rate.PerTicks)) { Burst = rate.Burst };
}
