using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>A job as it is sent.</summary>
internal sealed record JobView
{
    public required string Id { get; init; }

    public required string Queue { get; init; }

    public required string Type { get; init; }

    public required JobState State { get; init; }

    public int Attempts { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public string? Key { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public string? Error { get; init; }

    public static JobView Of(JobStatus status) => new()
    {
        Id = status.Id.ToString(),
        Queue = status.Queue,
        Type = status.Type,
        State = status.State,
        Attempts = status.Attempts,
        EnqueuedAt = status.EnqueuedAt,
        DueAt = status.DueAt,
        FinishedAt = status.FinishedAt,
        Key = status.Key,
        Tags = status.Tags,
        Error = status.Error,
    };
}

/// <summary>An error of many jobs as it is sent.</summary>
internal sealed record ErrorView(string Fingerprint, long Count, string Example, string Error)
{
    public static ErrorView Of(ErrorCount error) => new(error.Fingerprint, error.Count, error.Example.ToString(), error.Error);
}
