using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Google.Protobuf;

namespace Actors.Jobs.Schedules;

/// <summary>Definitions as they are stored, and back.</summary>
internal static class ScheduleSpecs
{
    private const int MaxName = 200;

    /// <summary>Everything that is wrong with a definition.</summary>
    public static List<string> Faults(ScheduleDefinition definition)
    {
        List<string> faults = [.. definition.Options.Faults()];
        if (definition.Name.Length > MaxName || definition.Name.Any(char.IsControl))
        {
            faults.Add($"a name has 1 to {MaxName} characters, and no control characters.");
        }

        try
        {
            Parse(definition.Schedule, definition.Options.TimeZone ?? "", definition.Name);
        }
        catch (Exception wrong) when (wrong is ScheduleFormatException or TimeZoneNotFoundException)
        {
            faults.Add(wrong.Message);
        }

        return faults;
    }

    public static ScheduleSpec Of(ScheduleDefinition definition, Types.JobType type, byte[] args)
    {
        var options = definition.Options;
        return new ScheduleSpec
        {
            Name = definition.Name,
            Text = definition.Schedule,
            Zone = options.TimeZone ?? "",
            Job = type.Name,
            JobVersion = (uint)type.Version,
            Queue = options.Queue ?? type.Queue,
            Args = UnsafeByteOperations.UnsafeWrap(args),
            Priority = StoredPriority.Of(options.Priority ?? type.Priority),
            Missed = (int)options.Missed,
            WindowMs = (long)options.Window.TotalMilliseconds,
            Overlap = (int)options.Overlap,
            UntilMs = options.Until?.ToUnixTimeMilliseconds() ?? 0,
            MaxRuns = options.MaxRuns ?? 0,
            JitterMs = (long)options.Jitter.TotalMilliseconds,
        };
    }

    public static ScheduleOptions ToOptions(this ScheduleSpec spec) => new()
    {
        Missed = (MissedSlots)spec.Missed,
        Window = TimeSpan.FromMilliseconds(spec.WindowMs),
        Overlap = (SlotOverlap)spec.Overlap,
        Until = spec.UntilMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(spec.UntilMs),
        MaxRuns = spec.MaxRuns == 0 ? null : spec.MaxRuns,
        Jitter = TimeSpan.FromMilliseconds(spec.JitterMs),
        Queue = spec.Queue,
        Priority = StoredPriority.Read(spec.Priority),
        TimeZone = spec.Zone.Length == 0 ? null : spec.Zone,
    };

    public static Schedule Parse(string text, string zone, string name) =>
        Schedule.Parse(text, zone.Length == 0 ? null : Schedule.FindZone(zone), name);

    public static bool IsSameTime(ScheduleSpec one, ScheduleSpec other) => one.Text == other.Text && one.Zone == other.Zone;
}
