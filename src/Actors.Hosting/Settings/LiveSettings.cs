namespace Actors.Hosting.Settings;

/// <summary>Which settings are taken up while the program runs: all of services, queues and schedules, except whether a service starts by itself, and for whom it waits.</summary>
internal static class LiveSettings
{
    public const string Schedules = "actors.schedules.";

    /// <param name="path">A path from the root, in either spelling.</param>
    public static bool Contains(string path) =>
        (path.StartsWith("actors.services.", StringComparison.OrdinalIgnoreCase) || path.StartsWith("actors.queues.", StringComparison.OrdinalIgnoreCase)
            || path.StartsWith(Schedules, StringComparison.OrdinalIgnoreCase))
        && !path.EndsWith(".autostart", StringComparison.OrdinalIgnoreCase)
        && !path.Contains(".depends-on", StringComparison.OrdinalIgnoreCase);
}
