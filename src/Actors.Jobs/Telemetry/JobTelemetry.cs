using System.Diagnostics;
using Actors.Jobs.Queues;
using Actors.Jobs.Workers;

namespace Actors.Jobs.Telemetry;

/// <summary>The activity source <c>Actors.Jobs</c>: a span where a job is enqueued and one for each attempt, named and tagged as OpenTelemetry lays down for messaging.</summary>
internal static class JobTelemetry
{
    public const string Name = "Actors.Jobs";
    private const int MaxStatus = 200;

    /// <summary>As much of a state as W3C asks everybody to pass on.</summary>
    private const int MaxState = 512;

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Whether anybody wants to know of what is enqueued.</summary>
    public static bool IsTracing => Source.HasListeners();

    /// <summary>Whether anybody wants to know of attempts.</summary>
    public static bool IsOfAttempts => Source.HasListeners() || JobMetrics.IsOfAttempts;

    /// <summary>Begins the span of an enqueue; null when nobody wants it.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="type">The type of the jobs.</param>
    /// <param name="id">The first of them.</param>
    /// <param name="count">How many there are.</param>
    public static Activity? StartEnqueue(string queue, string type, JobId id, int count)
    {
        var span = Source.StartActivity($"enqueue {queue}", ActivityKind.Producer);
        if (span is { IsAllDataRequested: true })
        {
            AddCommon(span, queue, type, "enqueue", "send");
            if (count == 1)
            {
                span.SetTag("messaging.message.id", id.ToString());
            }
            else
            {
                span.SetTag("messaging.batch.message_count", count);
            }
        }

        return span;
    }

    /// <summary>Stores the trace that is under way with a job, if there is one.</summary>
    public static JobDraft InTrace(JobDraft draft) => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } parent } current
        ? draft with
        {
            Traits = (draft.Traits ?? new JobTraits()) with
            {
                TraceParent = parent,
                TraceState = current.TraceStateString is { Length: > 0 and <= MaxState } state ? state : null,
            },
        }
        : draft;

    /// <summary>Begins the span of an attempt, in the trace of whoever enqueued the job; null when nobody wants it.</summary>
    public static Activity? StartAttempt(string queue, GrantedJob job)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // Where the worker was made says nothing about the job.
        Activity.Current = null;
        var span = Source.StartActivity(ActivityKind.Consumer, TraceOf(job.Traits), name: $"process {queue}");
        if (span is { IsAllDataRequested: true })
        {
            AddCommon(span, queue, job.Handler.Type.Name, "process", "process");
            span.SetTag("messaging.message.id", job.Id.ToString());
            span.SetTag("actors.job.attempt", job.Attempt);
        }

        return span;
    }

    /// <summary>The span of the attempt that is under way, if it has one, else the trace of whoever enqueued the job.</summary>
    public static ActivityContext ContextOf(JobTraits? traits) =>
        Activity.Current is { } span && ReferenceEquals(span.Source, Source) ? span.Context : TraceOf(traits);

    /// <summary>Notes what was thrown on the span of the attempt that is under way, if it has one.</summary>
    public static void NoteFailure(Exception? cause)
    {
        if (Activity.Current is { } span && ReferenceEquals(span.Source, Source))
        {
            span.SetTag("error.type", cause?.GetType().FullName ?? "failed");
        }
    }

    public static void EndAttempt(Activity span, AttemptOutcome outcome)
    {
        span.SetTag("actors.job.outcome", JobMetrics.OutcomeName(outcome));
        if (outcome is AttemptOutcome.Failed { Error: var error })
        {
            span.SetStatus(ActivityStatusCode.Error, FirstLine(error));
        }
        else if (outcome is AttemptOutcome.Undecodable { Error: var reason })
        {
            span.SetTag("error.type", "undecodable").SetStatus(ActivityStatusCode.Error, FirstLine(reason));
        }
    }

    public static void Fail(Activity? span, Exception cause) =>
        span?.SetTag("error.type", cause.GetType().FullName).SetStatus(ActivityStatusCode.Error, FirstLine(cause.Message));

    private static void AddCommon(Activity span, string queue, string type, string name, string kind)
    {
        span.SetTag("messaging.system", "actors");
        span.SetTag("messaging.destination.name", queue);
        span.SetTag("messaging.operation.name", name);
        span.SetTag("messaging.operation.type", kind);
        span.SetTag("actors.job.type", type);
    }

    /// <summary>None when what is stored is no trace: another program may have written it.</summary>
    private static ActivityContext TraceOf(JobTraits? traits) =>
        traits?.TraceParent is { } parent && ActivityContext.TryParse(parent, traits.TraceState, isRemote: true, out var trace) ? trace : default;

    private static string FirstLine(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var line = end < 0 ? text : text[..end];
        return line.Length <= MaxStatus ? line : line[..MaxStatus] + "…";
    }
}
