namespace Actors.Jobs;

/// <summary>What one enqueue asks for beyond the job itself.</summary>
public sealed class EnqueueOptions
{
    internal string? QueueName { get; private set; }

    internal TimeSpan? DelayTime { get; private set; }

    internal DateTimeOffset? DueTime { get; private set; }

    internal JobPriority? ChosenPriority { get; private set; }

    internal JobId? ChosenId { get; private set; }

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

    /// <summary>Gives the job an id of the caller's making. Enqueuing an id again, of a live job or of one in the history, changes nothing and returns the same id.</summary>
    public EnqueueOptions Id(JobId id)
    {
        ChosenId = id;
        return this;
    }
}
