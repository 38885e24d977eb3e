using System.Globalization;

namespace Actors.Jobs.Queues;

/// <summary>
/// Jobs that wait for others. What a job waits for is kept with it, and this queue decides when that has come. It is never told something once and for all: it asks, when
/// the job is enqueued and whenever it has recovered.
/// </summary>
internal sealed partial class QueueActor
{
    /// <summary>How many jobs are let go in one turn: others are to start meanwhile.</summary>
    private const int SettledInATurn = 2_000;
    private const int MostNamed = 5;

    private readonly Dictionary<JobId, AwaitedParent> _parents = [];
    private readonly Queue<AwaitedParent.Telling> _news = new();

    /// <summary>Finished jobs that others wait for, or have until now: their ends are kept in the history.</summary>
    private readonly HashSet<long> _kept = [];
    private bool _isSettling;

    private IReadOnlyList<AwaitedJob> AwaitsOf(long number) => _state.Jobs[number].State == JobState.Awaiting && _state.Traits(number) is { } traits
        ? ValueList<AwaitedJob>.Of(traits.Waits.Select(static wait => new AwaitedJob(wait.Parent, wait.Queue, wait.Condition, wait.Part)))
        : ValueList<AwaitedJob>.Empty;

    /// <summary>A job begins to wait, or does again after a recovery.</summary>
    private void Await(long number)
    {
        foreach (var wait in _state.Traits(number)!.Waits) // Who waits for something has traits.
        {
            if (!_parents.TryGetValue(wait.Parent, out var parent))
            {
                _parents.Add(wait.Parent, parent = new AwaitedParent(wait.Queue));
            }

            parent.PromisedUntilMs = Math.Max(parent.PromisedUntilMs, wait.PromisedUntilMs);
            if (parent.Children.Count == 0 || parent.Children[^1] != number)
            {
                parent.Children.Add(number);
                parent.Waiting++;
                Look(wait.Parent, parent, parent.Children.Count - 1);
            }
        }
    }

    private void RecoverAwaiting()
    {
        if (_state.Count(JobState.Awaiting) == 0)
        {
            return;
        }

        foreach (var number in _state.Jobs.Numbers())
        {
            if (_state.Jobs[number].State == JobState.Awaiting && !IsLeaving(number))
            {
                Await(number);
            }
        }
    }

    /// <summary>Tells a job that waits what is known. Only this one: each is looked at once, however many there are.</summary>
    private void Look(JobId id, AwaitedParent parent, int child)
    {
        if (NewsOf(id, keep: true) is { } local)
        {
            if (local.IsOver || local.Parts is { Count: > 0 })
            {
                TellChildren(parent, local, child, child + 1);
            }
        }
        else if (parent.Last is { } last)
        {
            TellChildren(parent, last, child, child + 1);
        }
        else if (!parent.IsAsked)
        {
            parent.IsAsked = true;
            Ask(id, parent);
        }
    }

    /// <summary>There is something new of what jobs wait for, or there is one more that waits. The next commit tells them.</summary>
    private void TellChildren(AwaitedParent parent, ParentNews news, int first = 0, int end = int.MaxValue)
    {
        parent.Tellings++;
        _news.Enqueue(new AwaitedParent.Telling(parent, news, first, end));
    }

    /// <summary>What this queue itself knows of a job; null when it has no such job.</summary>
    private ParentNews? NewsOf(JobId id, bool keep)
    {
        if (!_state.Jobs.TryFind(id, out var number))
        {
            return _state.Batches.TryGet(id, out var batch) ? NewsOf(id, batch) : null;
        }

        var news = NewsOf(number);
        if (keep && news.IsOver)
        {
            _kept.Add(number);
        }

        return news;
    }

    private ParentNews NewsOf(long number) => new(_state.Jobs[number].Id, _state.Jobs[number].State) { IsDeleted = _state.IsDeleted(number), Parts = _state.Traits(number)?.Parts ?? [] };

    /// <summary>A job of this queue has ended.</summary>
    private void NoteEnd(long number)
    {
        if (_parents.Count > 0 && _parents.TryGetValue(_state.Jobs[number].Id, out var parent))
        {
            _kept.Add(number);
            TellChildren(parent, NewsOf(number));
        }

        if (_state.Jobs[number].HasTraits && _state.Traits(number)?.Batch is { } batch)
        {
            NoteBatchEnd(batch);
        }
    }

    /// <summary>Whether the end of a job must be in the history, because somebody may ask for it there.</summary>
    private bool IsAwaited(long number, in JobEntry entry) => (_kept.Count > 0 && _kept.Contains(number))
        || (entry.HasTraits && _state.Traits(number) is { IsAwaited: true });

    /// <summary>Lets jobs go on that wait for what has come, and cancels those that wait for what cannot come any more. Those that wait for these follow.</summary>
    private void SettleAwaiting()
    {
        var left = SettledInATurn;
        while (left > 0 && _news.TryPeek(out var telling))
        {
            var parent = telling.Parent;
            if (parent.Waiting == 0 || (telling.News.State == 0 && NewsOf(telling.News.Id, keep: false) is not null))
            {
                // Nobody waits for it any more, or it is here after all.
                EndTelling(telling);
                continue;
            }

            for (; telling.Next < telling.End && left > 0; telling.Next++, left--)
            {
                var number = parent.Children[telling.Next];
                if (number != 0 && (Settle(number, telling.News) || telling.News.IsOver))
                {
                    parent.Children[telling.Next] = 0;
                    parent.Waiting--;
                }
            }

            if (telling.Next >= telling.End)
            {
                EndTelling(telling);
            }
        }

        if (_news.Count > 0 && !_isSettling)
        {
            // Behind what is in the mailbox.
            _isSettling = true;
            Self.Tell(QueueMessage.SettleOn.Instance, Self);
        }
    }

    private void EndTelling(AwaitedParent.Telling telling)
    {
        _news.Dequeue();
        var parent = telling.Parent;
        parent.Tellings--;
        if (parent.Waiting == 0 && ReferenceEquals(_parents.GetValueOrDefault(telling.News.Id), parent))
        {
            _parents.Remove(telling.News.Id);
        }
        else if (parent.Tellings == 0 && parent.Children.Count > 2 * parent.Waiting)
        {
            // Not each time: it goes through all of them.
            parent.Children.RemoveAll(static number => number == 0);
        }
    }

    private void OnSettleOn()
    {
        _isSettling = false;
        SettleAwaiting();
        FlushSoon();
    }

    /// <returns>Whether the job does not wait for this parent any more.</returns>
    private bool Settle(long number, ParentNews news)
    {
        if (!_state.Jobs.Contains(number)
            || _state.Jobs[number].State != JobState.Awaiting
            || IsLeaving(number)
            || IsDisplaced(number))
        {
            return true;
        }

        var waits = _state.Traits(number)!.Waits; // Who waits for something has traits.
        var left = waits.Count;
        var isAwaited = false;
        for (var i = waits.Count - 1; i >= 0; i--)
        {
            if (waits[i].Parent != news.Id)
            {
                continue;
            }

            switch (news.Verdict(waits[i]))
            {
                case false:
                    BeginChange(number);
                    Finish(number, JobState.Cancelled, _state.Jobs[number].Attempts, news.Reason(waits[i]));
                    return true;
                case true:
                    left--;
                    break;
                default:
                    isAwaited = true;
                    break;
            }
        }

        if (left == 0)
        {
            GoOn(number);
        }
        else if (left < waits.Count)
        {
            BeginChange(number);
            for (var i = waits.Count - 1; i >= 0; i--)
            {
                if (waits[i].Parent == news.Id && news.Verdict(waits[i]) == true)
                {
                    _draft.AddWaitOver(number, i);
                    _state.EndWait(number, i);
                }
            }
        }

        return !isAwaited;
    }

    /// <summary>There is nothing to wait for any more but a time.</summary>
    private void GoOn(long number)
    {
        BeginChange(number);
        var now = NowMs();
        ref var entry = ref _state.Jobs[number];
        var delayMs = Math.Min(MaxDueMs - now, Math.Max(_state.Traits(number)!.AfterDelayMs, entry.DueAtMs - now)); // As above.
        var state = delayMs > 0 ? JobState.Scheduled : JobState.Waiting;
        delayMs = Math.Max(0, delayMs);
        _draft.AddMoved(number, state, entry.Attempts, delayMs, null);
        _state.Move(number, state, entry.Attempts, now + delayMs, null);
        if (delayMs > 0)
        {
            AddDue(number, now + delayMs);
        }
        else
        {
            AddWaiting(number);
        }
    }

    private JobReason AwaitingReason(long number)
    {
        var waits = _state.Traits(number)!.Waits; // As above.
        var named = string.Join("; ", waits.Take(MostNamed).Select(Describe));
        var more = waits.Count > MostNamed ? string.Create(CultureInfo.InvariantCulture, $"; and {waits.Count - MostNamed} others") : "";
        return Reason(number, JobReasonKind.AwaitsOthers, $"It waits for {named}{more}.");
    }

    private string Describe(JobWait wait)
    {
        var what = wait.Part is null ? "" : $"part '{wait.Part}' of ";

        // What is in another queue is known by its id only; parts are those of jobs.
        what += wait.Queue != _name && wait.Part is null ? "job or batch" : wait.Queue == _name && _state.Batches.TryGet(wait.Parent, out _) ? "batch" : "job";
        var condition = wait.Condition == AfterCondition.Finished ? "end" : "succeed";
        var where = _parents.GetValueOrDefault(wait.Parent) switch
        {
            _ when wait.Queue == _name && _state.Batches.TryGet(wait.Parent, out var batch) => string.Create(CultureInfo.InvariantCulture, $", {batch.Succeeded + batch.Failed + batch.Cancelled} of whose {batch.Expected} jobs have ended"),
            _ when wait.Queue == _name && _state.Jobs.TryFind(wait.Parent, out var parent) => $", which is {_state.Jobs[parent].State}",
            { HasNoQueue: true } => $" of queue '{wait.Queue}', which this process does not have",
            _ when wait.Queue != _name => $" of queue '{wait.Queue}'",
            _ => "",
        };
        return $"{what} {wait.Parent}{where}{(wait.Part is null ? $", to {condition}" : "")}";
    }

    private void ForgetParents()
    {
        _parents.Clear();
        _news.Clear();
        _kept.Clear();
        _isSettling = false;
        ForgetAsked();
    }
}
