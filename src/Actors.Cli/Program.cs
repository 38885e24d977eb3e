using System.CommandLine;
using Actors.Cli.Config;
using Actors.Cli.Schedules;

namespace Actors.Cli;

/// <summary>The <c>actors</c> tool.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var root = new RootCommand("Looks after programs that are built with Actors.") { ConfigCommand.Create(), SchedulesCommand.Create() };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            return parsed.Invoke();
        }

        foreach (var error in parsed.Errors)
        {
            Console.Error.WriteLine(error.Message);
        }

        Console.Error.WriteLine($"See 'actors {string.Join(' ', Words(parsed.CommandResult))} --help'.");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Words(System.CommandLine.Parsing.CommandResult command) =>
        command.Parent is System.CommandLine.Parsing.CommandResult parent ? [.. Words(parent), command.Command.Name] : [];
}
