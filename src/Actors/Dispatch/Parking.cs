namespace Actors.Dispatch;

/// <summary>Where one worker sleeps. It has spun before it comes here, so it does not spin again.</summary>
internal sealed class Parking
{
    private readonly object _gate = new();
    private bool _isWoken;

    /// <summary>Sleeps until <see cref="Wake"/>, or returns at once when that came first.</summary>
    public void Wait()
    {
        lock (_gate)
        {
            while (!_isWoken)
            {
                Monitor.Wait(_gate);
            }

            _isWoken = false;
        }
    }

    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.Pulse(_gate);
        }
    }
}
