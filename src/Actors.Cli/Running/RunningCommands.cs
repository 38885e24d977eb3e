using System.CommandLine;
using Actors.Hosting;

namespace Actors.Cli.Running;

/// <summary>The commands to a program that runs.</summary>
internal static class RunningCommands
{
    private const string Everything = "*";

    public static IEnumerable<Command> All() =>
    [
        Question("status", "Says how the services are; what needs attention comes first.", hasLines: false),
        Change("start", "Starts services that do not run, and those that wait for a restart at once."),
        Change("stop", "Stops services, each within its own limit."),
        Change("restart", "Stops services, and starts them again."),
        Question("tail", "Shows what programs have printed last.", hasLines: true),
        Question("incidents", "Shows what went wrong, oldest first, and the last in full.", hasLines: true),
        Plain("reread", "Says what the settings, as they are written now, would change. Changes nothing."),
        Plain("update", "Takes up the settings as they are written now: adds, removes, changes and restarts what 'reread' says."),
        Plain("shutdown", "Stops all services and then the program, and waits for its end."),
    ];

    private static Command Question(string name, string description, bool hasLines)
    {
        var services = new Argument<string[]>("NAME") { Description = "Services: names, or patterns such as 'worker-*'. Without one, all.", Arity = ArgumentArity.ZeroOrMore };
        var lines = new Option<int?>("--lines", "-n") { Description = "How many at most; 20 unless it is given.", HelpName = "NUMBER", CustomParser = WholeNumber.From(1) };
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on with what they print from now on, until Ctrl+C." };
        var command = new Command(name, description) { services };
        if (name == "tail")
        {
            command.Add(follow);
        }

        if (hasLines)
        {
            command.Add(lines);
        }

        return Ask(
            command,
            parsed => new ManagementRequest(name)
            {
                Services = parsed.GetValue(services) ?? [],
                Lines = hasLines ? parsed.GetValue(lines) : null,
            },
            parsed => name == "tail" && parsed.GetValue(follow));
    }

    private static Command Change(string name, string description)
    {
        var services = new Argument<string[]>("NAME") { Description = "Services: names, or patterns such as 'worker-*'.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All services." };
        var command = new Command(name, description) { services, all };
        command.Validators.Add(given =>
        {
            if (given.GetValue(all) == (given.GetValue(services) is { Length: > 0 }))
            {
                given.AddError($"Say which services to {name}: names, patterns such as 'worker-*', or --all.");
            }
        });
        return Ask(command, parsed => new ManagementRequest(name) { Services = parsed.GetValue(all) ? [Everything] : parsed.GetValue(services) ?? [] });
    }

    private static Command Plain(string name, string description) => Ask(new Command(name, description), _ => new ManagementRequest(name));

    /// <summary>Makes it a command to a program that runs.</summary>
    public static Command Ask(Command command, Func<ParseResult, ManagementRequest> request, Func<ParseResult, bool>? isFollowing = null)
    {
        var socket = Socket();
        var json = new Option<bool>("--json") { Description = "Answers in one line of JSON." };
        command.Add(socket);
        command.Add(json);
        command.SetAction((parsed, cancellationToken) => Conversation.RunAsync(
            parsed.GetValue(socket), request(parsed), parsed.GetValue(json), isFollowing?.Invoke(parsed) == true, cancellationToken));
        return command;
    }

    /// <summary>Which program.</summary>
    public static Option<string?> Socket() => new("--socket", "-s")
    {
        Description = $"The program: the path of its socket, or its name. Without one ${ManagementClient.SocketVariable}, and then the only one that runs.",
        HelpName = "PATH|NAME",
    };
}
