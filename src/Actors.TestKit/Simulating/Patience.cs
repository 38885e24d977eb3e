namespace Actors.TestKit.Simulating;

/// <summary>Measures how long a wait has lasted in real time, without the time for which the whole process stood still.</summary>
/// <remarks>A debugger, a container that is paused, or a machine that sleeps must not fail a test: each look counts for little.</remarks>
internal sealed class Patience(TimeSpan limit)
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(250);

    private long _lastLook = TimeProvider.System.GetTimestamp();
    private TimeSpan _waited;

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        _lastLook = TimeProvider.System.GetTimestamp();
        _waited = TimeSpan.Zero;
    }

    /// <summary>Whether the limit is used up. To be asked at least a few times a second.</summary>
    public bool IsOver()
    {
        var now = TimeProvider.System.GetTimestamp();
        var look = TimeProvider.System.GetElapsedTime(_lastLook, now);
        _lastLook = now;
        _waited += look < LongestLook ? look : LongestLook;
        return limit != Timeout.InfiniteTimeSpan && _waited > limit;
    }
}
