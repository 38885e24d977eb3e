using System.CommandLine;
using System.CommandLine.Parsing;
using Actors.Cli.Running;
using Actors.Hocon;
using Actors.Hosting;

namespace Actors.Cli.Jobs;

/// <summary>Commands about queues.</summary>
internal static class QueuesCommands
{
    public static Command Status()
    {
        var queues = new Argument<string[]>("QUEUE") { Description = "Queues, by name. Without one, all.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("status", "Says how the queues are: what waits, runs and has failed, who paused them and why. What needs attention comes first.") { queues };
        return RunningCommands.Ask(command, parsed => new ManagementRequest("queues") { Queues = parsed.GetValue(queues) ?? [] });
    }

    public static Command Pause()
    {
        var span = new Option<DateTimeOffset?>("--for") { Description = "It goes on by itself after this time, such as 90s, 15m or 2h.", HelpName = "TIME", CustomParser = ParseSpan };
        var reason = Reason();
        var command = Change("pause", "Lets queues start no job until they are resumed. They take jobs, and those that run may finish.", out var queues);
        command.Add(reason);
        command.Add(span);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("pause-queue")
        {
            Queues = parsed.GetRequiredValue(queues),
            Reason = parsed.GetValue(reason),
            Until = parsed.GetValue(span),
        });
    }

    public static Command Resume()
    {
        var command = Change("resume", "Lets queues start jobs again, and take new ones.", out var queues);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("resume-queue") { Queues = parsed.GetRequiredValue(queues) });
    }

    public static Command Drain()
    {
        var reason = Reason();
        var command = Change("drain", "Lets queues finish what they have and take nothing new, and waits until nothing waits or runs. Ctrl+C ends the wait only.", out var queues);
        command.Add(reason);
        return RunningCommands.Ask(command, parsed => new ManagementRequest("drain-queue") { Queues = parsed.GetRequiredValue(queues), Reason = parsed.GetValue(reason) });
    }

    private static Command Change(string name, string description, out Argument<string[]> queues)
    {
        queues = new Argument<string[]>("QUEUE") { Description = "Queues, by name.", Arity = ArgumentArity.OneOrMore };
        return new Command(name, description) { queues };
    }

    private static Option<string?> Reason() => new("--reason") { Description = "Why, for whoever reads the status.", HelpName = "TEXT" };

    private static DateTimeOffset? ParseSpan(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;

        // A bare number would be milliseconds, which nobody means here.
        if (text is [.., > '9'] && HoconDuration.TryParse(text, out var span) && span > TimeSpan.Zero && span < TimeSpan.FromDays(3650))
        {
            return TimeProvider.System.GetUtcNow() + span;
        }

        result.AddError($"'--for {text}' must be a time above 0 such as 90s, 15m or 2h.");
        return null;
    }
}
