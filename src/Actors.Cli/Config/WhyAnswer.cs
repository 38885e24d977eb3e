using System.Text;
using Actors.Hocon;
using Actors.Hosting;
using Actors.Services;
using Microsoft.Extensions.Configuration;

namespace Actors.Cli.Config;

/// <param name="Policy">The path of the policy; null when the file has one only.</param>
/// <param name="Failures">When it fails.</param>
/// <param name="Runs">How long it runs each time.</param>
/// <param name="Seed">Of the chance in the delays; null for none.</param>
internal sealed record WhyQuestion(string? Policy, string? Failures, string? Runs, int? Seed);

/// <summary>When a service would be restarted, and when it gives up.</summary>
internal static class WhyAnswer
{
    private const int UsualFailures = 10;
    private static readonly string[] Shelves = ["policies", "actors.services"];

    public static int Run(string file, WhyQuestion question, Answer answer) => answer.WithFile(file, document =>
    {
        var root = document.Root;
        var candidates = Candidates(root);
        var path = question.Policy ?? (root.Find("policy") is HoconObject ? "policy" : candidates.Count == 1 ? candidates[0] : null);
        if (path is null || root.Find(path) is not HoconObject section)
        {
            var known = candidates.Count == 0 ? "The file has none: a policy stands in policies.NAME or actors.services.NAME." : $"The file has {string.Join(", ", candidates)}.";
            var hint = path is null ? null : DidYouMean.Nearest(path, candidates) is { } meant ? $" Did you mean '{meant}'?" : "";
            return Misuse(path is null ? $"Say which policy, with --policy. {known}" : $"There is no policy '{path}'.{hint} {known}");
        }

        ServiceOptions options;
        try
        {
            options = ActorsConfiguration.ReadService(new ConfigurationBuilder().AddHoconDocument(document).Build(), path);
        }
        catch (ActorsConfigurationException refused)
        {
            return answer.Refuse(file, refused.Faults);
        }

        var timeline = new RestartTimeline(options, question.Seed is { } seed ? new Random(seed) : new RestartTimeline.NoChance());
        try
        {
            Play(timeline, question, root);
        }
        catch (FormatException fault)
        {
            return Misuse(fault.Message);
        }
        catch (HoconException fault)
        {
            return answer.Refuse(file, [.. fault.Errors.Select(error => new ConfigurationFault(error.Message, error.Expected, error.Origin))]);
        }

        return answer.Give(ExitCode.Fine, Json(path, section, options, timeline), Text(path, section, options, timeline));

        int Misuse(string message) => answer.Give(ExitCode.Usage, new { error = message }, message);
    });

    private static List<string> Candidates(HoconObject root) =>
        [.. Shelves.SelectMany(shelf => (root.Find(shelf) as HoconObject)?.Where(member => member.Value is HoconObject).Select(member => $"{shelf}.{HoconPath.Join([member.Key])}") ?? [])];

    private static void Play(RestartTimeline timeline, WhyQuestion question, HoconObject root)
    {
        var failures = question.Failures is { } given ? Durations(given, "--failures") : InFile("failures");
        var runs = question.Runs is { } ran ? Durations(ran, "--runs") : InFile("runs");
        if (question.Failures is not null && question.Runs is not null)
        {
            throw new FormatException("--failures and --runs exclude each other: say when it fails, or how long it runs.");
        }

        if (question.Failures is not null || (failures is not null && question.Runs is null))
        {
            foreach (var at in failures!.Order()) // One of the two conditions has found some.
            {
                timeline.FailAt(at);
            }

            return;
        }

        foreach (var ranFor in runs ?? Enumerable.Repeat(TimeSpan.Zero, UsualFailures))
        {
            timeline.FailAfter(ranFor);
            if (timeline.GivesUpAt is not null)
            {
                return;
            }
        }

        List<TimeSpan>? InFile(string key) => root.Find(key)?.GetList().Select(value => value.GetDuration()).ToList();
    }

    private static List<TimeSpan> Durations(string text, string option) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
        HoconDuration.TryParse(part, out var time) && time >= TimeSpan.Zero
            ? time
            : throw new FormatException($"'{part}' in {option} is no duration. Write times such as 500 ms, 30 s or 5 m, with commas between them."))];

    private static object Json(string path, HoconObject section, ServiceOptions options, RestartTimeline timeline) => new
    {
        policy = path,
        origin = Answer.Place.Of(section.KeyOrigin),
        restartType = options.RestartType,
        options.Restart.OnExhausted,
        steps = timeline.Steps.Select(step => new
        {
            failureMs = step.At.TotalMilliseconds,
            ranForMs = step.RanFor.TotalMilliseconds,
            action = step.What,
            step.Restart,
            delayMs = step.Delay?.TotalMilliseconds,
            restartAtMs = step.RestartAt?.TotalMilliseconds,
            step.Reason,
        }),
        givesUpAtMs = timeline.GivesUpAt?.TotalMilliseconds,
        runsFromMs = timeline.RunsFrom?.TotalMilliseconds,
    };

    private static string Text(string path, HoconObject section, ServiceOptions options, RestartTimeline timeline)
    {
        var text = new StringBuilder($"{path} ({section.KeyOrigin})\n\n");
        text.Append($"  {"fails at",-14} {"after running",-14} what follows\n");
        foreach (var step in timeline.Steps)
        {
            var follows = step.What switch
            {
                RestartTimeline.Action.Restart or RestartTimeline.Action.SlowRetry =>
                    $"restart {step.Restart} after {TimeText.Of(step.Delay ?? TimeSpan.Zero)}, at {TimeText.Of(step.RestartAt ?? TimeSpan.Zero)} ({step.Reason})",
                RestartTimeline.Action.GiveUp => $"it gives up: {step.Reason}",
                RestartTimeline.Action.GoOn => $"it goes on: {step.Reason}",
                _ => $"nothing: {step.Reason}",
            };
            text.Append($"  {TimeText.Of(step.At),-14} {(step.What == RestartTimeline.Action.NotRunning ? "-" : TimeText.Of(step.RanFor)),-14} {follows}\n");
        }

        var jitter = options.Restart.Backoff?.Jitter ?? 0;
        text.Append(timeline.GivesUpAt is { } end ? $"\nIt gives up at {TimeText.Of(end)}." : "\nIt does not give up.");
        return (jitter > 0 ? text.Append($" Chance makes each delay up to {jitter * 100:0.#} % shorter; --seed draws one case.") : text).ToString();
    }
}
