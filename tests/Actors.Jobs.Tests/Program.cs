using Actors.Jobs.Tests.Processes;
using Actors.Jobs.Tests.Schedules;
using Actors.Jobs.Tests.Sqlite;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Actors.Jobs.Tests;

/// <summary>Runs the tests, unless a crash test started this program to be killed.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => KillChild.IsWanted(args) ? KillChild.RunAsync(args)
        : KilledNode.IsWanted(args) ? KilledNode.RunAsync(args)
        : SilentNode.IsWanted(args) ? SilentNode.RunAsync(args)
        : PoisonChild.IsWanted(args) ? PoisonChild.RunAsync(args)
        : SlotKillChild.IsWanted(args) ? SlotKillChild.RunAsync(args)
        : args.Any(arg => arg is "-automated" or "@@") ? ConsoleRunner.Run(args)
        : TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
}
