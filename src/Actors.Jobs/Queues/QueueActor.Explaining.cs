using System.Globalization;

namespace Actors.Jobs.Queues;

/// <summary>Why a job is where it is. Only looks, and at no more jobs than a turn may take.</summary>
internal sealed partial class QueueActor
{
        private void OnWhyJob(QueueMessage.WhyJob why)
    {
        var unknown = Term == 0 ? Unavailability : null;
        var reason = unknown is null && _state.Jobs.TryFind(why.Id, out var number) ? ReasonOf(number) : null;
        Sender.Tell(new QueueMessage.Explained(reason, unknown), Self);
    }

    private JobReason ReasonOf(long number)
    {
        ref var entry = ref _state.Jobs[number];
        var error = _state.Error(number);
        var max = HandlerOf(entry.Type)?.Policy.MaxAttempts;
        var reason = entry.State switch
        {
            _ when _state.IsCancelling(number, out var why) => Reason(
                number,
                JobReasonKind.Cancelling,
                "It was cancelled while it ran; it is over when its attempt has ended, which looks at its token or does not.") with { Because = why },
            _ when _state.MoveOf(number) is { } move => LeavingReason(number, move),
            JobState.Running when Unavailability is { } cause && IsGrantUnderWay(number) => UnavailableReason(number, cause),
            JobState.Running => RunningReason(number, max),
            JobState.Scheduled => Reason(number, JobReasonKind.Scheduled, $"Its time has not come: it waits until {Moment(entry.DueAtMs)}.") with { Until = At(entry.DueAtMs) },
            JobState.Retrying when IsRetryHeld(number) => WaitingReason(number),
            JobState.Retrying => Reason(
                number,
                JobReasonKind.Retrying,
                $"Attempt {entry.Attempts}{Of(max)} failed; the next is at {Moment(entry.DueAtMs)}.{Quoted(error)}") with { Until = At(entry.DueAtMs), Because = error },
            JobState.Parked => Reason(
                number, JobReasonKind.Parked, $"It is parked: its arguments cannot be decoded here.{Quoted(error)}") with { Because = error },
            JobState.Quarantined => Reason(
                number, JobReasonKind.Quarantined, $"It is quarantined, and waits for a person: RetryAsync lets it run, CancelAsync ends it.{Quoted(error)}") with { Because = error },
            JobState.Waiting => WaitingReason(number),
            JobState.Awaiting => AwaitingReason(number),
            _ => FinishedReason(Status(number)),
        };
        var isOver = entry.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
        return reason with { Attempt = entry.Attempts + (isOver ? 0 : 1), MaxAttempts = max };
    }

    /// <summary>What must go first comes first.</summary>
    private JobReason WaitingReason(long number)
    {
        ref var entry = ref _state.Jobs[number];
        var type = _state.Names[entry.Type];
        var isHandledHere = _setup.IsConsuming && HandlerOf(entry.Type) is not null;
        if (Unavailability is { } cause)
        {
            return UnavailableReason(number, cause);
        }

        if (_state.Pause is { } pause)
        {
            var end = pause.Until is { } until ? $"until {Moment(until.ToUnixTimeMilliseconds())}" : "until somebody resumes it";
            return Reason(
                number,
                JobReasonKind.QueuePaused,
                $"Its queue {(pause.IsAutomatic ? "paused itself at" : "has been paused since")} {Moment(pause.Since.ToUnixTimeMilliseconds())}, {end}{(pause.Reason is null ? "." : $": {pause.Reason}")}") with
            {
                Since = pause.Since, Until = pause.Until, Because = pause.Reason,
            };
        }

        if (!isHandledHere && !IsHandledElsewhere(entry.Type))
        {
            var isConsumed = _setup.IsConsuming || _nodes.Values.Any(node => node.Slots > 0);
            return isConsumed
                ? Reason(number, JobReasonKind.NoHandler, $"No process that takes jobs of its queue has a handler for '{type}'.")
                : Reason(number, JobReasonKind.NotConsumed, $"No process takes jobs of its queue: start its consumer, the service '{_name}'.");
        }

        if (_toHistory.Count >= MaxFinishedNotInHistory)
        {
            return Reason(
                number, JobReasonKind.HistoryBehind, $"Its queue starts nothing: {Number(_toHistory.Count)} finished jobs wait to be written to the history.");
        }

        if (_state.IsSuspect(number, out var crashes))
        {
            return Reason(
                number,
                JobReasonKind.RunsAlone,
                $"It had begun when the process died{(crashes > 0 ? $", {crashes} times of them alone," : "")} and runs alone, when the jobs that run have ended.");
        }

        if (_isHeld && isHandledHere)
        {
            return Reason(number, JobReasonKind.Held, "A job that had begun when the process died must run alone first, in this queue or another.");
        }

        return (_state.Jobs[number].State == JobState.Retrying ? BudgetReason(number) : null) ?? TrialReason(number) ?? LimitReason(number) ?? LineReason(number);
    }

    private JobReason UnavailableReason(long number, Exception cause) =>
        Reason(number, JobReasonKind.QueueUnavailable, $"Its queue starts nothing, because it cannot store anything: {cause.Message}") with { Because = cause.Message };

    /// <summary>Whether it is decided that it runs, and not stored yet: until then it does not.</summary>
    private bool IsGrantUnderWay(long number) => _inFlight.Concat(_full).Append(_draft).Any(draft => draft.Granted.Contains(number));

    private JobReason RunningReason(long number, int? max)
    {
        var attempt = $"Attempt {_state.Jobs[number].Attempts + 1}{Of(max)}";
        if (_state.GrantedTo.TryGetValue(number, out var node))
        {
            return Reason(number, JobReasonKind.Running, $"{attempt} is with process {node} of the store.") with { Node = node };
        }

        // Those that are granted in advance are Running, too.
        var inAdvance = _state.GrantedHere > _options.Workers
            ? $", among {Number(_state.GrantedHere)} jobs that are granted to {Number(_options.Workers)} workers"
            : "";
        return Reason(number, JobReasonKind.Running, $"{attempt} is with the workers of this process{inAdvance}.");
    }

    internal static JobReason FinishedReason(JobStatus job) => new(
        job.Id, job.Queue, JobReasonKind.Finished, $"It has finished: {job.State} at {Moment(job.FinishedAt!.Value.ToUnixTimeMilliseconds())}, after {job.Attempts} {(job.Attempts == 1 ? "attempt" : "attempts")}.{Quoted(job.Error)}") // It has.
    {
        Since = job.FinishedAt,
        Because = job.Error,
        Attempt = job.Attempts,
    };

    private JobReason Reason(long number, JobReasonKind kind, string text) => new(_state.Jobs[number].Id, _name, kind, text);

    private static string Of(int? max) => max is { } attempts ? string.Create(CultureInfo.InvariantCulture, $" of {attempts}") : "";

    /// <summary>The first line: what follows is where it happened.</summary>
    private static string Quoted(string? error) => error is null ? "" : " " + error.Split('\n')[0].TrimEnd();

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static string Moment(long ms) => At(ms).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
