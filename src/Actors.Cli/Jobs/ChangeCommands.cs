using System.CommandLine;
using Actors.Cli.Running;
using Actors.Hosting;

namespace Actors.Cli.Jobs;

/// <summary>Commands that change jobs that are named, or all that match.</summary>
internal static class ChangeCommands
{
    public static Command Cancel()
    {
        var reason = new Option<string?>("--reason") { Description = "Why, for whoever reads the status.", HelpName = "TEXT" };
        return Change("cancel", "cancel-jobs", "Ends jobs: they are not started any more, and attempts that run are told to end.", reason);
    }

    public static Command Retry() => Change("retry", "retry-jobs", "Lets jobs that wait for their time, for a decoder or for a person run as soon as there is a worker.");

    public static Command RunAgain() => Change("run-again", "run-jobs-again", "Runs jobs that have finished once more, each as a new job. By a filter without a state: those that have failed.");

    public static Command Delete() => Change("delete", "delete-jobs", "Deletes jobs, live or finished, and leaves no trace of them.");

    public static Command Move()
    {
        var to = new Option<string?>("--to") { Description = "The queue that they go to.", HelpName = "QUEUE", Required = true };
        return Change("move", "move-jobs", "Moves jobs that do not run to another queue, as they are.", to: to);
    }

    private static Command Change(string name, string request, string description, Option<string?>? reason = null, Option<string?>? to = null)
    {
        var ids = new Argument<string[]>("ID") { Description = "Ids of jobs; or options that say which are meant.", Arity = ArgumentArity.ZeroOrMore };
        var filter = new FilterOptions();
        var count = new Option<long?>("--count") { Description = "All that match, if they are not more than this. Without it they are counted and left alone.", HelpName = "NUMBER", CustomParser = WholeNumber.From(0L) };
        var yes = new Option<bool>("--yes", "-y") { Description = "All that match, however many they are." };
        var everything = new Option<bool>("--everything") { Description = "Every job of every queue is meant." };
        var command = new Command(name, description) { ids };
        if (reason is not null)
        {
            command.Add(reason);
        }

        if (to is not null)
        {
            command.Add(to);
        }

        filter.AddTo(command);
        command.Add(everything);
        command.Add(count);
        command.Add(yes);
        command.Validators.Add(given =>
        {
            var isNamed = given.GetValue(ids) is { Length: > 0 };
            var isFiltered = given.Children.Any(child => child is System.CommandLine.Parsing.OptionResult { Implicit: false } option && filter.Has(option.Option)) || given.GetValue(everything);
            if (isNamed == isFiltered)
            {
                given.AddError($"Say which jobs to {name}: ids, or what they have, such as --queue emails --state retrying; --everything for all.");
            }
        });
        return RunningCommands.Ask(command, parsed => parsed.GetValue(ids) is { Length: > 0 } named
            ? new ManagementRequest(request) { Ids = named, Reason = reason is null ? null : parsed.GetValue(reason), To = to is null ? null : parsed.GetValue(to) }
            : new ManagementRequest(request)
            {
                Jobs = filter.Filter(parsed) with { IsEverything = parsed.GetValue(everything) },
                Count = parsed.GetValue(yes) ? -1 : parsed.GetValue(count),
                Reason = reason is null ? null : parsed.GetValue(reason),
                To = to is null ? null : parsed.GetValue(to),
            });
    }
}
