using Actors.Hosting.Tests.Ending;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Actors.Hosting.Tests;

/// <summary>Runs the tests, unless one of them started this program as the application of a user.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Shop.IsWanted(args))
        {
            await Shop.RunAsync(args);
            return Environment.ExitCode; // What a Main without a result gives back by itself.
        }

        return args.Any(arg => arg is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
