using System.Globalization;

namespace Actors.Tests;

/// <summary>How many seeds a property is tried with: few by default, as many as the environment variable ACTORS_SEEDS says when one has the time.</summary>
internal static class SeedCount
{
    public const string Variable = "ACTORS_SEEDS";

    public static int Or(int few) =>
        int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var many) ? many : few;
}
