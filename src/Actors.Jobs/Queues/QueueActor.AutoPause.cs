using Actors.Jobs.Workers;

namespace Actors.Jobs.Queues;

/// <summary>The queue pauses itself when too many attempts fail, and is on trial when that pause is over.</summary>
internal sealed partial class QueueActor
{
    private static readonly object TrialTimer = new();

    /// <summary>Null when the queue does not pause itself.</summary>
    private FailureWatch? _failures;

    private void ForgetFailures()
    {
        _failures = FailureWatch.Of(_configured.AutoPause);
        Context.Timers.Cancel(TrialTimer);
    }

    /// <summary>What was counted stays, unless it is to be counted otherwise now.</summary>
    private void ReconfigureFailures()
    {
        if (_failures?.Options != (_configured.AutoPause.FailureRate is null ? null : _configured.AutoPause))
        {
            ForgetFailures();
        }
    }

    /// <summary>What became of an attempt, before anything follows from it. Only success and failure say something.</summary>
    private void NoteOutcome(long number, AttemptOutcome outcome)
    {
        if (_failures is null)
        {
            return;
        }

        switch (outcome)
        {
            case var _ when _state.IsCancelling(number, out _):
                _failures.Trial?.GiveBack(number);
                break;
            case AttemptOutcome.Succeeded:
                _failures.Succeeded(number, NowMs());
                break;
            case AttemptOutcome.Failed failed:
                _failures.Failed(number, _state.Jobs[number].Id, failed.Error, NowMs());
                break;
            default:
                _failures.Trial?.GiveBack(number);
                break;
        }

        if (_failures.Trial is { HasPassed: true })
        {
            EndTrial();
        }
    }

    /// <summary>Before anything more is granted.</summary>
    private void PauseWhenFailing()
    {
        if (_failures is not { IsNew: true } || _state.Pause is not null || WhyNotYet(CommitDraft.OperatingFormat) is not null || _failures.Decide(NowMs()) is not { } reason)
        {
            return;
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(NowMs());
        var until = _failures.Options.PauseFor == Timeout.InfiniteTimeSpan ? (DateTimeOffset?)null : now + _failures.Options.PauseFor;
        Log.PausedItself(Logger, _name, until is { } end ? Moment(end.ToUnixTimeMilliseconds()) : "somebody resumes it", reason);
        SetPause(new QueuePause(Shorten(reason), now) { Until = until, IsAutomatic = true });
        ReleaseNotBegun();
        RecallFromNodes();
        UpdateAlone();
    }

    /// <summary>A pause has begun or ended, or has become another one.</summary>
    private void OnPauseChanged()
    {
        _failures?.Forget();
        Context.Timers.Cancel(TrialTimer);
    }

    /// <summary>A few attempts first: as many as are waiting, with all workers, would fail before it is known whether they can succeed.</summary>
    private void BeginTrial()
    {
        if (_failures is { } failures)
        {
            failures.BeginTrial();
            Context.Timers.StartSingle(TrialTimer, QueueMessage.TrialEnded.Instance, failures.Options.Window);
        }
    }

    /// <summary>It was not decided in time: there are too few jobs, or they take long.</summary>
    private void OnTrialEnded()
    {
        if (_failures?.Trial is not null)
        {
            EndTrial();
        }
    }

    private void EndTrial()
    {
        _failures!.EndTrial(); // Who is on trial is watched.
        Context.Timers.Cancel(TrialTimer);
        Log.TrialPassed(Logger, _name);
        FlushSoon();
    }

    private JobReason? TrialReason(long number) => _failures?.Trial is { IsFull: true } trial
        ? Reason(
            number,
            JobReasonKind.Trial,
            $"Its queue had paused itself and is being tried: {trial.Attempts} attempts go first, of which {trial.Successes} have succeeded and {trial.Failures} have failed.")
        : null;
}
