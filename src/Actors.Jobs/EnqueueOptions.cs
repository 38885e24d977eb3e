namespace Actors.Jobs;

/// <summary>What one enqueue asks for beyond the job itself.</summary>
public sealed partial class EnqueueOptions
{
    internal const int MaxKeyLength = 200;
    internal const int MaxTagLength = 100;
    internal const int MaxTags = 20;

    internal string? QueueName { get; private set; }

    internal TimeSpan? DelayTime { get; private set; }

    internal DateTimeOffset? DueTime { get; private set; }

    internal JobPriority? ChosenPriority { get; private set; }

    internal JobId? ChosenId { get; private set; }

    internal string? ChosenKey { get; private set; }

    internal UniqueRule? UniqueRule { get; private set; }

    internal List<string>? Tags { get; private set; }

    /// <summary>Starts the job no sooner than after this time. Default: as its <see cref="JobAttribute.Delay"/> says, else at once.</summary>
    public EnqueueOptions Delay(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        DelayTime = delay;
        DueTime = null;
        return this;
    }

    /// <summary>Starts the job no sooner than at this moment; one in the past means at once.</summary>
    public EnqueueOptions At(DateTimeOffset moment)
    {
        DueTime = moment;
        DelayTime = null;
        return this;
    }

    /// <summary>Puts the job into another queue than its type says.</summary>
    public EnqueueOptions Queue(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        QueueName = name;
        return this;
    }

    /// <summary>Lets the job start before others that wait, or after them. Default: as its <see cref="JobAttribute.Priority"/> says.</summary>
    public EnqueueOptions Priority(JobPriority priority)
    {
        if (!Enum.IsDefined(priority))
        {
            throw new ArgumentOutOfRangeException(nameof(priority), priority, "There are Lowest, Low, Normal, High and Highest.");
        }

        ChosenPriority = priority;
        return this;
    }

    /// <summary>What the job is counted by: a customer, an account, a file. Limits per key count the jobs of each, and keys take turns.</summary>
    /// <param name="key">1 to 200 characters. Default: as its <see cref="JobAttribute.Key"/> says, else none.</param>
    public EnqueueOptions Key(string key)
    {
        ChosenKey = CheckText(key, MaxKeyLength, nameof(key));
        return this;
    }

    /// <summary>Words to find the job by, beside those of its <see cref="JobAttribute.Tags"/>.</summary>
    /// <param name="tags">Each of 1 to 100 characters; a job has at most 20.</param>
    public EnqueueOptions Tag(params IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        foreach (var tag in tags)
        {
            (Tags ??= []).Add(CheckText(tag, MaxTagLength, nameof(tags)));
        }

        return Tags is { Count: > MaxTags } ? throw new ArgumentException($"A job has at most {MaxTags} tags.", nameof(tags)) : this;
    }

    /// <summary>There is one job of this kind at a time, or in a time. Default: as its <see cref="UniqueAttribute"/> says, else as many as are enqueued.</summary>
    /// <exception cref="ArgumentException">The rule contradicts itself, or there is one already.</exception>
    public EnqueueOptions Unique(UniqueRule? rule = null)
    {
        if (UniqueRule is not null)
        {
            throw new ArgumentException("A job has one rule of uniqueness, but this enqueue gives two. Leave one of them out.", nameof(rule));
        }

        UniqueRule = rule ?? new UniqueRule();
        UniqueRule.Validate();
        return this;
    }

    /// <summary>Gives the job an id of the caller's making. Enqueuing an id again, of a live job or of one in the history, changes nothing and returns the same id.</summary>
    public EnqueueOptions Id(JobId id)
    {
        ChosenId = id;
        return this;
    }

    internal static string CheckText(string text, int maxLength, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, name);
        return text.Length <= maxLength
            ? text
            : throw new ArgumentException($"'{text[..20]}…' has {text.Length} characters, but at most {maxLength} are possible.", name);
    }
}
