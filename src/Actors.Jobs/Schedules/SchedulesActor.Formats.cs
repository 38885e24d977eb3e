namespace Actors.Jobs.Schedules;

/// <summary>What is new is written only when every living process can read it, because each may be the next owner. The same rules as those of a queue.</summary>
internal sealed partial class SchedulesActor
{
    /// <summary>The first reader version that knows of slots which keep what they were made of.</summary>
    private const int OutstandingFormat = 2;

    private static readonly TimeSpan FormatInterval = TimeSpan.FromSeconds(1);
    private static readonly object FormatTimer = new();

    private int _formatInUse;

    /// <summary>Why a commit waits for other processes to be updated; null when none does.</summary>
    private Exception? _formatWait;

    private Exception? Refusal => Unavailability ?? _formatWait;

    private string? WhyNotYet(int format) => format <= _formatInUse ? null : _formats?.WhyNotInSchedules(format);

    /// <summary>A schedule with slots on their way keeps what they are made of, when it is changed or removed.</summary>
    private void RefuseIfTooNew(ScheduleEntry entry)
    {
        if (entry.Outstanding is not null && WhyNotYet(OutstandingFormat) is { } reason)
        {
            throw new SchedulesUnavailableException(reason);
        }
    }

    private bool IsWaitingForFormat(int format)
    {
        if (WhyNotYet(format) is { } reason)
        {
            if (_formatWait is null)
            {
                Log.CommitWaitsForFormat(Logger, "the schedules", reason);
            }

            _formatWait = new NotSupportedException(reason);
            Context.Timers.StartSingle(FormatTimer, ScheduleMessage.Flush.Instance, FormatInterval);
            return true;
        }

        _formatWait = null;
        _formatInUse = Math.Max(_formatInUse, format);
        return false;
    }

    private void ForgetFormats()
    {
        _formatInUse = 0;
        _formatWait = null;
        Context.Timers.Cancel(FormatTimer);
    }
}
