using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Searching;

namespace Actors.Jobs.Processes;

/// <summary>Searches and what they find, as the messages of a queue and as bytes.</summary>
internal static class SearchBodies
{
    /// <summary>What is found goes in one row of the inbox: what is more comes with the next part.</summary>
    private const int MaxBytes = 512 * 1024;

    private static readonly long MaxMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static InboxSearch ToProto(QueueMessage.SearchJobs search)
    {
        var proto = ToProto(search.Query);
        proto.Limit = (uint)search.Limit;
        proto.Before = ToProto(search.Before);
        return proto;
    }

    public static InboxSearch ToProto(JobQuery query)
    {
        var filter = query.Filter;
        var proto = new InboxSearch
        {
            Type = filter.Type ?? "",
            Key = filter.Key ?? "",
            Tag = filter.Tag ?? "",
            ErrorFingerprint = filter.ErrorFingerprint ?? "",
            EnqueuedFromMs = Milliseconds(filter.EnqueuedFrom),
            EnqueuedBeforeMs = Milliseconds(filter.EnqueuedBefore),
            FinishedFromMs = Milliseconds(filter.FinishedFrom),
            FinishedBeforeMs = Milliseconds(filter.FinishedBefore),
        };
        proto.States.AddRange(filter.States.Select(state => (uint)state));
        proto.Marks.AddRange(query.Marks);
        proto.Args.AddRange(query.Args.Select(arg => new InboxArg { Path = arg.Path, Value = arg.Value }));
        return proto;
    }

    public static QueueMessage.SearchJobs FromProto(InboxSearch search, string queue) => new(Query(search, queue), (int)search.Limit, FromProto(search.Before));

    public static JobQuery Query(InboxSearch search, string queue)
    {
        var filter = new JobFilter
        {
            Queue = queue,
            Type = Text(search.Type),
            States = [.. search.States.Select(state => (JobState)state)],
            Key = Text(search.Key),
            Tag = Text(search.Tag),
            ErrorFingerprint = Text(search.ErrorFingerprint),
            EnqueuedFrom = Time(search.EnqueuedFromMs),
            EnqueuedBefore = Time(search.EnqueuedBeforeMs),
            FinishedFrom = Time(search.FinishedFromMs),
            FinishedBefore = Time(search.FinishedBeforeMs),
        };
        return new JobQuery(filter, [.. search.Marks], [.. search.Args.Select(arg => new JobArg(arg.Path, arg.Value))]);
    }

    public static InboxFound ToProto(QueueMessage.JobsFound found)
    {
        var proto = new InboxFound { Count = found.Count, End = found.End, Through = ToProto(found.Through) };
        var bytes = 0;
        foreach (var job in found.Jobs)
        {
            var status = InboxBodies.ToProto(job);
            bytes += status.CalculateSize();
            if (bytes > MaxBytes && proto.Jobs.Count > 0)
            {
                var last = proto.Jobs[^1];
                proto.Through = new InboxPosition { EnqueuedAtMs = last.EnqueuedAtMs, Id = last.Id };
                break;
            }

            proto.Jobs.Add(status);
        }

        return proto;
    }

    public static QueueMessage.JobsFound FromProto(InboxFound found, string queue) =>
        new([.. found.Jobs.Select(job => InboxBodies.FromProto(job, queue))], FromProto(found.Through), found.Count) { End = found.End };

    private static InboxPosition? ToProto(JobPosition? position) => position is { } place
        ? new InboxPosition { EnqueuedAtMs = place.EnqueuedAt.ToUnixTimeMilliseconds(), Id = InboxBodies.Bytes(place.Id) }
        : null;

    private static JobPosition? FromProto(InboxPosition? position) =>
        position is null ? null : new JobPosition(DateTimeOffset.FromUnixTimeMilliseconds(position.EnqueuedAtMs), InboxBodies.Id(position.Id));

    /// <summary>Times of jobs are whole milliseconds, and a bound between two of them is the later one.</summary>
    private static long Milliseconds(DateTimeOffset? time)
    {
        if (time is not { } bound)
        {
            return 0;
        }

        var ms = bound.ToUnixTimeMilliseconds();
        return Math.Max(1, DateTimeOffset.FromUnixTimeMilliseconds(ms) < bound ? ms + 1 : ms);
    }

    private static DateTimeOffset? Time(long ms) => ms == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(ms, MaxMs));

    private static string? Text(string text) => text.Length == 0 ? null : text;
}
