using System.CommandLine;

namespace Actors.Cli.Config;

/// <summary><c>actors config</c>: what a configuration says, without the program that it is for.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Checks and explains a configuration.") { Check(), Explain(), Why() };

    private static Command Check()
    {
        var file = File();
        var json = Json();
        var command = new Command("check", "Finds every fault in a file: syntax, substitutions, unknown keys and wrong values of the section 'actors'.") { file, json };
        command.SetAction(parsed => CheckAnswer.Run(parsed.GetRequiredValue(file), new Answer(parsed.GetValue(json))));
        return command;
    }

    private static Command Explain()
    {
        var path = new Argument<string>("PATH") { Description = "The path of a key or a section, such as actors.services.mailer.restart.max-restarts." };
        var file = new Argument<string?>("FILE") { Description = "The file that sets it. Without one, only its meaning is told.", Arity = ArgumentArity.ZeroOrOne };
        var json = Json();
        var command = new Command("explain", "Says what a key is for, which value it has, and where that comes from.") { path, file, json };
        command.SetAction(parsed => ExplainAnswer.Run(parsed.GetRequiredValue(path), parsed.GetValue(file), new Answer(parsed.GetValue(json))));
        return command;
    }

    private static Command Why()
    {
        var file = File();
        var policy = new Option<string?>("--policy")
        {
            Description = "The path of the policy: policies.NAME or actors.services.NAME. May be left out when the file has one only.",
            HelpName = "PATH",
        };
        var failures = new Option<string?>("--failures")
        {
            Description = "When it fails, counted from its first start: \"0 s, 5 s, 2 m\". May also stand in the file: failures = [0 s, 5 s, 2 m].",
            HelpName = "TIMES",
        };
        var runs = new Option<string?>("--runs")
        {
            Description = "Instead: how long it runs each time before it fails: \"10 s, 1 m\". Without both, it fails ten times at once.",
            HelpName = "TIMES",
        };
        var seed = new Option<int?>("--seed")
        {
            Description = "Draws the share of the delays that is left to chance. Without it the delays are the longest possible.",
            HelpName = "NUMBER",
        };
        var json = Json();
        var command = new Command("why", "Says when a service with a restart policy would be restarted, and when it gives up.") { file, policy, failures, runs, seed, json };
        command.SetAction(parsed => WhyAnswer.Run(
            parsed.GetRequiredValue(file),
            new WhyQuestion(parsed.GetValue(policy), parsed.GetValue(failures), parsed.GetValue(runs), parsed.GetValue(seed)),
            new Answer(parsed.GetValue(json))));
        return command;
    }

    private static Argument<string> File() => new("FILE") { Description = "A HOCON or JSON file." };

    private static Option<bool> Json() => new("--json") { Description = "Answers in JSON." };
}
