namespace Actors.Jobs.Queues;

/// <summary>
/// What is new is written only when every living process can read it, because each may be the next owner. Who asks for it earlier is refused; what cannot be refused
/// waits, and all behind it. What the journal has already, it may have more of: who cannot read that cannot own it in any case.
/// </summary>
internal sealed partial class QueueActor
{
    private static readonly TimeSpan FormatInterval = TimeSpan.FromSeconds(1);
    private static readonly object FormatTimer = new();

    private int _formatInUse;

    /// <summary>Why a commit waits for other processes to be updated; null when none does.</summary>
    private Exception? _formatWait;

    /// <summary>Why the queue takes nothing new at present.</summary>
    private Exception? Refusal => Unavailability ?? _formatWait;

    /// <summary>Whether what is asked for needs a format that must not be written yet; who asked is answered then.</summary>
    private bool IsTooNew(int format)
    {
        if (WhyNotYet(format) is not { } reason)
        {
            return false;
        }

        Sender.Tell(new Failure(new QueueUnavailableException(_name, new NotSupportedException(reason))), Self);
        return true;
    }

    private static bool HasTraits(IReadOnlyList<JobDraft> jobs)
    {
        for (var i = 0; i < jobs.Count; i++)
        {
            if (jobs[i].Key is not null || jobs[i].Traits is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the queue's own state may be written, which a deletion carries; until then nothing is deleted.</summary>
    private bool MayWriteState() => _neighbours is null || WhyNotYet(CommitDraft.FormatOf(_state.ToProto())) is null;

    private string? WhyNotYet(int format) => format <= _formatInUse ? null : _neighbours?.Formats.WhyNotInQueues(format);

    /// <summary>Whether the next commit has to wait.</summary>
    private bool IsWaitingForFormat(CommitDraft next)
    {
        if (WhyNotYet(next.FormatVersion) is { } reason)
        {
            if (_formatWait is null)
            {
                Log.CommitWaitsForFormat(Logger, _name, reason);
            }

            _formatWait = new NotSupportedException(reason);
            Context.Timers.StartSingle(FormatTimer, QueueMessage.Flush.Instance, FormatInterval);
            ExpireCallersInTime();
            return true;
        }

        _formatWait = null;
        _formatInUse = Math.Max(_formatInUse, next.FormatVersion);
        return false;
    }

    private void ForgetFormats()
    {
        _formatInUse = 0;
        _formatWait = null;
        Context.Timers.Cancel(FormatTimer);
    }
}
