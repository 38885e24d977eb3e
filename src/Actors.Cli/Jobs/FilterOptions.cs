using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Actors.Jobs;

namespace Actors.Cli.Jobs;

/// <summary>Which jobs are meant, by what they have.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string?> _queue = new("--queue") { Description = "Only of this queue.", HelpName = "NAME" };
    private readonly Option<string?> _type = new("--type") { Description = "Only of this type, by its stored name.", HelpName = "NAME" };

    private readonly Option<JobState[]> _states = new("--state")
    {
        Description = $"Only in this state; may be given again. There are {string.Join(", ", States)}.",
        HelpName = "STATE",
        CustomParser = ParseStates,
    };

    private readonly Option<string?> _key = new("--key") { Description = "Only with this key.", HelpName = "KEY" };
    private readonly Option<string?> _tag = new("--tag") { Description = "Only with this tag.", HelpName = "TAG" };

    private readonly Option<JobArg[]> _args = new("--arg")
    {
        Description = "Only with this value in the arguments, such as customer.id=42; may be given again. At once for a path with [Index], else slow.",
        HelpName = "PATH=VALUE",
        CustomParser = ParseArgs,
    };

    private readonly Option<string?> _error = new("--error") { Description = "Only with this error: 16 digits, as 'actors jobs errors' lists them.", HelpName = "FINGERPRINT" };

    private readonly Option<DateTimeOffset?> _since = new("--since")
    {
        Description = "Only those that were enqueued since: a moment such as 2026-10-24T12:00Z, or how long ago, such as 90s, 15m, 2h or 7d.",
        HelpName = "TIME",
        CustomParser = ParseTime,
    };

    /// <summary>All that a job can be in.</summary>
    private static IEnumerable<string> States => Enum.GetValues<JobState>().Where(state => state != JobState.Interrupted).Select(state => state.ToString().ToLowerInvariant());

    private Option[] All => [_queue, _type, _states, _key, _tag, _args, _error, _since];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Whether an option is one of these.</summary>
    public bool Has(Option option) => All.Contains(option);

    public JobFilter Filter(ParseResult parsed) => new()
    {
        Queue = parsed.GetValue(_queue),
        Type = parsed.GetValue(_type),
        States = parsed.GetValue(_states) ?? [],
        Key = parsed.GetValue(_key),
        Tag = parsed.GetValue(_tag),
        Args = parsed.GetValue(_args) ?? [],
        ErrorFingerprint = parsed.GetValue(_error),
        EnqueuedFrom = parsed.GetValue(_since),
    };

    private static JobState[] ParseStates(ArgumentResult result)
    {
        if (result.Tokens.Select(token => token.Value).FirstOrDefault(text => !States.Contains(text, StringComparer.OrdinalIgnoreCase)) is not { } unknown)
        {
            return [.. result.Tokens.Select(token => Enum.Parse<JobState>(token.Value, ignoreCase: true))];
        }

        result.AddError($"There is no state '{unknown}'. There are {string.Join(", ", States)}.");
        return [];
    }

    private static JobArg[] ParseArgs(ArgumentResult result)
    {
        var args = new List<JobArg>();
        foreach (var token in result.Tokens)
        {
            var equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                result.AddError($"'--arg {token.Value}' must be a path and a value, such as customer.id=42.");
                return [];
            }

            args.Add(new JobArg(token.Value[..equals], token.Value[(equals + 1)..]));
        }

        return [.. args];
    }

    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var unit = text.Length == 0 ? null : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => (int?)null };
        if (unit is { } seconds && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return TimeProvider.System.GetUtcNow() - (TimeSpan.FromSeconds(seconds) * number);
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            return moment;
        }

        result.AddError($"'--since {text}' must be a moment such as 2026-10-24T12:00Z, or how long ago, such as 90s, 15m, 2h or 7d.");
        return null;
    }
}
