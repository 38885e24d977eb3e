using System.Globalization;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>So many starts in a time, as a token bucket: tokens come evenly, and as many as the burst can be saved up.</summary>
/// <remarks>
/// In any time t at most <see cref="Burst"/> + t × <see cref="Permits"/> / <see cref="Per"/> jobs start, also across restarts; and for each process that runs jobs
/// what comes in 10 ms, rounded down, because so many are granted in advance.
/// </remarks>
/// <param name="Permits">How many, at least 1.</param>
/// <param name="Per">In what time: from 1 ms to 49 days.</param>
public sealed record RateLimit(int Permits, TimeSpan Per)
{
    private const long NsPerMs = 1_000_000;

    /// <summary>How many can start at once after a time without any.</summary>
    /// <value>Default: as many as <see cref="Permits"/>. 1 spreads the starts evenly. What comes in one millisecond may always start at once.</value>
    public int Burst { get; init; } = Permits;

    /// <summary>The time between two tokens, in nanoseconds; rounded up, so that there are never more.</summary>
    internal long IntervalNs => (long)Math.Ceiling((decimal)Per.Ticks * 100 / Permits);

    /// <summary>The time of a full bucket. The clock of a queue counts milliseconds.</summary>
    internal long BurstNs => Math.Max((long)Math.Min((decimal)Burst * IntervalNs, long.MaxValue / 4), NsPerMs);

    /// <summary>How many tokens come in a time, rounded down.</summary>
    internal long PermitsIn(TimeSpan time) => time.Ticks * 100 / IntervalNs;

    /// <summary>Reads a rate such as <c>100 per minute</c>, <c>5 per 10 s</c> or <c>100 per minute, burst 10</c>.</summary>
    public static bool TryParse(string text, out RateLimit rate)
    {
        ArgumentNullException.ThrowIfNull(text);
        rate = new RateLimit(1, TimeSpan.FromSeconds(1));
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var words = parts[0].Split(" per ", 2, StringSplitOptions.TrimEntries);
        if (words.Length < 2 || parts.Length > 2 || !TryParseCount(words[0], out var permits))
        {
            return false;
        }

        var duration = words[1].Length > 0 && char.IsLetter(words[1][0]) ? "1 " + words[1] : words[1];
        if (!DurationText.TryParse(duration, out var per))
        {
            return false;
        }

        rate = new RateLimit(permits, per);
        if (parts.Length == 1)
        {
            return rate.IsPossible;
        }

        if (!parts[1].StartsWith("burst ", StringComparison.Ordinal) || !TryParseCount(parts[1][6..], out var burst))
        {
            return false;
        }

        rate = rate with { Burst = burst };
        return rate.IsPossible;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString()
    {
        var per = DurationText.Of(Per);
        var text = $"{Permits.ToString(CultureInfo.InvariantCulture)} per {per}";
        return Burst == Permits ? text : $"{text}, burst {Burst.ToString(CultureInfo.InvariantCulture)}";
    }

    internal void Validate()
    {
        if (!IsPossible)
        {
            throw new ArgumentOutOfRangeException(
                nameof(RateLimit), ToString(), "A rate has at least 1 permit and a burst of at least 1, in 1 ms to 49 days. To let no job start, pause the queue.");
        }
    }

    private bool IsPossible => Permits >= 1 && Burst >= 1 && Per >= TimeSpan.FromMilliseconds(1) && Per <= TimeSpan.FromDays(49);

    private static bool TryParseCount(string text, out int count) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out count);
}
