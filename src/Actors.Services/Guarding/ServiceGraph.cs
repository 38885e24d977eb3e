namespace Actors.Services.Guarding;

/// <summary>Who depends on whom: what is wrong with it.</summary>
internal static class ServiceGraph
{
    /// <param name="services">All services, with the names of those that they depend on.</param>
    public static IReadOnlyList<string> Faults(IReadOnlyCollection<(string Name, IReadOnlyList<string> DependsOn)> services)
    {
        List<string> faults = [];
        var byName = services.DistinctBy(service => service.Name).ToDictionary(service => service.Name, service => service.DependsOn, StringComparer.Ordinal);
        foreach (var (name, dependsOn) in services)
        {
            foreach (var dependency in dependsOn.Where(dependency => !byName.ContainsKey(dependency)))
            {
                faults.Add($"Service '{name}' depends on '{dependency}'. {ServiceName.Unknown(dependency, byName.Keys).Message}");
            }
        }

        // Each is looked at once: grey while its dependencies are looked at, black after.
        Dictionary<string, bool> isDone = new(StringComparer.Ordinal);
        foreach (var (name, _) in services)
        {
            if (Circle(name, byName, isDone) is { } circle)
            {
                faults.Add($"Services depend on each other in a circle, so none of them could be started: {string.Join(" -> ", circle)}. Take one of these out of depends-on.");
                break;
            }
        }

        return faults;
    }

    /// <summary>Without recursion: a chain may be as long as there are services.</summary>
    private static List<string>? Circle(string start, Dictionary<string, IReadOnlyList<string>> byName, Dictionary<string, bool> isDone)
    {
        Stack<(string Name, int Next)> path = new();
        path.Push((start, 0));
        while (path.TryPop(out var at))
        {
            if (at.Next == 0 && !isDone.TryAdd(at.Name, false))
            {
                if (isDone[at.Name])
                {
                    continue;
                }

                List<string> circle = [.. path.Reverse().Select(step => step.Name).SkipWhile(name => name != at.Name), at.Name];
                return circle;
            }

            var dependsOn = byName.GetValueOrDefault(at.Name) ?? [];
            if (at.Next < dependsOn.Count)
            {
                path.Push((at.Name, at.Next + 1));
                path.Push((dependsOn[at.Next], 0));
            }
            else
            {
                isDone[at.Name] = true;
            }
        }

        return null;
    }
}
