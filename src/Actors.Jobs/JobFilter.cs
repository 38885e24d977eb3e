using System.Globalization;

namespace Actors.Jobs;

/// <summary>Which jobs are meant, live and finished alike. A job matches when it matches everything that is set; what is not set matches every job.</summary>
/// <remarks>It is checked where it is used: values that no job can have are refused with an <see cref="ArgumentException"/> that names all of them.</remarks>
public sealed record JobFilter
{
    private const int MaxTextLength = 1_000;
    private const int FingerprintLength = 16;

    /// <summary>Every job of every queue, said explicitly: what changes many jobs refuses a filter in which nothing is set.</summary>
    public static JobFilter Everything { get; } = new() { IsEverything = true };

    /// <summary>Whether it is meant when nothing is set. See <see cref="Everything"/>.</summary>
    public bool IsEverything { get; init; }

    /// <summary>Only jobs of this queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Only jobs of this type, by its stable name.</summary>
    public string? Type { get; init; }

    /// <summary>Only jobs in one of these states.</summary>
    /// <value>Default empty: in any state.</value>
    public IReadOnlyCollection<JobState> States { get; init; } = [];

    /// <summary>Only jobs with this key.</summary>
    public string? Key { get; init; }

    /// <summary>Only jobs that have this tag, maybe among others.</summary>
    public string? Tag { get; init; }

    /// <summary>Only jobs whose arguments have all these values. See <see cref="Arg"/>.</summary>
    /// <value>Default empty: whatever their arguments are.</value>
    public IReadOnlyList<JobArg> Args { get; init; } = [];

    /// <summary>Only jobs whose last error is the same but for numbers, ids, quoted text, paths and the like: 16 hexadecimal digits, as a search shows them.</summary>
    public string? ErrorFingerprint { get; init; }

    /// <summary>Only jobs that were enqueued at or after this time.</summary>
    public DateTimeOffset? EnqueuedFrom { get; init; }

    /// <summary>Only jobs that were enqueued before this time.</summary>
    public DateTimeOffset? EnqueuedBefore { get; init; }

    /// <summary>Only jobs that finished at or after this time; none that are live.</summary>
    public DateTimeOffset? FinishedFrom { get; init; }

    /// <summary>Only jobs that finished before this time; none that are live.</summary>
    public DateTimeOffset? FinishedBefore { get; init; }

    /// <summary>Whether nothing is set, so that every job of every queue matches.</summary>
    public bool IsEmpty => Queue is null
        && Type is null
        && States.Count == 0
        && Key is null
        && Tag is null
        && Args.Count == 0
        && ErrorFingerprint is null
        && EnqueuedFrom is null
        && EnqueuedBefore is null
        && FinishedFrom is null
        && FinishedBefore is null;

    /// <summary>The same filter, and the arguments must have this value too.</summary>
    /// <param name="path">Where the value is in the arguments as they are stored: the names of properties with dots between, such as <c>customer.id</c>. Case does not matter.</param>
    /// <param name="value">The value as text: a string without its quotes, a number or a boolean as JSON has it.</param>
    public JobFilter Arg(string path, string value) => this with { Args = [.. Args, new JobArg(path, value)] };

    /// <summary>Whether only finished jobs can match.</summary>
    internal bool IsOfFinished => FinishedFrom is not null || FinishedBefore is not null;

    /// <exception cref="ArgumentException">It has values that no job can have; the message names all of them.</exception>
    internal void Validate(string parameter)
    {
        var faults = FindFaults().ToList();
        if (faults.Count > 0)
        {
            throw new ArgumentException($"The filter cannot be used: {string.Join(" ", faults)}", parameter);
        }
    }

    private IEnumerable<string> FindFaults()
    {
        foreach (var (name, text) in new[] { (nameof(Queue), Queue), (nameof(Type), Type), (nameof(Key), Key), (nameof(Tag), Tag) })
        {
            if (text is not null && (string.IsNullOrWhiteSpace(text) || text.Length > MaxTextLength))
            {
                yield return $"{name} has 1 to {MaxTextLength} characters, not {text.Length} or only spaces; leave it out to match every job.";
            }
        }

        foreach (var state in States.Where(state => !Enum.IsDefined(state)))
        {
            yield return $"There is no job state {(int)state}; there are {string.Join(", ", Enum.GetNames<JobState>())}.";
        }

        foreach (var arg in Args)
        {
            if (arg is null || string.IsNullOrEmpty(arg.Path) || arg.Value is null || arg.Path.Length > MaxTextLength || arg.Path.Split('.').Contains(""))
            {
                yield return $"The path of an argument is names with dots between, such as 'customer.id', with the value as text; not '{arg?.Path}' = '{arg?.Value}'.";
            }
        }

        if (ErrorFingerprint is { } fingerprint
            && (fingerprint.Length != FingerprintLength || !ulong.TryParse(fingerprint, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)))
        {
            yield return $"The fingerprint of an error has {FingerprintLength} hexadecimal digits, such as '00c0ffee12345678'; not '{fingerprint}'.";
        }

        if (EnqueuedFrom >= EnqueuedBefore)
        {
            yield return $"{nameof(EnqueuedFrom)} ({EnqueuedFrom:O}) must be before {nameof(EnqueuedBefore)} ({EnqueuedBefore:O}).";
        }

        if (FinishedFrom >= FinishedBefore)
        {
            yield return $"{nameof(FinishedFrom)} ({FinishedFrom:O}) must be before {nameof(FinishedBefore)} ({FinishedBefore:O}).";
        }
    }
}

/// <summary>A value that the arguments of a job must have.</summary>
/// <param name="Path">The names of properties as they are stored, with dots between, such as <c>customer.id</c>. Case does not matter.</param>
/// <param name="Value">The value as text: a string without its quotes, a number or a boolean as JSON has it.</param>
public sealed record JobArg(string Path, string Value);
