using Actors.Services.Guarding;

namespace Actors.Services;

/// <summary>Services that are started again together when one of them fails. Immutable.</summary>
/// <remarks>
/// The delay is that of the service that failed, by its own restart options; the others have done nothing wrong, and their counts stay as they are. They are
/// stopped first, the last of the group first, each within its own limit and with its on-stop hooks; after the delay all are started in the order of the
/// group. When the restarts of one are used up, those that would be started again with it are Failed too. Commands mean the services that they name, and
/// no others; what was stopped or has completed takes no part.
/// </remarks>
public sealed class ServiceGroup
{
    /// <summary>A group.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="strategy">See <see cref="Strategy"/>.</param>
    /// <param name="services">See <see cref="Services"/>.</param>
    /// <exception cref="ServiceGroupException">The name is illegal, or the group has no services or one of them twice; all faults together.</exception>
    public ServiceGroup(string name, GroupStrategy strategy, params IEnumerable<string> services)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(services);
        Name = name;
        Strategy = strategy;
        Services = [.. services];
        List<string> faults = [.. ServiceName.Faults(name)];
        if (!Enum.IsDefined(strategy))
        {
            faults.Add($"strategy = {(int)strategy} is none of one-for-one, all-for-one, rest-for-one.");
        }

        if (Services.Count == 0)
        {
            faults.Add("it has no services.");
        }

        if (Services.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add("the name of a service is empty.");
        }

        faults.AddRange(Services.GroupBy(service => service).Where(same => same.Count() > 1).Select(same => $"'{same.Key}' is in it twice."));
        if (faults.Count > 0)
        {
            throw new ServiceGroupException([$"Group '{name}': {string.Join(" ", faults)}"]);
        }
    }

    /// <summary>The name, unique among the groups. The rules are those of the names of services.</summary>
    public string Name { get; }

    /// <summary>Who is started again with a service that fails. Key <c>strategy</c>.</summary>
    public GroupStrategy Strategy { get; }

    /// <summary>The services in the order of their start, by name or pattern (<c>worker-*</c>). A service may be in one group only. Key <c>services</c>.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>The place of a service in the group; null when it is not in it. Those of one pattern have the same.</summary>
    internal int? PlaceOf(string service)
    {
        for (var i = 0; i < Services.Count; i++)
        {
            if (ServiceName.IsPattern(Services[i]) ? ServiceName.Fits(Services[i], service) : Services[i] == service)
            {
                return i;
            }
        }

        return null;
    }
}

/// <summary>Which services of a group are started again when one of them fails. The names are those of the kernel's strategies.</summary>
public enum GroupStrategy
{
    /// <summary>That one only, as without a group.</summary>
    OneForOne,

    /// <summary>All of them.</summary>
    AllForOne,

    /// <summary>That one and those after it.</summary>
    RestForOne,
}
