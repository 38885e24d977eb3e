namespace Actors.Jobs.Queues;

/// <summary>
/// Jobs that had begun when the process died. Each runs again alone in the process, before anything else; when the process dies of that as well, it counts against the job,
/// and only then. A job that was merely there when another brought the process down is cleared by ending, well or not.
/// </summary>
internal sealed partial class QueueActor
{
    private ReadyList _suspects = null!; // Made with the state, by the reset that every recovery begins with.
    private readonly List<(CommitDraft Draft, IBegunTable Table)> _suspicions = [];
    private int _hold;
    private int _aloneRequest;
    private bool _hasJoined;
    private bool _isHeld;
    private bool _wantsAlone;
    private bool _mayRunAlone;

    private IBegunTable Begun => _setup.Begun;

    /// <summary>What an earlier process, or an earlier instance, was running, and has not reported.</summary>
    private void ReleaseOrphan(long number, IReadOnlySet<BegunAttempt>? left, long node = 0)
    {
        var attempt = new BegunAttempt(number, _state.Jobs[number].Grant);
        var hadBegun = left is null || left.Contains(attempt);
        if (!_state.IsCancelling(number, out _) && hadBegun)
        {
            // Not the first time: it was alone.
            var crashes = _state.IsSuspect(number, out var before) ? before + 1 : 0;
            if (crashes >= _options.QuarantineAfter)
            {
                Quarantine(number, crashes);
                return;
            }

            CloseDraftIfFull();
            _draft.AddSuspected(number, crashes);
            _state.Suspect(number, crashes);
        }

        Release(number, hadBegun ? JobInterruptionCause.ProcessDied : null, node);
    }

    private void Quarantine(long number, int crashes)
    {
        var entry = _state.Jobs[number];
        Log.JobQuarantined(Logger, entry.Id, _name, _state.Names[entry.Type], crashes);
        var error = $"The process died {crashes} times while this job ran alone in it. RetryAsync lets it run again.";
        _draft.AddMoved(number, JobState.Quarantined, entry.Attempts, 0, error);
        _state.Move(number, JobState.Quarantined, entry.Attempts, 0, error);
    }

    /// <summary>All orphans are released: what the last process left is forgotten as soon as that is durable.</summary>
    private void Join()
    {
        if (_suspects.Count > 0)
        {
            Log.SuspectsFound(Logger, _suspects.Count, _name);
        }

        ForgetWhenDurable(Begun);
        _hasJoined = true;
        SetUnhandledSuspectsAside();
        Context.Parent.Tell(new QueuesActor.Joined(_suspects.Count > 0 && IsSuspectHandledHere && _state.Pause is null), Self);
        UpdateAlone();
    }

    /// <summary>What follows from a table has been decided: when that is stored, the table may forget it.</summary>
    private void ForgetWhenDurable(IBegunTable table)
    {
        if ((_draft.IsEmpty ? _full.LastOrDefault() ?? _inFlight.LastOrDefault() : _draft) is { } draft)
        {
            _suspicions.Add((draft, table));
        }
        else
        {
            table.Forget();
        }
    }

    private void OnSuspicionAppended(CommitDraft draft)
    {
        for (var i = _suspicions.Count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(_suspicions[i].Draft, draft))
            {
                _suspicions[i].Table.Forget();
                _suspicions.RemoveAt(i);
            }
        }
    }

    private void OnHold(QueueMessage.Hold hold)
    {
        _isHeld = true;
        _hold = hold.Number;
        ReleaseNotBegun();
        UpdateAlone();
        FlushSoon();
    }

    private void OnGo()
    {
        _isHeld = false;
        _hold = 0;
        FlushSoon();
    }

    private void OnRunAlone(QueueMessage.RunAlone run)
    {
        if (_wantsAlone && run.Request == _aloneRequest)
        {
            _mayRunAlone = true;
            FlushSoon();
        }
    }

    /// <summary>Tells the parent what it needs to know: that this queue has jobs that must run alone, or none any more; that it is held and nothing runs.</summary>
    private void UpdateAlone()
    {
        if (!_hasJoined)
        {
            return;
        }

        var wants = (_setup.IsConsuming && _suspects.Count > 0 && IsSuspectHandledHere && _state.Pause is null && (Desk is not { } desk || desk.SlotsOf(Self) > 0)) || (_mayRunAlone && _state.GrantedHere > 0);
        if (wants && !_wantsAlone)
        {
            _wantsAlone = true;
            Context.Parent.Tell(new QueuesActor.AloneWanted(++_aloneRequest), Self);
        }
        else if (!wants && _wantsAlone)
        {
            StopWantingAlone();
        }

        if (_hold != 0 && _state.GrantedHere == 0)
        {
            Context.Parent.Tell(new QueuesActor.Held(_hold), Self);
            _hold = 0;
        }
    }

    private void StopWantingAlone()
    {
        _wantsAlone = false;
        _mayRunAlone = false;
        Context.Parent.Tell(QueuesActor.AloneDone.Instance, Self);
    }

    /// <summary>Whether this process can run the first of them; there is one.</summary>
    private bool IsSuspectHandledHere => HandlerOf(_state.Jobs[_suspects.First].Type) is not null;

    /// <summary>Suspects that no process can run wait out of the way of those behind them, until one comes that can.</summary>
    private void SetUnhandledSuspectsAside()
    {
        var isChanged = false;
        while (_suspects.First is not 0 and var number && HandlerOf(_state.Jobs[number].Type) is null && !IsHandledElsewhere(_state.Jobs[number].Type))
        {
            _suspects.Take();
            _cache.Remove(ref _state.Jobs[number]);
            _unhandled.Add(number);

            isChanged = true;
        }

        if (isChanged)
        {
            UpdateAlone();
        }
    }

    private void GrantSuspect()
    {
        while (_mayRunAlone && _state.GrantedHere == 0 && FreeSlotsHere > 0 && _suspects.First is not 0 and var number && IsSuspectHandledHere)
        {
            ref var entry = ref _state.Jobs[number];
            if (entry.CacheSlot == 0 || !MayStart(entry))
            {
                break;
            }

            _suspects.Take();
            Grant(number, ref entry);
        }
    }
}
