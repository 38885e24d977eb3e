namespace Actors.Jobs.Queues;

/// <summary>
/// Finished jobs that are over their time leave the history. Nothing is done per job: one seldom timer looks for all of them, in the order of the history, some hundred at a time with pauses in between, and
/// never while the history is behind with what it is to be told.
/// </summary>
internal sealed partial class QueueActor
{
    private const int HistoryIsBehindFrom = 10_000;

    /// <summary>As a share of the shortest time that jobs are kept.</summary>
    private const int SweepsInATime = 10;
    private static readonly TimeSpan LongestSweepInterval = TimeSpan.FromHours(1);

    /// <summary>After a start, what an earlier process has not come to does not wait for an hour; processes that start often would never come to it.</summary>
    private static readonly TimeSpan FirstSweepWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SweepPause = TimeSpan.FromMilliseconds(50);
    private static readonly object RetentionTimer = new();

    /// <summary>The look that is on its way; null between two.</summary>
    private HistorySweep? _sweep;
    private bool _isPruning;

    /// <summary>After a start, each queue at a moment of its own.</summary>
    private void BeginRetention()
    {
        if (SweepInterval is { } interval)
        {
            var within = interval < FirstSweepWithin ? interval : FirstSweepWithin;
            Context.Timers.StartSingle(RetentionTimer, QueueMessage.PruneHistory.Instance, within * Context.System.Random.NextDouble());
        }
    }

    /// <summary>The times are other ones now.</summary>
    private void RestartRetention()
    {
        Context.Timers.Cancel(RetentionTimer);
        ForgetRetention();
        AwaitSweep();
    }

    private void ForgetRetention() => (_sweep, _isPruning) = (null, false);

    /// <summary>How often to look; null when everything is kept for ever.</summary>
    private TimeSpan? SweepInterval => _configured.Retention.Limited.Select(limit => (TimeSpan?)limit.Time / SweepsInATime).Min() is { } share
        ? share < LongestSweepInterval ? share : LongestSweepInterval
        : null;

    private void AwaitSweep()
    {
        if (SweepInterval is { } interval)
        {
            Context.Timers.StartSingle(RetentionTimer, QueueMessage.PruneHistory.Instance, interval);
        }
    }

    private void OnPruneHistory()
    {
        if (Term == 0 || _isPruning)
        {
            return; // Begun anew when it owns the journal again; or gone on with when the answer comes.
        }

        if (_toHistory.Count >= HistoryIsBehindFrom)
        {
            Context.Timers.StartSingle(RetentionTimer, QueueMessage.PruneHistory.Instance, RetryDelay);
            return;
        }

        var sweep = _sweep ??= new HistorySweep(_configured.Retention.Limited, NowMs());
        if (sweep.IsOver)
        {
            EndSweep(sweep);
            return;
        }

        _isPruning = true;
        var self = Self;
        var dispatcher = Context.System.Dispatcher;
        dispatcher.BeginOperation();
        PruneAsync(sweep).ContinueWith(
            ended =>
            {
                self.Tell(new QueueMessage.HistoryPruned(sweep, ended.IsCompletedSuccessfully ? null : ended.Exception?.InnerException ?? new TaskCanceledException(ended)));
                dispatcher.EndOperation();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>What it throws, it throws to whoever awaits it.</summary>
    private async Task PruneAsync(HistorySweep sweep)
    {
        var (state, before) = sweep.Current;
        sweep.Last = await _history.PruneAsync(_name, state, before, _configured.PruneBatch, CancellationToken.None);
    }

    private void OnHistoryPruned(QueueMessage.HistoryPruned pruned)
    {
        if (!ReferenceEquals(pruned.Sweep, _sweep))
        {
            return; // Of an earlier instance of this actor, or of other times.
        }

        _isPruning = false;
        if (pruned.Cause is { } cause)
        {
            Log.RetentionDelayed(Logger, _name, cause.Message);
            EndSweep(pruned.Sweep);
            return;
        }

        pruned.Sweep.AddLast();
        if (pruned.Sweep.IsOver)
        {
            EndSweep(pruned.Sweep);
        }
        else
        {
            Context.Timers.StartSingle(RetentionTimer, QueueMessage.PruneHistory.Instance, SweepPause);
        }
    }

    private void EndSweep(HistorySweep sweep)
    {
        _sweep = null;
        if (sweep.Deleted > 0)
        {
            Log.HistoryPruned(Logger, sweep.Deleted, _name);
        }

        AwaitSweep();
    }
}
