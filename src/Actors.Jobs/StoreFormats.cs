using System.Reflection;
using Actors.Jobs.Queues;
using Actors.Jobs.Schedules;

namespace Actors.Jobs;

/// <summary>The highest formats of journals that a program reads. A process states them when it joins a shared store: nothing newer is written while it lives.</summary>
/// <param name="Queues">Of the journals of queues.</param>
/// <param name="Schedules">Of the journal of schedules.</param>
public sealed record StoreFormats(int Queues, int Schedules)
{
    /// <summary>What this program reads.</summary>
    public static StoreFormats OfThisProgram { get; } = new(CommitReplay.ReadableFormat, SchedulesActor.ReadableVersion);

    /// <summary>The version of this software.</summary>
    public static string ProgramVersion { get; } =
        typeof(StoreFormats).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
