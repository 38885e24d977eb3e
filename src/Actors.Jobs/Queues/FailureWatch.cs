using System.Globalization;
using Actors.Jobs.Searching;
using Actors.Jobs.Types;

namespace Actors.Jobs.Queues;

/// <summary>What became of the attempts of the last time, and whether too many of them failed. It begins empty with each owner: a program that has just started may have the correction.</summary>
internal sealed class FailureWatch
{
    private const int MostErrors = 64;
    private const int MostText = 300;

    private readonly double _rate;
    private readonly SlidingCounts _ended;

    /// <summary>The last errors, of which the commonest is named: what they have in common is worked out only then.</summary>
    private readonly (JobId Job, string Error)[] _errors = new (JobId Job, string Error)[MostErrors];
    private long _errorCount;

    private FailureWatch(AutoPauseOptions options, double rate)
    {
        Options = options;
        _rate = rate;
        _ended = new SlidingCounts(options.Window);
    }

    public AutoPauseOptions Options { get; }

    /// <summary>Whether an attempt has failed since this was last asked.</summary>
    public bool IsNew { get; private set; }

    /// <summary>The first attempts after a pause that has ended by itself; null when the queue is not on trial.</summary>
    public QueueTrial? Trial { get; private set; }

    /// <returns>Null when the queue does not pause itself.</returns>
    public static FailureWatch? Of(AutoPauseOptions options) => options.FailureRate is { } rate ? new FailureWatch(options with { }, rate) : null;

    public void Succeeded(long number, long nowMs)
    {
        _ended.Add(nowMs, 1, 0);
        Trial?.Succeeded(number);
    }

    public void Failed(long number, JobId job, string error, long nowMs)
    {
        _ended.Add(nowMs, 0, 1);
        _errors[_errorCount++ % MostErrors] = (job, error);
        Trial?.Failed(number);
        IsNew = true;
    }

    /// <summary>The reason for which the queue has to pause; null when it need not.</summary>
    public string? Decide(long nowMs)
    {
        IsNew = false;
        if (Trial is { } trial)
        {
            return trial.HasFailed ? Reason($"{trial.Failures} of {trial.Failures + trial.Successes} attempts failed when it was tried after the last pause") : null;
        }

        _ended.SlideTo(nowMs);
        var all = _ended.First + _ended.Second;
        return all >= Options.Minimum && _ended.Second >= _rate * all
            ? Reason(string.Create(CultureInfo.InvariantCulture, $"{_ended.Second:N0} of {all:N0} attempts within {DurationText.Of(Options.Window)} failed"))
            : null;
    }

    /// <summary>The queue goes on after a pause that it had made itself, and that nobody ended.</summary>
    public void BeginTrial()
    {
        Forget();
        Trial = new QueueTrial(Options.Trial, _rate);
    }

    public void EndTrial() => Trial = null;

    /// <summary>What was is of no interest any more: the queue is paused, or somebody has resumed it.</summary>
    public void Forget()
    {
        _ended.Clear();
        Array.Clear(_errors);
        _errorCount = 0;
        Trial = null;
        IsNew = false;
    }

    private string Reason(string what)
    {
        var errors = _errors.Take((int)Math.Min(_errorCount, MostErrors)).Select(error => (error.Job, error.Error, Fingerprint: ErrorText.Fingerprint(error.Error))).ToList();
        var (fingerprint, count) = errors.CountBy(error => error.Fingerprint).MaxBy(error => error.Value);
        var example = errors.Last(error => error.Fingerprint == fingerprint);
        var text = example.Error.Split('\n')[0].TrimEnd();
        text = text.Length > MostText ? text[..MostText] + "…" : text;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what}, and {_rate * 100:0.##} % may not (auto-pause.failure-rate). Of the last {errors.Count}, {count} have the error {ErrorText.Digits(fingerprint)}, for example job {example.Job}: {text}");
    }
}
