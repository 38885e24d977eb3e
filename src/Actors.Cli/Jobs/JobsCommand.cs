using System.CommandLine;
using Actors.Cli.Running;
using Actors.Hosting;

namespace Actors.Cli.Jobs;

/// <summary><c>actors jobs</c>: the queues of a program that runs, and their jobs.</summary>
internal static class JobsCommand
{
    public static Command Create() => new("jobs", "Looks after the queues of a program that runs, and their jobs.")
    {
        QueuesCommands.Status(),
        Search(),
        Errors(),
        JobCommands.Show(),
        JobCommands.Why(),
        ChangeCommands.Cancel(),
        ChangeCommands.Retry(),
        ChangeCommands.RunAgain(),
        ChangeCommands.Delete(),
        ChangeCommands.Move(),
        JobCommands.Edit(),
        QueuesCommands.Pause(),
        QueuesCommands.Resume(),
        QueuesCommands.Drain(),
        LimitsCommands.Workers(),
        LimitsCommands.Limits(),
        LimitsCommands.Reset(),
    };

    private static Command Search()
    {
        var options = new FilterOptions();
        var limit = Limit("jobs");
        var cursor = new Option<string?>("--cursor") { Description = "Goes on where an earlier search has ended, as it said.", HelpName = "TEXT" };
        var command = new Command("search", "Lists jobs that wait, run or have finished, newest first. A job must match all that is given.") { limit, cursor };
        options.AddTo(command);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("search-jobs")
        {
            Jobs = options.Filter(parsed),
            Lines = parsed.GetValue(limit),
            Cursor = parsed.GetValue(cursor),
        });
    }

    private static Command Errors()
    {
        var options = new FilterOptions();
        var limit = Limit("errors");
        var command = new Command("errors", "Counts the errors of jobs that have finished; those that are the same but for numbers, ids and the like are one.") { limit };
        options.AddTo(command);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("job-errors") { Jobs = options.Filter(parsed), Lines = parsed.GetValue(limit) });
    }

    private static Option<int?> Limit(string what) =>
        new("--limit") { Description = $"How many {what}, 1 to 1000.", HelpName = "NUMBER", DefaultValueFactory = _ => 20, CustomParser = WholeNumber.Between(1, 1000) };
}
