using System.Diagnostics.Metrics;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Telemetry;

/// <summary>The meter <c>Actors.Jobs</c>. Where nobody listens, nothing is measured.</summary>
internal static class JobMetrics
{
    public const string QueueTag = "queue";
    public const string TypeTag = "type";
    public const string StateTag = "state";
    public const string OutcomeTag = "outcome";
    private const string SystemTag = "system";
    private const string Jobs = "{job}";

    private static readonly Meter Meter = new(JobTelemetry.Name);
    private static readonly JobState[] LiveStates =
        [JobState.Scheduled, JobState.Waiting, JobState.Running, JobState.Retrying, JobState.Parked, JobState.Quarantined, JobState.Awaiting];

    /// <summary>Those that are alive, or were when this was last looked at: nobody says when a process of a test is dropped.</summary>
    private static readonly List<WeakReference<JobSystem>> Systems = [];

    private static readonly Counter<long> EnqueuedJobs = Meter.CreateCounter<long>(
        "actors.jobs.enqueued", Jobs, "Jobs that became durable by a call of this process.");

    private static readonly Counter<long> StartedAttempts = Meter.CreateCounter<long>(
        "actors.jobs.attempts.started", "{attempt}", "Attempts that have begun in this process.");

    private static readonly Counter<long> FinishedJobs = Meter.CreateCounter<long>(
        "actors.jobs.finished", Jobs, "Jobs that have finished, by final state, counted by the owner of the queue.");

    private static readonly Histogram<double> AttemptSeconds = Meter.CreateHistogram<double>(
        "actors.jobs.attempt.duration", "s", "How long attempts took, by what came of them.");

    private static readonly Histogram<double> WaitSeconds = Meter.CreateHistogram<double>(
        "actors.jobs.wait", "s", "How long jobs that were due waited for a worker.");

    static JobMetrics()
    {
        Meter.CreateObservableGauge("actors.queue.jobs", ObserveQueues, Jobs, "Jobs in a queue that this process owns, by state.");
        Meter.CreateObservableGauge(
            "actors.schedules.overdue", ObserveSchedules, "{schedule}", "Schedules with a slot that is more than a minute late.");
    }

    /// <summary>Whether anybody wants to know of attempts.</summary>
    public static bool IsOfAttempts => StartedAttempts.Enabled || AttemptSeconds.Enabled || WaitSeconds.Enabled;

    /// <summary>From now on its queues are observed, until its actor system has ended.</summary>
    public static void Observe(JobSystem jobs)
    {
        lock (Systems)
        {
            Systems.RemoveAll(static known => !known.TryGetTarget(out var system) || system.HasEnded);
            Systems.Add(new WeakReference<JobSystem>(jobs));
        }
    }

    public static void OnEnqueued(string queue, string type, int count)
    {
        if (EnqueuedJobs.Enabled)
        {
            EnqueuedJobs.Add(count, new(QueueTag, queue), new(TypeTag, type));
        }
    }

    public static void OnFinished(string queue, string type, JobState state)
    {
        if (FinishedJobs.Enabled)
        {
            FinishedJobs.Add(1, new(QueueTag, queue), new(TypeTag, type), new(StateTag, StateName(state)));
        }
    }

    /// <param name="queue">The queue.</param>
    /// <param name="type">The type of the job.</param>
    /// <param name="wait">How long it waited since it was due; null when that is not known.</param>
    public static void OnStarted(string queue, string type, TimeSpan? wait)
    {
        StartedAttempts.Add(1, new(QueueTag, queue), new(TypeTag, type));
        if (wait is { } waited)
        {
            WaitSeconds.Record(Math.Max(0, waited.TotalSeconds), new(QueueTag, queue), new(TypeTag, type));
        }
    }

    public static void OnEnded(string queue, string type, AttemptOutcome outcome, TimeSpan took) =>
        AttemptSeconds.Record(took.TotalSeconds, new(QueueTag, queue), new(TypeTag, type), new(OutcomeTag, OutcomeName(outcome)));

    public static string OutcomeName(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Succeeded => "succeeded",
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.Cancelled => "cancelled",
        AttemptOutcome.Snoozed => "snoozed",
        AttemptOutcome.Undecodable => "undecodable",
        _ => "interrupted",
    };

    private static string StateName(JobState state) => state switch
    {
        JobState.Scheduled => "scheduled",
        JobState.Waiting => "waiting",
        JobState.Running => "running",
        JobState.Retrying => "retrying",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        JobState.Parked => "parked",
        JobState.Awaiting => "awaiting",
        _ => "quarantined",
    };

    private static List<JobSystem> Living()
    {
        lock (Systems)
        {
            return [.. Systems.Select(static known => known.TryGetTarget(out var system) && !system.HasEnded ? system : null).OfType<JobSystem>()];
        }
    }

    private static IEnumerable<Measurement<long>> ObserveQueues()
    {
        foreach (var system in Living())
        {
            foreach (var setup in system.OwnedSetups)
            {
                if (setup.State is not { } queue)
                {
                    continue;
                }

                foreach (var state in LiveStates)
                {
                    yield return new Measurement<long>(
                        queue.Count(state), new(SystemTag, system.SystemName), new(QueueTag, setup.Name), new(StateTag, StateName(state)));
                }
            }
        }
    }

    private static IEnumerable<Measurement<int>> ObserveSchedules()
    {
        foreach (var system in Living().Where(system => system.HasSchedules))
        {
            yield return new Measurement<int>(system.OverdueSchedules, new KeyValuePair<string, object?>(SystemTag, system.SystemName));
        }
    }
}
