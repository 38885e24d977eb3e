using System.CommandLine;
using Actors.Cli.Running;
using Actors.Hosting;

namespace Actors.Cli.Jobs;

/// <summary>Commands about one job.</summary>
internal static class JobCommands
{
    public static Command Show()
    {
        var command = Of("show", "Shows all that is known of a job: why it is where it is, its progress, log lines and error, and its arguments when it has finished.", out var id);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("job") { Ids = [parsed.GetRequiredValue(id)] });
    }

    public static Command Why()
    {
        var command = Of("why", "Says in one sentence why a job does not run, or where it is.", out var id);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("why-job") { Ids = [parsed.GetRequiredValue(id)] });
    }

    public static Command Edit()
    {
        var args = new Option<string>("--args") { Description = "The new arguments, all of them, as a JSON object; @FILE reads them from a file.", HelpName = "JSON|@FILE", Required = true };
        var command = Of("edit", "Gives a job that does not run other arguments; for one that has finished, enqueues a new job with them.", out var id);
        command.Add(args);
        args.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string>() is ['@', .. var path] && !File.Exists(path))
            {
                given.AddError($"There is no file '{path}'.");
            }
        });
        return RunningCommands.Ask(command, parsed => new ManagementRequest("edit-job")
        {
            Ids = [parsed.GetRequiredValue(id)],
            Args = parsed.GetRequiredValue(args) is ['@', .. var path] ? File.ReadAllText(path) : parsed.GetRequiredValue(args),
        });
    }

    private static Command Of(string name, string description, out Argument<string> id)
    {
        id = new Argument<string>("ID") { Description = "The id of the job, as 'actors jobs search' lists it." };
        return new Command(name, description) { id };
    }
}
