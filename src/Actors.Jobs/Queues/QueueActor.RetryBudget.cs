using System.Globalization;
using Actors.Jobs.Types;

namespace Actors.Jobs.Queues;

/// <summary>
/// Retries that are due, and more than may begin for now. They stay Retrying, out of line, and get into it in the order in which they came due, as many as may begin. Whether one may is decided when it is granted:
/// one that waited in line for so long that others have used the budget is held again.
/// </summary>
internal sealed partial class QueueActor
{
    /// <summary>So many are in line at most; those behind them follow when they have begun.</summary>
    private const int MostAdmitted = 1_000;
    private static readonly object BudgetTimer = new();

    private readonly HashSet<long> _admitted = [];
    private ReadyList _heldRetries = null!; // Made with the state, by the reset that every recovery begins with.

    private void ForgetHeldRetries()
    {
        _heldRetries = new ReadyList(_state.Jobs);
        _admitted.Clear();
    }

    /// <summary>The time of a job has come.</summary>
    /// <returns>Whether it waits, because it is a retry and those have a budget.</returns>
    private bool HoldsRetry(long number)
    {
        if (_state.Begun is null || _state.Jobs[number].State != JobState.Retrying)
        {
            return false;
        }

        if (!_heldRetries.Contains(number))
        {
            _heldRetries.Add(number);
        }

        return true;
    }

    private bool IsRetryHeld(long number) => _heldRetries.Count > 0 && _state.Jobs.Contains(number) && _state.Jobs[number].State == JobState.Retrying && _heldRetries.Contains(number);

    /// <summary>Those that may begin get into line.</summary>
    private void AdmitRetries()
    {
        if (_state.Begun is { } begun)
        {
            _state.LastMs = NowMs();
            begun.SlideTo(_state.LastMs);
        }

        if (_heldRetries.Count == 0)
        {
            return;
        }

        _admitted.RemoveWhere(number => !_state.Jobs.Contains(number) || _state.Jobs[number].State != JobState.Waiting);
        while (_heldRetries.Count > 0 && _admitted.Count < MostAdmitted && _state.MayRetry(_admitted.Count))
        {
            var number = _heldRetries.Take();
            _admitted.Add(number);
            _state.MarkDue(number);
            _ready.Add(number);
        }

        if (_heldRetries.Count > 0 && _admitted.Count < MostAdmitted)
        {
            var delay = TimeSpan.FromMilliseconds(Math.Max(1, NextRetryMs() - NowMs()));
            Context.Timers.StartSingle(BudgetTimer, QueueMessage.Flush.Instance, delay);
        }
    }

    /// <summary>As <see cref="NextAllowed"/>, without retries that may not begin.</summary>
    private long NextWithinBudget()
    {
        for (var held = 0; held < MostAdmitted; held++)
        {
            var number = NextAllowed();
            if (number == 0 || _state.Jobs[number].Attempts == 0 || _state.MayRetry())
            {
                return number;
            }

            _ready.Take();
            _cache.Remove(ref _state.Jobs[number]);
            _state.MarkHeld(number);
            _admitted.Remove(number);
            _heldRetries.AddFirst(number);
        }

        FlushSoon(); // The others have their turn first.
        return 0;
    }

    /// <summary>When another retry may begin, if nothing else begins.</summary>
    private long NextRetryMs()
    {
        if (_state.Begun is { } begun && !_state.MayRetry(_admitted.Count))
        {
            foreach (var (atMs, all, retries) in begun.Later())
            {
                if (_state.MayRetry(all, retries, _admitted.Count))
                {
                    return atMs;
                }
            }

            return NowMs() + (begun.SliceMs * SlidingCounts.Slices); // Those that are in line must begin first.
        }

        return NowMs();
    }

    private JobReason BudgetReason(long number)
    {
        var budget = _state.RetryBudget;
        var (all, retries) = _state.Begun is { } begun ? (begun.First, begun.Second) : (0, 0);
        var before = _heldRetries.CountBefore(number, MostCounted + 1);

        // If nothing but retries begins, so many do in a window.
        var perWindow = Math.Max(1, budget.Minimum / (1 - budget.Share.GetValueOrDefault()));
        var aboutMs = NextRetryMs() + (long)(Math.Floor(Math.Min(before, MostCounted) / perWindow) * budget.Window.TotalMilliseconds);
        var until = At(Math.Min(aboutMs, MaxDueMs));
        var error = _state.Error(number);
        return Counted(
            Reason(
                number,
                JobReasonKind.RetryBudget,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its next attempt has been due since {Moment(_state.Jobs[number].DueAtMs)}, and waits until about {until:yyyy-MM-dd HH:mm:ss}Z: of {all:N0} attempts that began within {DurationText.Of(budget.Window)}, {retries:N0} were retries, and no more than {budget.Minimum:N0} and {budget.Share * 100:0.##} % of them may be (retry.budget); {Are(before, "that are due", "before it")}.{Quoted(error)}")) with
            {
                Until = until,
                Because = error,
            },
            before);
    }
}
