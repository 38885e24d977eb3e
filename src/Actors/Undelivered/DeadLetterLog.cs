using Actors.Timing;
using Microsoft.Extensions.Logging;

namespace Actors.Undelivered;

/// <summary>Logs the first dead letters, then pauses, then says how many it has left out: a storm costs a few lines. Thread-safe.</summary>
internal sealed class DeadLetterLog(ILogger logger, TimerQueue timers, int limit, TimeSpan pause)
{
    private int _count;
    private long _leftOut;

    public void DeadLetter(Type message, ActorPath recipient, DeadLetterReason reason)
    {
        if (MayLog(out var isLast))
        {
            Log.DeadLetter(logger, message.Name, recipient, reason);
            if (isLast)
            {
                Pause();
            }
        }
    }

    public void Unhandled(Type message, ActorPath recipient)
    {
        if (MayLog(out var isLast))
        {
            Log.UnhandledMessage(logger, message.Name, recipient);
            if (isLast)
            {
                Pause();
            }
        }
    }

    private bool MayLog(out bool isLast)
    {
        isLast = false;
        if (limit is 0 or DeadLetterOptions.Unlimited)
        {
            return limit > 0;
        }

        // Read first, so that a storm does not count past the range of the number, nor fight for it.
        var count = Volatile.Read(ref _count);
        if (count < limit && (count = Interlocked.Increment(ref _count)) <= limit)
        {
            isLast = count == limit;
            return true;
        }

        Interlocked.Increment(ref _leftOut);
        return false;
    }

    private void Pause()
    {
        if (pause == Timeout.InfiniteTimeSpan)
        {
            Log.DeadLettersNoMoreLogged(logger);
        }
        else
        {
            Log.DeadLettersPaused(logger, pause.TotalSeconds);
            timers.Schedule(new Resumption(this), pause);
        }
    }

    private void Resume()
    {
        var leftOut = Interlocked.Exchange(ref _leftOut, 0);
        if (leftOut > 0)
        {
            Log.DeadLettersLeftOut(logger, leftOut);
        }

        Volatile.Write(ref _count, 0);
    }

    private sealed class Resumption(DeadLetterLog log) : TimerEntry
    {
        public override void Fire() => log.Resume();

        public override void Drop() => log.Resume(); // The system has ended: the last chance to tell.
    }
}
