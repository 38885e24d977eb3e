using Actors.Jobs.Tests.Processes;
using Actors.Jobs.Tests.Schedules;
using Actors.Jobs.Tests.Sqlite;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Actors.Jobs.Tests;

/// <summary>Runs the tests, unless a crash test started this program to be killed.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => KillChild.IsWanted(args) ? RunChildAsync(KillChild.RunAsync, args)
        : KilledNode.IsWanted(args) ? RunChildAsync(KilledNode.RunAsync, args)
        : SilentNode.IsWanted(args) ? RunChildAsync(SilentNode.RunAsync, args)
        : PoisonChild.IsWanted(args) ? RunChildAsync(PoisonChild.RunAsync, args)
        : SlotKillChild.IsWanted(args) ? RunChildAsync(SlotKillChild.RunAsync, args)
        : args.Any(arg => arg is "-automated" or "@@") ? ConsoleRunner.Run(args)
        : TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);

    private static Task<int> RunChildAsync(Func<string[], Task<int>> run, string[] args)
    {
        MortalChild.EndWithParent();
        return run(args);
    }
}
