using Actors.Jobs.Telemetry;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;

namespace Actors.Jobs.Queues;

/// <summary>Which job runs next, and what follows when its attempt has ended.</summary>
internal sealed partial class QueueActor
{
    private const int MaxFinishedNotInHistory = 50_000;

    private readonly Dictionary<ushort, JobHandler?> _handlers = [];
    private readonly HashSet<long> _overdue = [];

    /// <summary>How many jobs more can be granted to this process.</summary>
    private int FreeSlotsHere => !_setup.IsConsuming ? 0
        : (Desk is { } desk ? desk.SlotsOf(Self) : _options.Workers + _state.Limits.Advance(_options.Prefetch)) - _state.GrantedHere;

    /// <summary>Adds grants to the draft: up to the free slots and, so that no worker waits for a write, some more.</summary>
    private void GrantReady()
    {
        PauseWhenFailing();
        if ((!_setup.IsConsuming && _nodes.Count == 0)
            || _toHistory.Count >= MaxFinishedNotInHistory
            || _state.Pause is not null
            || IsForwardingBehind)
        {
            return;
        }

        UpdateLimits();
        AdmitRetries();
        SetUnhandledSuspectsAside();
        if (_isHeld)
        {
            GrantSuspect();
            GrantToNodes();
            ReadPayloadsAhead();
            return;
        }

        var free = FreeSlotsHere;
        while ((free > 0 || _nodes.Count > 0) && NextReady() is not 0 and var number)
        {
            ref var entry = ref _state.Jobs[number];
            if (HandlerOf(entry.Type) is null)
            {
                if (IsHandledElsewhere(entry.Type))
                {
                    break;
                }

                // Unknown is not parked: the job waits, out of everybody's way, until there is a process that knows it.
                _ready.Take();
                _cache.Remove(ref entry);
                _unhandled.Add(number);
                continue;
            }

            if (entry.CacheSlot == 0 || free <= 0)
            {
                break;
            }

            _ready.Take();
            Grant(number, ref entry);
            free--;
        }

        if (_nodes.Count > 0)
        {
            GrantToNodes();
        }

        ReadPayloadsAhead();
    }

    private void Grant(long number, ref JobEntry entry)
    {
        var grant = (ushort)(entry.Grant + 1);
        ReleaseClaimWhenBegun(number);
        _draft.AddGranted(number, grant);
        _state.Grant(number, grant);
        _failures?.Trial?.Begin(number);
    }

    private void HandOver(List<long> granted)
    {
        if (_neighbours is not null)
        {
            // Of a process that has ended, or fallen silent, before the grant was durable: the job waits again.
            granted.RemoveAll(number => !_state.Jobs.Contains(number) || _state.Jobs[number].State != JobState.Running);
        }

        if (_nodes.Count > 0)
        {
            granted = _state.Pause is null ? SendGrants(granted) : KeepGrants(granted);
        }

        if (!_setup.IsConsuming || _state.Pause is not null)
        {
            // From the last to the first, so that the first is first again.
            for (var i = granted.Count - 1; i >= 0; i--)
            {
                Release(granted[i]);
            }

            UpdateAlone();
            return;
        }

        var handedOver = granted.Count;
        foreach (var number in granted)
        {
            if (_state.IsCancelling(number, out _))
            {
                Release(number);
                handedOver--;
                continue;
            }

            ref var entry = ref _state.Jobs[number];
            var handler = HandlerOf(entry.Type)!; // Checked before it was granted.
            _granted.Add(
                new GrantedJob(
                    number,
                    entry.Grant,
                    entry.Id,
                    handler,
                    entry.Attempts + 1,
                    DateTimeOffset.FromUnixTimeMilliseconds(entry.EnqueuedAtMs),
                    entry.TypeVersion,
                    _cache[entry]) // Only jobs with their arguments in memory are granted.
                {
                    ReadyAt = ReadyAt(entry),
                    Key = _state.Keys.Name(entry.Key),
                    Traits = _state.Traits(number),
                },
                entry.Priority);
        }

        _handedOver += handedOver;
        if (handedOver < granted.Count)
        {
            UpdateAlone();
        }

        _granted.WakeOne();
    }

    private void OnAttemptEnded(QueueMessage.AttemptEnded ended)
    {
        // A late end of an earlier grant changes nothing: a later one owns the job.
        if (!IsRunning(ended.Number, ended.Grant))
        {
            return;
        }

        var number = ended.Number;
        if (_state.GrantedTo.TryGetValue(number, out var node))
        {
            Node(node).Granted.Remove(number);
            Node(node).Recovered.Remove(number);
        }
        else
        {
            _handedOver--;
            if (_overdue.Count > 0)
            {
                _overdue.Remove(number);
            }

            CloseDraftIfFull();
        }

        NoteOutcome(number, ended.Outcome);
        var entry = _state.Jobs[number];
        if (_state.IsCancelling(number, out var reason))
        {
            // Whatever it answered: somebody was told that it ends as cancelled.
            _granted.ForgetCancelled(number);
            Finish(number, JobState.Cancelled, entry.Attempts + (ended.Outcome is AttemptOutcome.Interrupted ? 0 : 1), reason);
            OnAttemptDone();
            return;
        }

        switch (ended.Outcome)
        {
            case AttemptOutcome.Succeeded succeeded:
                Finish(number, JobState.Succeeded, entry.Attempts + 1, null);
                KeepResult(number, succeeded.Result);
                break;
            case AttemptOutcome.Cancelled:
                Finish(number, JobState.Cancelled, entry.Attempts + 1, null);
                break;
            case AttemptOutcome.Failed { RetryAfter: { } delay } failed:
                MoveLater(number, JobState.Retrying, entry.Attempts + 1, delay, failed.Error);
                break;
            case AttemptOutcome.Failed failed:
                Log.JobFailed(Logger, entry.Id, _name, _state.Names[entry.Type], entry.Attempts + 1);
                Finish(number, JobState.Failed, entry.Attempts + 1, failed.Error);
                break;
            case AttemptOutcome.Snoozed snoozed:
                MoveLater(number, JobState.Scheduled, entry.Attempts, snoozed.Duration, null);
                break;
            case AttemptOutcome.Interrupted interrupted:
                Release(number, interrupted.Cause, node);
                break;
            case AttemptOutcome.Undecodable undecodable:
                Park(number, undecodable.Error);
                break;
        }

        OnAttemptDone();
    }

    /// <summary>A job that was given back, or let go on, does not tell since when it waits.</summary>
    private static DateTimeOffset? ReadyAt(in JobEntry entry) => entry.DueAtMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(entry.DueAtMs);

    private void Park(long number, string error)
    {
        ref var entry = ref _state.Jobs[number];
        _draft.AddMoved(number, JobState.Parked, entry.Attempts, 0, error);
        _state.Move(number, JobState.Parked, entry.Attempts, 0, error);
        _cache.Remove(ref entry);
    }

    private void OnAttemptDone()
    {
        if (_isHeld)
        {
            UpdateAlone();
        }

        AnswerStopConsumingWhenDone();
        FlushSoon();
    }

    private void OnAttemptOverdue(QueueMessage.AttemptOverdue overdue)
    {
        if (IsRunning(overdue.Number, overdue.Grant) && _overdue.Add(overdue.Number))
        {
            var entry = _state.Jobs[overdue.Number];
            Log.AttemptOverdue(
                Logger, entry.Attempts + 1, entry.Id, _name, _state.Names[entry.Type], RunningAttempt.Grace.TotalMilliseconds);
        }
    }

    private bool IsRunning(long number, int grant) => _state.Jobs.Contains(number)
        && _state.Jobs[number] is { State: JobState.Running } entry
        && entry.Grant == (ushort)grant;

    private void Finish(long number, JobState state, int attempts, string? error)
    {
        _draft.AddFinished(number, state, attempts, error);
        _state.Finish(number, state, attempts, error);
        _state.Jobs[number].DueAtMs = NowMs();
        ReleaseClaimWhenFinished(number, state);
        NoteEnd(number);
        JobMetrics.OnFinished(_name, _state.Names[_state.Jobs[number].Type], state);
    }

    private void MoveLater(long number, JobState state, int attempts, TimeSpan delay, string? error)
    {
        var now = NowMs();
        var delayMs = Math.Clamp((long)Math.Ceiling(delay.TotalMilliseconds), 1, MaxDueMs - now);
        var dueAtMs = now + delayMs;
        _draft.AddMoved(number, state, attempts, delayMs, error);
        _state.Move(number, state, attempts, dueAtMs, error);
        _cache.Remove(ref _state.Jobs[number]);
        AddDue(number, dueAtMs);
    }

    /// <summary>Gives a grant back: the job is the first to run again, and nothing counts against it.</summary>
    private void Release(long number)
    {
        if (_state.IsCancelling(number, out var reason))
        {
            _granted.ForgetCancelled(number);
            Finish(number, JobState.Cancelled, _state.Jobs[number].Attempts, reason);
            return;
        }

        BackToWaiting(number);
        if (_state.IsSuspect(number, out _))
        {
            _suspects.AddFirst(number);
        }
        else
        {
            _ready.AddFirst(number);
        }
    }

    /// <summary>Puts a waiting job at the end of its line.</summary>
    private void AddWaiting(long number)
    {
        if (_state.IsSuspect(number, out _))
        {
            _suspects.Add(number);
        }
        else
        {
            _ready.Add(number);
        }
    }

    /// <summary>Lets a job wait for a worker again, whatever it was doing.</summary>
    private void BackToWaiting(long number)
    {
        _failures?.Trial?.GiveBack(number);
        var attempts = _state.Jobs[number].Attempts;
        _draft.AddMoved(number, JobState.Waiting, attempts, 0, null);
        _state.Move(number, JobState.Waiting, attempts, 0, null);
    }

    private JobHandler? HandlerOf(ushort type)
    {
        if (!_handlers.TryGetValue(type, out var handler))
        {
            var name = _state.Names[type];
            handler = _setup.IsConsuming && Desk is { } desk ? desk.HandlerOf(name) : _setup.Handlers.GetValueOrDefault(name);
            _handlers[type] = handler;
            if (handler is null && (_neighbours is null || (_setup.IsConsuming && !IsHandledElsewhere(type))))
            {
                // An owner that only enqueues leaves them to the others, who may come later.
                Log.NoHandler(Logger, _name, name);
            }
        }

        return handler;
    }
}
