namespace Actors.Services.Guarding;

/// <summary>What services tell the guardian of, and what it reminds itself of.</summary>
internal abstract record GuardianNews : IDeadLetterSuppression
{
    private GuardianNews()
    {
    }

    /// <param name="Entry">Which service has failed.</param>
    /// <param name="Incident">The failure.</param>
    /// <param name="Due">When it is to be started again, on the clock of the system; null when it is not.</param>
    public sealed record Failed(ServiceEntry Entry, Incident Incident, TimeSpan? Due) : GuardianNews;

    /// <param name="StandDown">What it was told.</param>
    /// <param name="TakesPart">False when it was down anyway, or somebody has commanded something else.</param>
    public sealed record StoodDown(StandDown StandDown, bool TakesPart) : GuardianNews;

    /// <summary>A service runs again, or will not for now: the next may come.</summary>
    public sealed record Returned(Comeback Comeback) : GuardianNews;

    /// <summary>The delay is over.</summary>
    public sealed record ComebackDue(Comeback Comeback) : GuardianNews;
}
