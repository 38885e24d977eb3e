namespace Actors.Services.Guarding;

/// <summary>Services in Backoff that are started again together. Changed by the guardian only; they themselves ask when.</summary>
internal abstract class Comeback
{
    private long _due;
    private long _at;

    /// <summary>On the clock of the system, which nobody sets.</summary>
    public TimeSpan Due => TimeSpan.FromTicks(Volatile.Read(ref _due));

    /// <summary>The same on the clock of people.</summary>
    public DateTimeOffset At => new(Volatile.Read(ref _at), TimeSpan.Zero);

    /// <summary>The last of those that wait decides.</summary>
    public void NotBefore(TimeSpan due, DateTimeOffset at)
    {
        if (due >= Due)
        {
            Volatile.Write(ref _at, at.UtcTicks);
            Volatile.Write(ref _due, due.Ticks);
        }
    }
}
