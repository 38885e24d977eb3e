using Actors.Sql.Tests.Sqlite;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Actors.Sql.Tests;

/// <summary>Runs the tests, unless a crash test started this program to be killed.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (CrashChild.IsWanted(out var path))
        {
            MortalChild.EndWithParent();
            await CrashChild.WriteForEverAsync(path);
        }

        if (LedgerChild.IsWanted(out path))
        {
            MortalChild.EndWithParent();
            await LedgerChild.CountForEverAsync(path);
        }

        return args.Any(arg => arg is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
