using System.Globalization;
using System.Text;
using Actors.Services;

namespace Actors.Hosting.Management;

/// <summary>The answers in words. What is wrong comes first, and says what to type next.</summary>
internal static class StatusText
{
    private const int MaxListed = 200;

    public static string OfAll(string heading, Overview overview)
    {
        var troubled = overview.Troubled.ToHashSet(ReferenceEqualityComparer.Instance);
        List<ServiceStatus> lines = [.. overview.Troubled, .. overview.Services.Where(service => !troubled.Contains(service))];
        var text = new StringBuilder(heading).Append(": ").Append(overview.Line);
        AppendLines(text, lines);
        return text.ToString();
    }

    /// <summary>What a command has come to, service by service.</summary>
    public static string OfCommand(IReadOnlyList<ServiceStatus> services)
    {
        var text = new StringBuilder(services.Count == 0 ? "There are no services." : "");
        AppendLines(text, services);
        return text.ToString().TrimStart('\n');
    }

    public static string Of(IReadOnlyList<(string Service, Incident Incident)> incidents, string asked)
    {
        if (incidents.Count == 0)
        {
            return $"Nothing has gone wrong with {asked} that is still remembered.";
        }

        var width = incidents.Max(incident => incident.Service.Length);
        var text = new StringBuilder();
        foreach (var (service, incident) in incidents)
        {
            text.Append(service.PadRight(width)).Append("  ").Append(incident).Append('\n');
        }

        // What we say ourselves of a program that failed is said already; our own stack explains nothing.
        if (incidents[^1].Incident is { Details: { } details, ExceptionType: { } type } && !type.StartsWith("Actors.Services.", StringComparison.Ordinal))
        {
            text.Append("\nThe last one in full:\n").Append(details).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    public static string Of(IReadOnlyList<LineView> lines, string asked)
    {
        if (lines.Count == 0)
        {
            return $"No output of {asked} is remembered. Programs have output; what services of other kinds say is in the log.";
        }

        var width = lines.Max(line => line.Service.Length);
        var isOne = lines.All(line => line.Service == lines[0].Service);
        return string.Join('\n', lines.Select(line => string.Create(
            CultureInfo.InvariantCulture,
            $"{line.At.UtcDateTime:HH:mm:ss.fff}Z {(isOne ? "" : line.Service.PadRight(width) + " ")}{(line.IsError ? "err" : "out")} {line.Text}")));
    }

    private static void AppendLines(StringBuilder text, IReadOnlyList<ServiceStatus> services)
    {
        var listed = services.Take(MaxListed).ToList();
        var nameWidth = listed.Select(service => service.Name.Length).DefaultIfEmpty().Max();
        var stateWidth = listed.Select(service => service.State.ToString().Length).DefaultIfEmpty().Max();
        var told = new Dictionary<Incident, string>();
        foreach (var service in listed)
        {
            var state = service.State.ToString();
            var mark = service.Condition() switch { ServiceCondition.Failing => '!', ServiceCondition.Unsettled => '~', _ => ' ' };
            var sentence = (service with { LastIncident = null }).ToString();
            text.Append('\n').Append(mark).Append(' ').Append(service.Name.PadRight(nameWidth)).Append("  ").Append(state.PadRight(stateWidth))
                .Append(sentence[(service.Name.Length + ": ".Length + state.Length)..]);
            if (service.LastIncident is { } incident)
            {
                // One incident of many services is told once.
                text.Append("\n    last incident: ").Append(told.TryGetValue(incident, out var first) ? $"the same as of {first}" : incident.ToString());
                if (incident.Services.Count > 0)
                {
                    told.TryAdd(incident, service.Name);
                }
            }

            if (service.State == ServiceState.Failed)
            {
                text.Append("\n    It stays down until: actors start ").Append(service.Name).Append(". More about it: actors incidents ").Append(service.Name);
            }
        }

        if (services.Count > listed.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  and {services.Count - listed.Count} more; name some, or use --json for all");
        }
    }
}
