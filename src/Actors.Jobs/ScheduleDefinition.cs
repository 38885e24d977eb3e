using System.Text.Json;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>A durable schedule: when, and which job.</summary>
public sealed class ScheduleDefinition
{
    private readonly object? _job;

    private ScheduleDefinition(string name, string schedule, object? job, ScheduleOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(schedule);
        Name = name;
        Schedule = schedule;
        Options = options is null ? new ScheduleOptions() : options with { };
        _job = job;
    }

    /// <summary>The name, unique among the schedules of the application, 1 to 200 characters. It is part of the identity of every slot: renaming makes a new schedule.</summary>
    public string Name { get; }

    /// <summary>As for <see cref="Actors.Schedule.Parse"/>. <c>H</c> is made from the name.</summary>
    public string Schedule { get; }

    /// <summary>How slots are treated.</summary>
    public ScheduleOptions Options { get; }

    /// <summary>Whether it comes from the configuration, and not from code.</summary>
    public bool IsConfigured { get; private init; }

    /// <summary>The stable name of the job, when it was given by name.</summary>
    public string? JobName { get; private init; }

    /// <summary>The arguments as JSON, when the job was given by name.</summary>
    public string? ArgsJson { get; private init; }

    /// <summary>A schedule whose jobs are all made from one object.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="schedule">See <see cref="Schedule"/>.</param>
    /// <param name="job">The job; its class has a <see cref="JobAttribute"/>. What is to differ from run to run, the handler takes from the time.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    public static ScheduleDefinition Of<TJob>(string name, string schedule, TJob job, ScheduleOptions? options = null)
        where TJob : notnull
    {
        ArgumentNullException.ThrowIfNull(job);
        return new ScheduleDefinition(name, schedule, job, options);
    }

    /// <summary>A schedule whose job is known by name: for configuration and tools.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="schedule">See <see cref="Schedule"/>.</param>
    /// <param name="jobName">The stable name of a job that has a handler in this process.</param>
    /// <param name="argsJson">Its arguments, a JSON object.</param>
    /// <param name="options">Null takes the defaults. They are copied.</param>
    /// <param name="isConfigured">See <see cref="IsConfigured"/>.</param>
    public static ScheduleDefinition Named(
        string name, string schedule, string jobName, string argsJson = "{}", ScheduleOptions? options = null, bool isConfigured = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(jobName);
        ArgumentNullException.ThrowIfNull(argsJson);
        return new ScheduleDefinition(name, schedule, null, options) { JobName = jobName, ArgsJson = argsJson, IsConfigured = isConfigured };
    }

    /// <summary>The same job at other moments, or treated otherwise.</summary>
    public ScheduleDefinition With(string schedule, ScheduleOptions options) =>
        new(Name, schedule, _job, options) { JobName = JobName, ArgsJson = ArgsJson, IsConfigured = IsConfigured };

    /// <summary>The type of the job and its arguments as they are stored.</summary>
    /// <exception cref="JobException">There is no such job, or the arguments do not fit it.</exception>
    internal (JobType Type, byte[] Args) Resolve(JobTypes types, Func<string, JobType?> findByName)
    {
        if (_job is not null)
        {
            var known = types.Get(_job.GetType());
            return (known, known.Serialize(_job));
        }

        var type = findByName(JobName!) ?? throw new JobTypeException( // One of the two ways made it.
            $"there is no handler for a job '{JobName}'. Add one with AddHandler, or correct the name.");
        try
        {
            return (type, type.Serialize(type.Deserialize(System.Text.Encoding.UTF8.GetBytes(ArgsJson!))));
        }
        catch (JsonException wrong)
        {
            throw new JobTypeException($"the arguments do not fit '{JobName}': {wrong.Message}");
        }
    }
}
