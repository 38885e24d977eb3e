namespace Actors.Jobs.Queues;

/// <summary>A queue that is paused takes jobs and starts none; what may be done about them meanwhile.</summary>
internal sealed partial class QueueActor
{
    /// <summary>So many jobs are discarded in one turn, so that others are heard in between.</summary>
    private const int DiscardsInATurn = 2_000;
    private static readonly object PauseTimer = new();

    private void OnPauseQueue(QueueMessage.PauseQueue pause)
    {
        if (IsRefused() || IsTooNew(pause.Until is null ? CommitDraft.ControlFormat : CommitDraft.OperatingFormat))
        {
            return;
        }

        SetPause(new QueuePause(Shorten(pause.Reason), DateTimeOffset.FromUnixTimeMilliseconds(NowMs())) { Until = pause.Until is { } until ? OnOwnClock(until) : null });
        ReleaseNotBegun();
        RecallFromNodes();
        UpdateAlone();
        AnswerStatusWhenDurable();
    }

    private void OnResumeQueue()
    {
        if (IsRefused())
        {
            return;
        }

        if (_state.Pause is not null)
        {
            SetPause(null);
            UpdateAlone();
        }

        if (_state.Drain is not null)
        {
            SetDrain(null);
        }

        AnswerStatusWhenDurable();
    }

    private void SetPause(QueuePause? pause)
    {
        _state.SetPause(pause, Incarnation);
        _draft.SetPause(pause, Incarnation);
        OnPauseChanged();
        AwaitPauseEnd();
    }

    /// <summary>A moment is one of the wall clock; the queue's own may be ahead of it.</summary>
    private DateTimeOffset OnOwnClock(DateTimeOffset moment)
    {
        var roundUp = moment.Ticks % TimeSpan.TicksPerMillisecond == 0 ? 0 : 1;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(MaxDueMs, moment.ToUnixTimeMilliseconds() + roundUp + _clock.AheadMs));
    }

    private void AwaitPauseEnd()
    {
        if (_state.Pause?.Until is { } until)
        {
            var left = TimeSpan.FromMilliseconds(Math.Max(0, until.ToUnixTimeMilliseconds() - NowMs()));
            Context.Timers.StartSingle(PauseTimer, QueueMessage.PauseEnded.Instance, left);
        }
        else
        {
            Context.Timers.Cancel(PauseTimer);
        }
    }

    private void OnPauseEnded()
    {
        // What was on its way may belong to a pause that somebody has ended or changed, or to an earlier instance.
        if (_state.Pause?.Until is not { } until)
        {
            return;
        }

        if (until.ToUnixTimeMilliseconds() > NowMs())
        {
            AwaitPauseEnd();
            return;
        }

        Log.PauseEnded(Logger, _name, _state.Pause.Reason ?? "no reason was given");
        var isAutomatic = _state.Pause.IsAutomatic;
        SetPause(null);
        if (isAutomatic)
        {
            BeginTrial();
        }

        UpdateAlone();
        FlushSoon();
    }

    /// <summary>After a restore jobs may have run since the backup was taken: somebody decides about them before any starts.</summary>
    private void PauseWhenRestored()
    {
        if (Incarnation != _state.Incarnation && Term == 1)
        {
            SetPause(null); // It is opened for the first time: the backup does not have it, and there is nothing to decide about.
        }
        else if (Incarnation != _state.Incarnation)
        {
            SetPause(new QueuePause("The store was restored from a backup.", DateTimeOffset.FromUnixTimeMilliseconds(NowMs())));
            Log.QueueRestored(Logger, _name, _state.Jobs.Count);
        }
    }

    private bool IsRefused()
    {
        if (Refusal is not { } cause)
        {
            return false;
        }

        Sender.Tell(new Failure(new QueueUnavailableException(_name, cause)), Self);
        return true;
    }

    private void AnswerStatusWhenDurable()
    {
        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, default, QueueStatus()));
        FlushSoon();
    }

    private void OnDiscardJobs(QueueMessage.DiscardJobs discard)
    {
        if (IsRefused())
        {
            return;
        }

        var beforeMs = discard.EnqueuedBefore.ToUnixTimeMilliseconds();
        var discarded = 0;
        foreach (var number in _state.Jobs.Numbers(discard.From))
        {
            if (discarded == DiscardsInATurn)
            {
                Self.Tell(discard with { From = number, Before = discard.Before + discarded }, Sender);
                FlushSoon();
                return;
            }

            ref var entry = ref _state.Jobs[number];
            if (entry.EnqueuedAtMs >= beforeMs || IsLeaving(number) || entry.State is not (JobState.Scheduled or JobState.Waiting or JobState.Retrying or JobState.Parked or JobState.Quarantined or JobState.Awaiting))
            {
                continue;
            }

            BeginChange(number);
            Withdraw(number);
            Finish(number, JobState.Cancelled, entry.Attempts, discard.Reason);
            discarded++;
        }

        UpdateAlone();
        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, default, new QueueMessage.Discarded(discard.Before + discarded)));
        FlushSoon();
    }

    private void OnListJobs(QueueMessage.ListJobs list)
    {
        var unknown = Term == 0 ? Unavailability : null;
        if (unknown is not null)
        {
            Sender.Tell(new Failure(new QueueUnavailableException(_name, unknown)), Self);
            return;
        }

        var jobs = new List<JobStatus>(list.Limit);
        long? next = null;
        foreach (var number in _state.Jobs.Numbers(list.From))
        {
            if (_state.Jobs[number].State is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
            {
                continue;
            }

            if (jobs.Count == list.Limit)
            {
                next = number;
                break;
            }

            jobs.Add(Status(number) with { Result = null });
        }

        Sender.Tell(new JobPage(jobs, next), Self);
    }
}
