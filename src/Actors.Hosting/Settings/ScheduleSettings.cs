using Actors.Jobs;

namespace Actors.Hosting.Settings;

/// <summary>What the configuration may say of one durable schedule.</summary>
internal sealed class ScheduleSettings(string? text, ScheduleOptions options)
{
    /// <summary>Null when the configuration has to say it and does not.</summary>
    public string? Text { get; set; } = text;

    public string? Job { get; set; }

    public string Args { get; set; } = "{}";

    public ScheduleOptions Options { get; } = options;
}
