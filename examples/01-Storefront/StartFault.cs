using Actors.Hocon;
using Actors.Hosting;
using Actors.Jobs;
using Actors.Persistence;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Storefront;

/// <summary>What keeps the shop from starting and is for its operator to correct: told in words, without the stack of our code.</summary>
internal static class StartFault
{
    /// <summary>78 for the configuration, 69 for what the shop needs and has not got: systemd knows both by name.</summary>
    public static int ExitCode(Exception fault) =>
        ActorsExitCode.Of(fault) ?? (fault is StoreException or IOException { InnerException: AddressInUseException } ? ActorsExitCode.StartFailed : ActorsExitCode.BadConfiguration);

    /// <returns>Null for anything else, which is a defect and wants its stack.</returns>
    public static string? InWords(Exception fault) => fault switch
    {
        HoconException or ActorsConfigurationException or StoreException or JobTypeException or OptionsValidationException => fault.Message,
        FileNotFoundException => fault.Message,
        InvalidDataException => $"{fault.Message} {fault.GetBaseException().Message}",
        InvalidOperationException { InnerException: ArgumentException } => fault.Message, // A section that does not fit its options class.
        IOException { InnerException: AddressInUseException } =>
            $"{fault.Message} Stop the program that has it, or choose another: --urls http://127.0.0.1:5081",
        _ => null,
    };
}
