using Actors.Jobs;

namespace Actors.Hosting;

/// <summary>A command to a running actor system, for its management socket.</summary>
/// <param name="Command">One of <c>ping, status, start, stop, restart, tail, incidents, reread, update, shutdown, schedules,
/// next-slots, run-schedule, pause-schedule, resume-schedule, search-jobs, job-errors, queues, pause-queue, resume-queue, drain-queue, change-queue, reset-queue, job, why-job,
/// cancel-jobs, retry-jobs, run-jobs-again, delete-jobs, move-jobs, edit-job</c>.</param>
public sealed record ManagementRequest(string Command)
{
    /// <summary>The services that are meant: names or patterns such as <c>worker-*</c>.</summary>
    /// <value>Default empty: all, where the command only asks; <c>start</c>, <c>stop</c> and <c>restart</c> must be told, if need be <c>*</c>.</value>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>How many lines or incidents are wanted, the last ones.</summary>
    /// <value>Null, the default, leaves it to the command: 20.</value>
    public int? Lines { get; init; }

    /// <summary>The durable schedules that are meant: names or patterns such as <c>report-*</c>.</summary>
    /// <value>Default empty: all, where the command only asks; one that changes something must be told, if need be <c>*</c>.</value>
    public IReadOnlyList<string> Schedules { get; init; } = [];

    /// <summary>The queues that are meant, by name.</summary>
    /// <value>Default empty: all, where the command only asks; one that changes something must be told.</value>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>The jobs that are meant, by id; else <see cref="Jobs"/> says which.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>For what changes all jobs that match: how many they are expected to be. If there are more, nothing is changed.</summary>
    /// <value>Default null: they are counted only. -1 expects any number.</value>
    public long? Count { get; init; }

    /// <summary>For <c>pause-queue</c>: when it goes on by itself; null when somebody resumes it.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>For <c>change-queue</c>: what is to be otherwise than configured.</summary>
    public QueueChange? Change { get; init; }

    /// <summary>For <c>change-queue</c>: who asks, for whoever reads the status.</summary>
    public string? By { get; init; }

    /// <summary>For <c>move-jobs</c>: the queue that they go to.</summary>
    public string? To { get; init; }

    /// <summary>For <c>edit-job</c>: the arguments, as JSON.</summary>
    public string? Args { get; init; }

    /// <summary>Why, for whoever reads the status: kept by <c>pause-schedule</c>, <c>pause-queue</c>, <c>drain-queue</c>, <c>change-queue</c> and <c>cancel-jobs</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The jobs that are meant, for <c>search-jobs</c>, <c>job-errors</c> and what changes all that match; <see cref="Lines"/> says how many are wanted.</summary>
    /// <value>Default null: all.</value>
    public JobFilter? Jobs { get; init; }

    /// <summary>For <c>search-jobs</c>: where to go on, as the answer before has said in <c>next</c>.</summary>
    public string? Cursor { get; init; }

    /// <summary>For <c>tail</c>: of each service only the lines after this number of it, for whoever has those before already.</summary>
    /// <value>Null, the default: the last ones, whichever they are.</value>
    public IReadOnlyDictionary<string, long>? After { get; init; }
}

/// <summary>What a running actor system has answered.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Text">The answer in words, for people; may have several lines.</param>
/// <param name="Json">The whole answer, one line of JSON, for programs.</param>
public sealed record ManagementReply(ManagementOutcome Outcome, string Text, string Json);

/// <summary>How a command to a running actor system ended.</summary>
public enum ManagementOutcome
{
    /// <summary>As asked; for a question, nothing needs attention.</summary>
    Done,

    /// <summary>Carried out, and not all is as asked: a service does not run after its start, or still runs after its stop; for a question, something needs attention.</summary>
    Incomplete,

    /// <summary>No service, schedule, queue or job has the name.</summary>
    UnknownService,

    /// <summary>The command makes no sense: it does not exist, or lacks what it needs.</summary>
    BadRequest,

    /// <summary>It was not carried out; the text says why.</summary>
    Refused,
}
