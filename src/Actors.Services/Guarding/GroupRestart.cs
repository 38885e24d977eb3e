namespace Actors.Services.Guarding;

/// <summary>A group as the guardian knows it.</summary>
internal sealed class LiveGroup(ServiceGroup definition)
{
    public ServiceGroup Definition { get; } = definition;

    public string Name => Definition.Name;

    public bool RestartsOthers => Definition.Strategy != GroupStrategy.OneForOne;

    /// <summary>Such as <c>group shop (all-for-one)</c>.</summary>
    public string Text { get; } = $"group {definition.Name} ({Word(definition.Strategy)})";

    /// <summary>The restart that goes on; null when none does. The guardian's own.</summary>
    public GroupRestart? Restart { get; set; }

    public bool Has(ServiceEntry entry) => ReferenceEquals(entry.Group, this);

    /// <summary>Those that share the fate of this one, in the order of the group.</summary>
    public IEnumerable<ServiceEntry> SharersOf(ServiceEntry failed, IEnumerable<ServiceEntry> all) =>
        InOrder(all.Where(Has)).SkipWhile(entry => Definition.Strategy == GroupStrategy.RestForOne && entry != failed).Where(entry => entry != failed);

    public IEnumerable<ServiceEntry> InOrder(IEnumerable<ServiceEntry> entries) =>
        entries.OrderBy(entry => Definition.PlaceOf(entry.Name)).ThenBy(entry => entry.Number);

    private static string Word(GroupStrategy strategy) => strategy switch
    {
        GroupStrategy.AllForOne => "all-for-one",
        GroupStrategy.RestForOne => "rest-for-one",
        _ => "one-for-one",
    };
}

/// <summary>One restart of a group: some have failed, others stand down for them, and when all are down and the delay is over they come back in order.</summary>
internal sealed class GroupRestart(LiveGroup group) : Comeback
{
    public LiveGroup Group => group;

    /// <summary>Who comes back.</summary>
    public HashSet<ServiceEntry> Members { get; } = [];

    /// <summary>Who has still to stand down, the next on top.</summary>
    public Stack<StandDown> ToStandDown { get; } = new();

    /// <summary>Who is standing down now.</summary>
    public StandDown? StandingDown { get; set; }

    /// <summary>Who has still to come back, once the time has come.</summary>
    public Queue<ServiceEntry> ToReturn { get; } = new();

    public bool IsAllDown => StandingDown is null && ToStandDown.Count == 0;
}

/// <summary>Why a service stands down.</summary>
/// <param name="Restart">The restart that it is a part of.</param>
/// <param name="Entry">The service.</param>
/// <param name="Failed">The name of the service that has failed.</param>
/// <param name="Cause">What it failed of.</param>
/// <param name="IsForGood">The restarts of that one are used up: this one is Failed with it.</param>
internal sealed record StandDown(GroupRestart Restart, ServiceEntry Entry, string Failed, string Cause, bool IsForGood);
