namespace Actors.Services.Running;

/// <summary>What follows when the code of a service has ended.</summary>
internal sealed partial class ServiceActor
{
    private FailureRecord? _record;

    /// <summary>Made at the first failure: most services of a hundred thousand have none.</summary>
    private FailureRecord Record => _record ??= new FailureRecord(Options, Site.System.Random);

    private void OnEnded(ServiceCommand.Ended ended)
    {
        var incarnation = ended.Incarnation;
        if (!ReferenceEquals(incarnation, _incarnation))
        {
            Record.Abandoned--;
            Log.AbandonedEnded(Site.Logger, Definition.Name, incarnation.Cause?.Message ?? "it returned", incarnation.Cause);
            return;
        }

        NoteEnd(incarnation);
        var cause = ended.Defect ?? incarnation.Cause;
        if (_state == ServiceState.Stopping)
        {
            if (_detour?.Hung is null)
            {
                Log.Stopped(Site.Logger, Definition.Name);
            }

            OnStopped();
        }
        else if (cause is not null)
        {
            OnFailed(cause);
        }
        else if (Options.RestartType == RestartType.Permanent)
        {
            OnFailed(new ServiceReturnedException(Definition.Name));
        }
        else
        {
            _incarnation = null;
            MoveTo(ServiceState.Completed);
            Log.Completed(Site.Logger, Definition.Name);
        }
    }

    private void OnFailed(Exception cause)
    {
        var now = Site.System.Now;
        var ranFor = _detour?.RanFor ?? (_state == ServiceState.Running ? now - _runningSince : TimeSpan.Zero);
        _detour?.RanFor = null;
        _incarnation = null;
        if (Options.RestartType == RestartType.Temporary)
        {
            GiveUp(cause, ranFor, "restart-type = temporary: no restart");
            return;
        }

        var decision = Record.Budget.OnFailure(now, ranFor);
        if (decision.IsRestart)
        {
            BackOff(cause, ranFor, decision);
        }
        else
        {
            GiveUp(cause, ranFor, $"{Limit()} is used up: no further restart");
            if (Options.Restart.OnExhausted == ExhaustedAction.Escalate)
            {
                throw new RestartLimitException(Self.Path, Options.Restart.MaxRestarts, Options.Restart.Window, cause);
            }
        }
    }

    private void BackOff(Exception cause, TimeSpan ranFor, RestartDecision decision)
    {
        var at = Site.System.TimeProvider.GetUtcNow() + decision.Delay;
        Record.NextRestartAt = at;
        var rule = $"restart {decision.Restart} after {TimeText.Of(decision.Delay)}, {(decision.IsExhausted ? $"{Limit()} is used up: slow retry" : Limit())}";
        Note(cause, new Incident.Verdict(rule, decision.Restart, at));
        MoveTo(ServiceState.Backoff);
        if (!SharesRestarts)
        {
            Context.Timers.StartSingle(ServiceCommand.RestartDue.Instance, ServiceCommand.RestartDue.Instance, decision.Delay);
        }

        TellFailed(Record.LastIncident!, Site.System.Now + decision.Delay); // It was noted above.
        if (IsLoggedTogether(cause))
        {
            Log.FailedAlike(Site.Logger, Definition.Name, Reason(cause));
        }
        else if (decision.IsExhausted)
        {
            Log.SlowRetry(
                Site.Logger, Definition.Name, decision.Delay.TotalMilliseconds, decision.Restart, Limit(), TimeText.Of(ranFor), Reason(cause), cause);
        }
        else
        {
            Log.Restarting(
                Site.Logger, Definition.Name, decision.Delay.TotalMilliseconds, decision.Restart, Limit(), TimeText.Of(ranFor), Reason(cause), cause);
        }

        AnswerWaiters(Awaited.Start);
    }

    private void GiveUp(Exception cause, TimeSpan ranFor, string rule)
    {
        Note(cause, new Incident.Verdict(rule));
        MoveTo(ServiceState.Failed);
        TellFailed(Record.LastIncident!, null); // It was noted above.
        Log.GaveUp(Site.Logger, Definition.Name, TimeText.Of(ranFor), Reason(cause), rule, cause);
        AnswerWaiters(Awaited.Start);
    }

    /// <summary>What an exception says, as a part of a sentence that goes on after it.</summary>
    public static string Reason(string message) => message.EndsWith("...", StringComparison.Ordinal) ? message : message.TrimEnd('.', ' ');

    private static string Reason(Exception cause) => Reason(cause.Message);

    /// <summary>The limit as the user writes it.</summary>
    private string Limit()
    {
        var restart = Options.Restart;
        return restart.MaxRestarts == RestartOptions.Unlimited
            ? "no limit"
            : $"max-restarts = {restart.MaxRestarts}" +
              (restart.Window == Timeout.InfiniteTimeSpan ? "" : $" within restart-window = {TimeText.Of(restart.Window)}");
    }

    private void OnTickFailed(ServiceCommand.TickFailed failed)
    {
        if (ReferenceEquals(failed.Incarnation, _incarnation))
        {
            Note(failed.Cause, new Incident.Verdict("on-tick-error = continue: next tick on its interval"));
            Log.TickFailed(Site.Logger, Definition.Name, failed.Next.TotalMilliseconds, Reason(failed.Cause), failed.Cause);
        }
    }

    /// <summary>What is worth knowing of an end, whatever follows it.</summary>
    private void NoteEnd(Incarnation incarnation)
    {
        foreach (var (what, thrown) in incarnation.Faults)
        {
            Note(thrown, new Incident.Verdict($"thrown by an {what}: the end goes on"));
            Log.CleanUpFailed(Site.Logger, Definition.Name, what, Reason(thrown), thrown);
        }

        if (_state == ServiceState.Stopping && incarnation.Cause is { } cause)
        {
            Note(cause, new Incident.Verdict("thrown while stopping: it is stopped all the same"));
            Log.FailedWhileStopping(Site.Logger, Definition.Name, Reason(cause), cause);
        }
    }

    private void OnOverdue(Incarnation incarnation)
    {
        if (ReferenceEquals(incarnation, _incarnation) && _state == ServiceState.Stopping)
        {
            NoteAbandoned();
            OnStopped();
        }
    }

    private void NoteAbandoned()
    {
        Record.Abandoned++;
        Note(
            $"did not stop within {TimeText.Of(Options.StopTimeout + Incarnation.Grace)} and ignored its cancelled token",
            $"stop-timeout = {TimeText.Of(Options.StopTimeout)}: abandoned, its on-stop hooks left out, its code still runs");
        Log.Abandoned(
            Site.Logger,
            Definition.Name,
            (Options.StopTimeout + Incarnation.Grace).TotalMilliseconds,
            Options.StopTimeout.TotalMilliseconds);
    }
}
