using System.Globalization;
using Actors.Services;

namespace Actors.Hosting.Management;

/// <summary>All services in one line, the same in health checks, to systemd and in the tool.</summary>
internal sealed class Overview
{
    private const int MaxNamed = 5;

    public Overview(IReadOnlyList<ServiceStatus> services)
    {
        Services = services;
        Troubled =
        [
            .. services.Where(service => service.Condition() != ServiceCondition.Fine)
                .OrderByDescending(service => service.Condition()).ThenBy(service => service.State != ServiceState.Failed),
        ];
    }

    public IReadOnlyList<ServiceStatus> Services { get; }

    /// <summary>Those that need attention, the worst first, otherwise in the order of registration.</summary>
    public IReadOnlyList<ServiceStatus> Troubled { get; }

    /// <summary>What several have failed of together, and how many of those that are failing now.</summary>
    public IReadOnlyList<(Incident Incident, int Count)> SharedCauses =>
    [
        .. Services.Where(service => service.Condition() == ServiceCondition.Failing && service.LastIncident is { Services.Count: > 0 })
            .GroupBy(service => (service.LastIncident!.ExceptionType, service.LastIncident.Message)) // They have one.
            .Where(same => same.Count() > 1)
            .Select(same => (same.First().LastIncident!, same.Count())),
    ];

    /// <summary>Such as <c>12 services: 10 ready, 1 stopped, 1 in Backoff (payment-sync)</c>.</summary>
    public string Line
    {
        get
        {
            if (Services.Count == 0)
            {
                return "no services";
            }

            var ready = Services.Count(service => service.IsReady);
            List<string> parts = ready > 0 ? [Count(ready) + " ready"] : [];
            parts.AddRange(Services.Where(service => !service.IsReady).GroupBy(service => service.State).OrderByDescending(group => group.First().Condition())
                .ThenBy(group => group.Key).Select(Part));
            if (Services.Count(service => service.Abandoned > 0) is > 0 and var abandoned)
            {
                parts.Add(Count(abandoned) + " with an abandoned body that still runs");
            }

            var causes = SharedCauses.Select(cause => $"; one cause for {Count(cause.Count)} of them: {cause.Incident.ExceptionType}: {cause.Incident.Message}");
            return $"{Count(Services.Count)} service{(Services.Count == 1 ? "" : "s")}: {string.Join(", ", parts)}{string.Concat(causes)}";
        }
    }

    private static string Part(IGrouping<ServiceState, ServiceStatus> group)
    {
        var services = group.ToList();
        var text = Count(services.Count) + group.Key switch
        {
            ServiceState.Backoff => " in Backoff",
            ServiceState.Running => " running but not ready",
            var state => " " + state.ToString().ToLowerInvariant(),
        };
        return services[0].Condition() == ServiceCondition.Fine
            ? text
            : $"{text} ({string.Join(", ", services.Take(MaxNamed).Select(service => service.Name))}{(services.Count > MaxNamed ? ", …" : "")})";
    }

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}
