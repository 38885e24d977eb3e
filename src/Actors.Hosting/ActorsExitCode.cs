using Actors.Hocon;
using Actors.Hosting.Ending;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>What the process says when it ends, to systemd, Docker and scripts. The numbers are those of <c>sysexits.h</c>, which systemd shows by name.</summary>
/// <remarks>
/// <c>Program.cs</c> needs nothing for them: <see cref="ServiceCollectionExtensions.AddActors"/> has a fault of the configuration or of the start that
/// nobody catches printed in words, without a stack, and ends the process with its code; <see cref="GaveUp"/> and <see cref="StopTimeout"/> are set as
/// <see cref="Environment.ExitCode"/>, which a <c>Main</c> that returns a number overrides. A program that catches such faults itself asks <see cref="Of"/>.
/// </remarks>
public static class ActorsExitCode
{
    /// <summary>Ended as it was told to: SIGTERM, SIGINT, or a shutdown by command.</summary>
    public const int Success = 0;

    /// <summary>The actor system could not start: its store, an actor or the management socket. <c>EX_UNAVAILABLE</c>.</summary>
    public const int StartFailed = 69;

    /// <summary>The actor system ended by itself: a service or actor used up its restarts and escalated. <c>EX_SOFTWARE</c>.</summary>
    public const int GaveUp = 70;

    /// <summary>The stop was cut short: a service did not end within its limit, or all of them within that of the host. <c>EX_TEMPFAIL</c>.</summary>
    public const int StopTimeout = 75;

    /// <summary>The configuration cannot be used. A restart does not help: <c>RestartPreventExitStatus=78</c>. <c>EX_CONFIG</c>.</summary>
    public const int BadConfiguration = 78;

    /// <summary>The exit code that a fault stands for; null when it is none of ours.</summary>
    /// <param name="fault">What building or running the host threw.</param>
    public static int? Of(Exception fault) => fault switch
    {
        ActorsConfigurationException or HoconException or OptionsValidationException => BadConfiguration,
        FileNotFoundException or InvalidDataException when IsOfConfigurationFile(fault) => BadConfiguration,
        AggregateException several => several.InnerExceptions.Select(Of).FirstOrDefault(code => code is not null),
        _ => StartFault.IsMarked(fault) ? StartFailed : null,
    };

    /// <summary>Prints such faults in words and ends the process with their code when nobody catches them. <see cref="ServiceCollectionExtensions.AddActors"/> does this.</summary>
    /// <remarks>Call it first in <c>Program.cs</c> where settings are read before <c>AddActors</c>: a HOCON file with an error in it fails there. Repeating it does nothing.</remarks>
    public static void ReportUnhandledFaults() => UnhandledFaults.Report();

    private static bool IsOfConfigurationFile(Exception fault) =>
        fault.Source is { } source && source.StartsWith("Microsoft.Extensions.Configuration", StringComparison.Ordinal);
}
