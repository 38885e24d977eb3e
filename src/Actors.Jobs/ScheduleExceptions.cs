namespace Actors.Jobs;

/// <summary>A schedule cannot be used, or not be changed so.</summary>
public sealed class ScheduleException(string schedule, IReadOnlyList<string> faults)
    : JobException($"Schedule '{schedule}': {string.Join(Environment.NewLine, faults)}")
{
    /// <summary>Its name.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>There is no schedule of this name.</summary>
public sealed class UnknownScheduleException(string schedule, IEnumerable<string> known)
    : JobException($"There is no schedule '{schedule}'. There are: {string.Join(", ", known.Order(StringComparer.Ordinal).Take(20))}.")
{
    /// <summary>The name.</summary>
    public string Schedule { get; } = schedule;
}

/// <summary>The owner of the schedules cannot be reached, or cannot store anything at present.</summary>
public sealed class SchedulesUnavailableException(string reason, Exception? cause = null)
    : JobException($"The schedules are unavailable at present: {reason}", cause);
