using Actors.Persistence;

namespace Actors.Hosting.Ending;

/// <summary>
/// An exception that leaves <c>Main</c> ends the process with SIGABRT, code 134 and a page of stack, whatever <see cref="Environment.ExitCode"/> says. For a
/// fault that is the operator's to correct, we come before that.
/// </summary>
internal static class UnhandledFaults
{
    private static int _isReporting;

    public static void Report()
    {
        if (Interlocked.Exchange(ref _isReporting, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += static (_, unhandled) =>
            {
                if (unhandled.ExceptionObject is Exception fault && ActorsExitCode.Of(fault) is { } code)
                {
                    Console.Error.WriteLine(InWords(fault));
                    Environment.Exit(code);
                }
            };
        }
    }

    /// <summary>What we throw says all there is to say. Anything else is from code that we do not know, whose stack may be needed.</summary>
    public static string InWords(Exception fault)
    {
        if (fault is AggregateException several)
        {
            fault = several.InnerExceptions.FirstOrDefault(inner => ActorsExitCode.Of(inner) is not null) ?? fault;
        }

        var words = ActorsExitCode.Of(fault) == ActorsExitCode.BadConfiguration || fault is JournalException or ManagementException
            ? fault is InvalidDataException ? $"{fault.Message} {fault.GetBaseException().Message}" : fault.Message
            : fault.ToString();
        return StartFault.SystemOf(fault) is { } system ? $"The actor system '{system}' could not start: {words}" : words;
    }
}
