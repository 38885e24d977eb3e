using System.Reflection;
using Actors.TestKit;
using Xunit.Sdk;
using Xunit.v3;

namespace Actors.Tests;

/// <summary>Runs a theory in the simulation, with some seeds, and on threads: its parameters are the dispatcher and the seed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnEachDispatcherAttribute : DataAttribute
{
    /// <summary>How many seeds to simulate.</summary>
    public int Seeds { get; init; } = 5;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var rows = new List<ITheoryDataRow> { new TheoryDataRow<TestDispatcher, int>(TestDispatcher.Threads, 1) };
        rows.AddRange(Enumerable.Range(1, Seeds).Select(seed => new TheoryDataRow<TestDispatcher, int>(TestDispatcher.Simulation, seed)));
        return ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
