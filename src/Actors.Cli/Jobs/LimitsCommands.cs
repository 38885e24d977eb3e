using System.CommandLine;
using System.CommandLine.Parsing;
using Actors.Cli.Running;
using Actors.Hosting;
using Actors.Jobs;

namespace Actors.Cli.Jobs;

/// <summary>Commands that change workers and limits of a queue while it runs.</summary>
internal static class LimitsCommands
{
    private const string Lasting = "It stays so, also after a restart and when the file is reread, until 'actors jobs reset'.";

    public static Command Workers()
    {
        var number = new Argument<int?>("NUMBER") { Description = "How many jobs may run at a time, in each process that runs jobs of the queue.", Arity = ArgumentArity.ExactlyOne, CustomParser = WholeNumber.Any<int>() };
        return Change("workers", $"Changes how many jobs of a queue run at a time. {Lasting}", [number], [], parsed => new QueueChange { Workers = parsed.GetValue(number) });
    }

    public static Command Limits()
    {
        var concurrency = new Option<int?>("--concurrency") { Description = "How many jobs may run at a time, in all processes together.", HelpName = "NUMBER", CustomParser = WholeNumber.Any<int>() };
        var perKey = new Option<int?>("--concurrency-per-key") { Description = "How many jobs of one key may run at a time.", HelpName = "NUMBER", CustomParser = WholeNumber.Any<int>() };
        var rate = Rate("--rate", "How many jobs may start in a time, such as '100 per minute'.");
        var ratePerKey = Rate("--rate-per-key", "How many jobs of one key may start in a time.");
        Option[] options = [concurrency, perKey, rate, ratePerKey];
        var command = Change("limits", $"Changes the limits of a queue. {Lasting}", [], options, parsed => new QueueChange
        {
            Concurrency = parsed.GetValue(concurrency),
            ConcurrencyPerKey = parsed.GetValue(perKey),
            Rate = parsed.GetValue(rate),
            RatePerKey = parsed.GetValue(ratePerKey),
        });
        command.Validators.Add(given =>
        {
            if (!options.Any(option => given.GetResult(option) is not null))
            {
                given.AddError($"Say what to change: {string.Join(", ", options[..^1].Select(option => option.Name))} or {options[^1].Name}.");
            }
        });
        return command;
    }

    public static Command Reset()
    {
        var queues = new Argument<string[]>("QUEUE") { Description = "Queues, by name.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("reset", "Lets queues have the workers and limits that are configured.") { queues };
        return RunningCommands.Ask(command, parsed => new ManagementRequest("reset-queue") { Queues = parsed.GetRequiredValue(queues) });
    }

    private static Command Change(string name, string description, Argument[] arguments, Option[] options, Func<ParseResult, QueueChange> change)
    {
        var queue = new Argument<string>("QUEUE") { Description = "The queue, by name." };
        var reason = new Option<string?>("--reason") { Description = "Why, for whoever reads the status.", HelpName = "TEXT" };
        var command = new Command(name, description) { queue };
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }

        foreach (var option in options)
        {
            command.Add(option);
        }

        command.Add(reason);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("change-queue")
        {
            Queues = [parsed.GetRequiredValue(queue)],
            Change = change(parsed),
            By = Environment.UserName,
            Reason = parsed.GetValue(reason),
        });
    }

    private static Option<RateLimit?> Rate(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "RATE",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (RateLimit.TryParse(text, out var rate))
            {
                return rate;
            }

            result.AddError($"'{name} {text}' must be such as '100 per minute', '5 per 10 s' or '100 per minute, burst 10'.");
            return null;
        },
    };
}
