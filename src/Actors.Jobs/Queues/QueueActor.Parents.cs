namespace Actors.Jobs.Queues;

/// <summary>Jobs of this queue that others wait for, and jobs of other queues, or of the past, that those of this wait for.</summary>
internal sealed partial class QueueActor
{
    private const int LookedUpAtOnce = 100;
    private static readonly object LookTimer = new();
    private static readonly object PromiseTimer = new();

    /// <summary>Who is told of the ends of which jobs. Lost when this actor fails: who is told asks again when it is back.</summary>
    private readonly Dictionary<JobId, HashSet<IActorRef>> _subscribers = [];

    /// <summary>Jobs of which nothing is known here, asked for by other queues: something may be in the inbox.</summary>
    private readonly List<(long Read, QueueMessage.TellEnd Asked, IActorRef Asker)> _unknown = [];
    private readonly Queue<JobId> _lookups = new();
    private object _lookup = new();
    private bool _isLookingUp;

    /// <summary>Asks whoever may know of a job that this queue does not have.</summary>
    private void Ask(JobId id, AwaitedParent parent)
    {
        if (parent.At != _name)
        {
            parent.Question = ++_questions;
            Context.Parent.Tell(new QueuesActor.ToQueue(parent.At, new QueueMessage.TellEnd(id, parent.PromisedUntilMs > 0) { Number = _questions }), Self);
        }
        else if (NewsOf(id, keep: true) is { } local)
        {
            if (local.IsOver || local.Parts is { Count: > 0 })
            {
                TellChildren(parent, local);
                FlushSoon();
            }
        }
        else if (_state.Departed.QueueOf(id) is { } to)
        {
            FollowTo(id, parent, to);
        }
        else
        {
            Seek(id, parent);
        }
    }

    private void OnParentAsked(QueueMessage.OfParents message)
    {
        switch (message)
        {
            case QueueMessage.Expect expect:
                OnExpect(expect);
                break;
            case QueueMessage.CompletePart part:
                OnCompletePart(part);
                break;
            case QueueMessage.EnqueueBatch batch:
                OnEnqueueBatch(batch);
                break;
            case QueueMessage.GetBatch get:
                OnGetBatch(get.Id);
                break;
            case QueueMessage.TellEnd tell:
                OnTellEnd(tell, isAgain: false, Sender);
                break;
            case QueueMessage.ParentTold told:
                OnParentTold(told.News, told.Number);
                break;
            case QueueMessage.NoQueue none when _parents.TryGetValue(none.Parent, out var parent):
                OnNoQueue(none.Parent, parent);
                break;
            case QueueMessage.PlacesFound found:
                OnPlacesFound(found);
                break;
            case QueueMessage.QueueReady ready:
                foreach (var (id, awaited) in _parents.Where(awaited => awaited.Value.MayBeIn(ready.Queue)).ToList())
                {
                    awaited.At = ready.Queue;
                    awaited.SeekAnew();
                    Ask(id, awaited);
                }

                OnMoveTargetReady(ready.Queue);
                break;
            case QueueMessage.ParentsFound found:
                OnParentsFound(found);
                break;
            case QueueMessage.LookAgain:
                LookUpNext();
                break;
            case QueueMessage.PromisesOver:
                OnPromisesOver();
                break;
            case QueueMessage.SettleOn:
                OnSettleOn();
                break;
        }
    }

    /// <summary>Somebody is about to enqueue a job that waits for this one.</summary>
    private void OnExpect(QueueMessage.Expect expect)
    {
        if (Term == 0)
        {
            Sender.Tell(new QueueMessage.ParentFound(_name, null, Unavailability), Self);
            return;
        }

        if (NewsOf(expect.Id, keep: true) is not { } news)
        {
            Sender.Tell(new QueueMessage.ParentFound(_name, null, null) { MovedTo = _state.Departed.QueueOf(expect.Id) }, Self);
            return;
        }

        if (_state.Jobs.TryFind(expect.Id, out var number) && WaitsUntilMoved(number, expect))
        {
            return;
        }

        if (!news.IsOver && (expect.ForQueue != _name || !_options.KeepSucceeded) && !KeepEnd(expect.Id))
        {
            return;
        }

        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, expect.Id, new QueueMessage.ParentFound(_name, news, null)));
        FlushSoon();
    }

    /// <returns>Whether it is noted that the end of a job goes to the history; who asked has been answered when it is not.</returns>
    private bool KeepEnd(JobId id)
    {
        if (!_state.Jobs.TryFind(id, out var number) || _state.Traits(number) is { IsAwaited: true })
        {
            return true;
        }

        if (IsRefused() || IsTooNew(CommitDraft.TraitsFormat))
        {
            return false;
        }

        BeginChange(number);
        _draft.AddAwaited(number);
        _state.SetAwaited(number);
        return true;
    }

    /// <summary>Another queue has jobs that wait for one of this.</summary>
    private void OnTellEnd(QueueMessage.TellEnd tell, bool isAgain, IActorRef asker)
    {
        if (Term == 0)
        {
            return; // It says when it is ready, and is asked again.
        }

        var news = NewsOf(tell.Id, keep: true);
        if (news is { IsOver: false } || (news is null && tell.IsPromised))
        {
            if (!_subscribers.TryGetValue(tell.Id, out var subscribers))
            {
                _subscribers.Add(tell.Id, subscribers = []);
            }

            subscribers.Add(asker);
        }

        if (news is not null)
        {
            if (news.IsOver || news.Parts is { Count: > 0 })
            {
                TellWhenDurable(asker, news);
            }
        }
        else if (_state.Departed.QueueOf(tell.Id) is { } to)
        {
            asker.Tell(new QueueMessage.ParentTold(Departed(tell.Id, to)) { Number = tell.Number }, Self);
        }
        else if (_neighbours is null || isAgain)
        {
            if (!tell.IsPromised && _subscribers.TryGetValue(tell.Id, out var promised) && promised.Remove(asker) && promised.Count == 0)
            {
                _subscribers.Remove(tell.Id); // It was promised, and has not been enqueued.
            }

            asker.Tell(new QueueMessage.ParentTold(new ParentNews(tell.Id, 0)) { Number = tell.Number }, Self);
        }
        else
        {
            _unknown.Add((++_readsAsked, tell, asker));
            _neighbours.Inbox.Tell(Processes.InboxActor.ReadToEnd.Instance, Self);
        }
    }

    /// <summary>All that was in the inbox has been taken in.</summary>
    private void AnswerUnknown()
    {
        if (_unknown.Count > 0)
        {
            var answered = _unknown.Where(unknown => unknown.Read <= _readsDone).ToList();
            _unknown.RemoveAll(unknown => unknown.Read <= _readsDone);
            foreach (var (_, tell, asker) in answered)
            {
                OnTellEnd(tell, isAgain: true, asker);
            }
        }
    }

    private void TellWhenDurable(IActorRef asker, ParentNews news)
    {
        _draft.News.Add((asker, news));
        FlushSoon();
    }

    private void TellNews(CommitDraft durable)
    {
        if (durable.HasNews)
        {
            foreach (var (asker, news) in durable.News)
            {
                asker.Tell(new QueueMessage.ParentTold(news), Self);
            }
        }
    }

    /// <summary>The ends of these jobs are durable.</summary>
    private void TellSubscribers(List<long> finished)
    {
        if (_subscribers.Count == 0)
        {
            return;
        }

        foreach (var number in finished)
        {
            if (_state.Jobs.Contains(number) && _subscribers.Remove(_state.Jobs[number].Id, out var subscribers))
            {
                foreach (var subscriber in subscribers)
                {
                    subscriber.Tell(new QueueMessage.ParentTold(NewsOf(number)), Self);
                }
            }
        }
    }

    private void OnParentTold(ParentNews news, long question)
    {
        if (Term == 0 || !_parents.TryGetValue(news.Id, out var parent))
        {
            return;
        }

        if (news.State == 0)
        {
            OnNotThere(news, parent, question);
            return;
        }

        parent.HasNoQueue = false;
        parent.Last = news;
        TellChildren(parent, news);
        FlushSoon();
    }

    /// <summary>No queue has it: if it has ended, the history has.</summary>
    private void LookUp(JobId id)
    {
        _lookups.Enqueue(id);
        if (!_isLookingUp)
        {
            LookUpNext();
        }
    }

    private void LookUpNext()
    {
        _isLookingUp = _lookups.Count > 0;
        if (!_isLookingUp)
        {
            return;
        }

        var ids = new List<JobId>();
        while (ids.Count < LookedUpAtOnce && _lookups.TryDequeue(out var id))
        {
            ids.Add(id);
        }

        var self = Self;
        var lookup = _lookup;
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        LookUpAsync(ids).ContinueWith(
            ended =>
            {
                self.Tell(ended.IsCompletedSuccessfully
                    ? new QueueMessage.ParentsFound(lookup, ids, ended.Result, null)
                    : new QueueMessage.ParentsFound(lookup, ids, [], ended.Exception?.InnerException ?? new TaskCanceledException(ended)));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task<IReadOnlyList<FinishedJob?>> LookUpAsync(List<JobId> ids)
    {
        var found = new List<FinishedJob?>(ids.Count);
        foreach (var id in ids)
        {
            found.Add(await _history.FindAsync(id, CancellationToken.None));
        }

        return found;
    }

    private void OnParentsFound(QueueMessage.ParentsFound found)
    {
        if (!ReferenceEquals(found.Lookup, _lookup))
        {
            return; // Asked for by an earlier instance.
        }

        if (found.Cause is not null)
        {
            Log.ParentsNotFound(Logger, found.Ids.Count, _name, RetryDelay.TotalMilliseconds, found.Cause.Message);
            foreach (var id in found.Ids)
            {
                _lookups.Enqueue(id);
            }

            Context.Timers.StartSingle(LookTimer, QueueMessage.LookAgain.Instance, RetryDelay);
            return;
        }

        for (var i = 0; i < found.Ids.Count; i++)
        {
            OnLookedUp(found.Ids[i], found.Jobs[i]);
        }

        LookUpNext();
        FlushSoon();
    }

    private void OnLookedUp(JobId id, FinishedJob? finished)
    {
        if (!_parents.TryGetValue(id, out var parent))
        {
            return;
        }

        if (NewsOf(id, keep: true) is { } local)
        {
            // Enqueued meanwhile.
            if (local.IsOver)
            {
                TellChildren(parent, local);
            }
        }
        else if (finished is not null)
        {
            parent.Last = NewsOf(finished);
            TellChildren(parent, parent.Last);
        }
        else if (parent.PromisedUntilMs > NowMs())
        {
            AwaitPromises();
        }
        else if (!parent.HasNoQueue)
        {
            TellChildren(parent, new ParentNews(id, 0));
        }
    }

    internal static ParentNews NewsOf(FinishedJob finished) => new(finished.Id, finished.State);

    private void AwaitPromises()
    {
        if (!Context.Timers.IsActive(PromiseTimer) && _parents.Values.Where(parent => parent.PromisedUntilMs > 0).Select(parent => parent.PromisedUntilMs).DefaultIfEmpty().Min() is > 0 and var first)
        {
            Context.Timers.StartSingle(PromiseTimer, QueueMessage.PromisesOver.Instance, TimeSpan.FromMilliseconds(Math.Max(1, first - NowMs())));
        }
    }

    /// <summary>What was to be enqueued by now, and has not been, is asked for a last time.</summary>
    private void OnPromisesOver()
    {
        foreach (var (id, parent) in _parents.Where(parent => parent.Value.PromisedUntilMs is > 0 and var until && until <= NowMs()).ToList())
        {
            parent.PromisedUntilMs = 0;
            if (NewsOf(id, keep: false) is null && parent.Last is null)
            {
                Ask(id, parent);
            }
        }

        AwaitPromises();
    }

    private void ForgetAsked()
    {
        _subscribers.Clear();
        _unknown.Clear();
        _lookups.Clear();
        _lookup = new object();
        _isLookingUp = false;
        Context.Timers.Cancel(LookTimer);
        Context.Timers.Cancel(PromiseTimer);
    }
}
