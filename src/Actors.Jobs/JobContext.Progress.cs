using Actors.Jobs.Workers;

namespace Actors.Jobs;

/// <summary>What a handler says of its work while it works.</summary>
public sealed partial class JobContext
{
    /// <summary>What runs it; null for a job in no queue.</summary>
    internal QueueExecution? Execution { get; init; }

    /// <summary>The grant that it runs by; null for a job in no queue.</summary>
    internal GrantedJob? Granted { get; init; }

    /// <summary>Says how far this attempt is, for <see cref="IJobs.GetProgressAsync"/>. Replaces what it said before. Costs no write; may be called often, from any thread.</summary>
    /// <param name="fraction">From 0 to 1.</param>
    /// <param name="text">What it does at present; up to 200 characters are kept.</param>
    public void Progress(double fraction, string? text = null)
    {
        if (!(fraction is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Progress is from 0 to 1: 0.4 is 40 %.");
        }

        Execution?.Reports.Progress(Granted!, fraction, text); // What has an execution has a grant.
    }

    /// <summary>Adds a line to what <see cref="IJobs.GetProgressAsync"/> shows of the job; the last 100 are kept. May be called from any thread.</summary>
    /// <param name="text">Up to 200 characters are kept.</param>
    public void Log(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Execution?.Reports.Log(Granted!, text); // As above.
    }
}
