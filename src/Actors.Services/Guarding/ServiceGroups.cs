namespace Actors.Services.Guarding;

/// <summary>Which services are in which groups: what is wrong with it.</summary>
internal static class ServiceGroups
{
    public static IReadOnlyList<string> Faults(IReadOnlyCollection<ServiceGroup> groups, IReadOnlyCollection<string> services)
    {
        List<string> faults =
        [
            .. groups.GroupBy(group => group.Name).Where(same => same.Count() > 1)
                .Select(same => $"Group '{same.Key}' is there twice. Give one of the two another name, or put all their services into one."),
        ];
        foreach (var group in groups)
        {
            foreach (var member in group.Services.Where(member => !services.Any(service => new ServiceGroup(group.Name, group.Strategy, member).PlaceOf(service) is not null)))
            {
                faults.Add($"Group '{group.Name}' has '{member}'. {ServiceName.Unknown(member, services).Message}");
            }
        }

        return groups.Count < 2 ? faults : [.. faults, .. services.SelectMany(service => FaultsOf(service, groups))];
    }

    /// <summary>What is wrong with one service.</summary>
    public static IReadOnlyList<string> FaultsOf(string service, IEnumerable<ServiceGroup> groups)
    {
        string[] own = [.. groups.Where(group => group.PlaceOf(service) is not null).Select(group => $"'{group.Name}'").Distinct()];
        return own.Length < 2 ? [] : [$"Service '{service}' is in {own.Length} groups: {string.Join(", ", own)}. It may be in one only: take it out of the others."];
    }
}
