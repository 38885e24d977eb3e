namespace Actors.Jobs.Queues;

/// <summary>Why a job waits that could run: a limit, or others whose turn comes first. Asked of what the grants are decided by, and changes nothing of it.</summary>
internal sealed partial class QueueActor
{
    private const int MostCounted = 10_000;
    private const int MostWaitedFor = 10;

    /// <summary>The limit that keeps a job from starting now; that of its key before that of its queue, which others of it can pass. Null when none does.</summary>
    private JobReason? LimitReason(long number)
    {
        var limits = _state.Limits;
        if (limits.IsNone)
        {
            return null;
        }

        var nowNs = NowMs() * NsPerMs;
        var index = _state.Jobs[number].Key;
        if (index != 0 && _state.Keys[index] is var key && KeyNextNs(limits, key, nowNs) is var keyNs && keyNs > nowNs)
        {
            return KeyReason(number, limits, key, keyNs);
        }

        if (QueueNextNs(limits, nowNs) is var nextNs && nextNs <= nowNs)
        {
            return null;
        }

        var before = Before(number, out var ahead);
        return nextNs == long.MaxValue
            ? Counted(Reason(
                number,
                JobReasonKind.ConcurrencyLimit,
                $"As many jobs of its queue run as may at a time: {Number(limits.Concurrency)} (limits.concurrency); {ahead}.") with { WaitsFor = Running(0) }, before)
            : Counted(RateReason(
                number,
                JobReasonKind.RateLimit,
                limits.Rate!, // It says when.
                nextNs,
                before,
                $"Its queue may start {limits.Rate} (limits.rate); {ahead}."), before);
    }

    private JobReason KeyReason(long number, LimitOptions limits, JobKey key, long keyNs)
    {
        // Those of its key with another priority go before it or after it, as the priorities have turns.
        var before = _ready.ListOf(_state.Jobs[number]).CountBefore(number, MostCounted + 1);
        var ahead = Are(before, "of its key", "before it");
        var reason = keyNs == long.MaxValue
            ? Reason(
                number,
                JobReasonKind.KeyConcurrencyLimit,
                $"As many jobs of its key '{key.Name}' run as may at a time: {Number(limits.ConcurrencyPerKey)} (limits.concurrency-per-key); {ahead}.") with { WaitsFor = Running(key.Index) }
            : RateReason(
                number,
                JobReasonKind.KeyRateLimit,
                limits.RatePerKey!, // It says when.
                keyNs,
                before,
                $"Its key '{key.Name}' may start {limits.RatePerKey} (limits.rate-per-key); {ahead}.");
        return Counted(reason, before) with { Key = key.Name };
    }

    /// <summary>Those before it take their tokens as they come, and then comes its own.</summary>
    private JobReason RateReason(long number, JobReasonKind kind, RateLimit rate, long nextNs, int before, string text)
    {
        var atMs = (long)Math.Ceiling((nextNs + (Math.Min(before, MostCounted) * (decimal)rate.IntervalNs)) / NsPerMs);
        var until = At(Math.Min(atMs, MaxDueMs));
        return Reason(number, kind, $"{text} It starts no sooner than {until:yyyy-MM-dd HH:mm:ss.fff}Z.") with { Until = until };
    }

    private JobReason LineReason(long number)
    {
        var before = Before(number, out var ahead);
        var free = FreeSlotsHere
            + _nodes.Values.Sum(node => Math.Max(0, node.Slots - node.Granted.Count));
        var busy = free <= 0 ? $"all workers are busy, with {Number(_state.Granted.Count)} jobs" : "they are being started";
        var reason = before == 0 && free > 0
            ? Reason(number, JobReasonKind.Starting, "Nothing is in its way: it is about to start.")
            : Reason(number, JobReasonKind.BehindOthers, $"{ahead}; {busy}.");
        return Counted(reason, before) with { Key = _state.Keys.Name(_state.Jobs[number].Key) };
    }

    /// <summary>How many jobs of its priority start before it, when none of them reaches a limit: up to one more than are counted.</summary>
    private int Before(long number, out string ahead)
    {
        ref var entry = ref _state.Jobs[number];
        var list = _ready.ListOf(entry);
        var own = list.CountBefore(number, MostCounted + 1);
        var turns = own > MostCounted ? 0 : _ready.CountTurnsBefore(entry, own, MostCounted + 1 - own);
        var level = PriorityTurns.LevelOf(entry.Priority);
        var higher = 0L;
        var lower = 0L;
        for (var other = 0; other < PriorityTurns.Levels; other++)
        {
            higher += other > level ? _ready.CountAt(other) : 0;
            lower += other < level ? _ready.CountAt(other) : 0;
        }

        var ofOthers = turns > 0 ? $", {(own + turns > MostCounted ? "many" : Number(turns))} of them in the turns of other keys" : "";
        ahead = Are(own + turns, "of its priority", "before it") + ofOthers
            + (higher > 0 ? $", and {Number(higher)} of higher priority wait" : "")
            + (lower > 0 ? $", and {Number(lower)} of lower priority wait" : "");
        return own + turns;
    }

    private static string Are(int count, string which, string where) => count > MostCounted
        ? $"more than {Number(MostCounted)} jobs {which} are {where}"
        : $"{Number(count)} {(count == 1 ? "job" : "jobs")} {which} {(count == 1 ? "is" : "are")} {where}";

    private static JobReason Counted(JobReason reason, int before) => reason with
    {
        Text = char.ToUpperInvariant(reason.Text[0]) + reason.Text[1..],
        Before = Math.Min(before, MostCounted),
        HasMoreBefore = before > MostCounted,
    };

    /// <summary>Some of the jobs whose attempts have not ended.</summary>
    /// <param name="key">Those of this key only; 0 for all.</param>
    private JobIdList Running(int key) => new(
        [.. _state.Granted.Where(number => key == 0 || _state.Jobs[number].Key == key).Order().Take(MostWaitedFor).Select(number => _state.Jobs[number].Id)]);
}
