using System.CommandLine;
using System.CommandLine.Help;
using Actors.Cli.Config;
using Actors.Cli.Jobs;
using Actors.Cli.Running;
using Actors.Cli.Schedules;

namespace Actors.Cli;

/// <summary>The <c>actors</c> tool.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        // A RootCommand would have the name of the assembly, which nobody types.
        var root = new Command("actors", "Looks after programs that are built with Actors, and runs programs that are not.") { new HelpOption(), new VersionOption() };
        foreach (var command in RunningCommands.All().Prepend(UpCommand.Create()).Append(ConfigCommand.Create()).Append(SchedulesCommand.Create()).Append(JobsCommand.Create()))
        {
            root.Add(command);
        }

        // '@daily' is a schedule, and no file with more arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count == 0)
        {
            // Signals and exceptions belong to the host that 'up' runs.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }

        var typed = string.Join(' ', Words(parsed.CommandResult));
        foreach (var error in parsed.CommandResult.Command.Subcommands.Count > 0 ? [NoCommand(parsed, typed)] : parsed.Errors.Select(error => error.Message))
        {
            Console.Error.WriteLine(error);
        }

        Console.Error.WriteLine($"See '{typed} --help'.");
        return ExitCode.Usage;
    }

    private static string NoCommand(ParseResult parsed, string typed)
    {
        var known = string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(command => command.Name));
        return parsed.UnmatchedTokens is [var unknown, ..] ? $"There is no command '{typed} {unknown}'. There are: {known}." : $"Say what to do: '{typed}' has {known}.";
    }

    private static IEnumerable<string> Words(System.CommandLine.Parsing.CommandResult command) =>
        command.Parent is System.CommandLine.Parsing.CommandResult parent ? [.. Words(parent), command.Command.Name] : [command.Command.Name];
}
