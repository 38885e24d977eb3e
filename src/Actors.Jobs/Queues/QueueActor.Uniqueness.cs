namespace Actors.Jobs.Queues;

/// <summary>One job of a kind at a time. Derived from the jobs that there are: nothing is locked, so nothing has to be released.</summary>
internal sealed partial class QueueActor
{
    private readonly List<(long Number, string Reason)> _displaced = [];
    private UniqueHolders _holders = new();

    /// <summary>Enqueues what is the only one of its kind.</summary>
    /// <returns>The answer for whoever asked; null when the request is refused, and has been answered.</returns>
    private QueueMessage.Enqueued? EnqueueUnique(IReadOnlyList<JobDraft> drafts, long now)
    {
        if (drafts.Any(draft => draft.Traits?.Unique is { OnConflict: UniqueConflict.Reject }) && FindRejected(drafts, now) is { } rejected)
        {
            Sender.Tell(new Failure(new JobConflictException(rejected.Existing, rejected.Draft.Type)), Self);
            return null;
        }

        Dictionary<JobId, JobId>? existing = null;
        foreach (var draft in drafts)
        {
            if (_state.Jobs.TryFind(draft.Id, out _))
            {
                continue;
            }

            if (draft.Traits?.Unique is not { } claim || !IsTaken(claim, draft.Id, now, out var holder))
            {
                Enqueue(existing is null ? draft : Redirect(draft, existing), now);
                continue;
            }

            (existing ??= [])[draft.Id] = holder;
        }

        return existing is null ? QueueMessage.Enqueued.Instance : new QueueMessage.Enqueued { Existing = existing };
    }

    /// <summary>What waits for a job that was not enqueued, since there is one of its kind, waits for that.</summary>
    private JobDraft Redirect(JobDraft draft, Dictionary<JobId, JobId> existing) => draft.Traits is { Waits.Count: > 0 } traits
        ? draft with { Traits = traits with { Waits = [.. traits.Waits.Select(wait => existing.TryGetValue(wait.Parent, out var holder) ? wait with { Parent = holder, Queue = _name } : wait)] } }
        : draft;

    /// <summary>What another process was told to be accepted is enqueued in any case, and ends as cancelled when it is not the only one.</summary>
    private void EnqueueAccepted(JobDraft draft, long now)
    {
        if (draft.Traits?.Unique is { } claim && IsTaken(claim, draft.Id, now, out var holder))
        {
            var number = _state.Jobs.NextNumber;
            Enqueue(draft, now);
            Displace(number, NotAlone(holder));
            return;
        }

        Enqueue(draft, now);
    }

    private (JobDraft Draft, JobId Existing)? FindRejected(IReadOnlyList<JobDraft> drafts, long now)
    {
        var among = new Dictionary<UInt128, JobId>();
        foreach (var draft in drafts)
        {
            if (draft.Traits?.Unique is not { } claim || _state.Jobs.TryFind(draft.Id, out _))
            {
                continue;
            }

            if (TryFindHolder(claim.Hash, now, out _, out var holder) || !among.TryAdd(claim.Hash, draft.Id) && among.TryGetValue(claim.Hash, out holder))
            {
                return (draft, holder);
            }
        }

        return null;
    }

    /// <summary>Whether another job keeps this one out. One that it may replace makes way.</summary>
    private bool IsTaken(UniqueClaim claim, JobId newcomer, long now, out JobId holder)
    {
        if (!TryFindHolder(claim.Hash, now, out var number, out holder))
        {
            return false;
        }

        if (claim.OnConflict != UniqueConflict.Replace || number == 0 || !IsDisplaceable(number))
        {
            return true;
        }

        Displace(number, $"Replaced by {newcomer}, which is of the same kind.");
        return false;
    }

    /// <summary>Whether it waits, here.</summary>
    private bool IsDisplaceable(long number) =>
        _state.Jobs[number].State is JobState.Scheduled or JobState.Waiting or JobState.Retrying or JobState.Parked or JobState.Quarantined or JobState.Awaiting && !IsLeaving(number);

    private bool TryFindHolder(UInt128 hash, long now, out long number, out JobId holder)
    {
        if (_holders.TryFind(hash, out number) && _state.Jobs.Contains(number))
        {
            holder = _state.Jobs[number].Id;
            if (_state.Jobs[number].State != JobState.Succeeded || now < _state.Jobs[number].EnqueuedAtMs + _state.Traits(number)!.Unique!.PeriodMs) // A holder has a claim.
            {
                return true;
            }
        }

        number = 0;
        return _state.Windows.TryFind(hash, now, out holder);
    }

    /// <summary>Takes a job that waits out of the running. It ends in a commit of its own: within one, jobs end before others are enqueued.</summary>
    private void Displace(long number, string reason)
    {
        Withdraw(number);
        ReleaseClaim(number);
        _displaced.Add((number, reason));
        Self.Tell(QueueMessage.EndDisplaced.Instance, Self);
    }

    private void OnEndDisplaced()
    {
        foreach (var (number, reason) in _displaced)
        {
            if (_state.Jobs.Contains(number) && _state.Jobs[number] is { State: JobState.Scheduled or JobState.Waiting or JobState.Retrying or JobState.Parked or JobState.Quarantined or JobState.Awaiting } entry)
            {
                BeginChange(number);
                if (entry.State is not (JobState.Scheduled or JobState.Retrying) || entry.DueAtMs != 0)
                {
                    Withdraw(number); // Somebody has let it run at once meanwhile.
                }

                Finish(number, JobState.Cancelled, entry.Attempts, reason);
            }
        }

        _displaced.Clear();
        UpdateAlone();
        FlushSoon();
    }

    /// <summary>From now on it keeps others of its kind out.</summary>
    private void Claim(long number, JobTraits? traits)
    {
        if (traits?.Unique is { } claim)
        {
            _holders.Set(claim.Hash, number);
        }
    }

    private void ReleaseClaim(long number)
    {
        if (_state.Jobs[number].HasTraits && _state.Traits(number)?.Unique is { } claim)
        {
            _holders.Remove(claim.Hash, number);
        }
    }

    /// <summary>Its first attempt is about to begin.</summary>
    private void ReleaseClaimWhenBegun(long number)
    {
        if (_state.Jobs[number].HasTraits && _state.Traits(number)?.Unique is { While: UniqueWhile.Waiting })
        {
            ReleaseClaim(number);
        }
    }

    /// <summary>It has ended. If it has succeeded, it may keep others out for a while.</summary>
    private void ReleaseClaimWhenFinished(long number, JobState state)
    {
        if (_state.Jobs[number].HasTraits && _state.Traits(number)?.Unique is { } claim && (state != JobState.Succeeded || claim.PeriodMs == 0))
        {
            ReleaseClaim(number);
        }
    }

    /// <summary>Finds out who keeps whom out. Of two, one was out of the running when the last owner ended.</summary>
    private void RecoverClaim(long number)
    {
        if (!_state.Jobs[number].HasTraits || _state.Traits(number)?.Unique is not { } claim || !HoldsClaim(_state.Jobs[number], claim))
        {
            return;
        }

        if (!_holders.TryFind(claim.Hash, out var holder))
        {
            _holders.Set(claim.Hash, number);
        }
        else if (claim.OnConflict == UniqueConflict.Replace && IsDisplaceable(holder))
        {
            Displace(holder, $"Replaced by {_state.Jobs[number].Id}, which is of the same kind.");
            _holders.Set(claim.Hash, number);
        }
        else if (IsDisplaceable(number))
        {
            var existing = _state.Jobs[holder].Id;
            Displace(number, NotAlone(existing));
        }
    }

    private static bool HoldsClaim(in JobEntry entry, UniqueClaim claim) => entry.State switch
    {
        JobState.Failed or JobState.Cancelled => false,
        JobState.Succeeded => claim.PeriodMs > 0,
        _ => claim.While == UniqueWhile.Unfinished || entry.Grant == 0,
    };

    private static string NotAlone(JobId holder) => $"Job {holder} of the same kind was there already.";
}
