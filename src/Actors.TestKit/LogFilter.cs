using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Actors.TestKit;

/// <summary>Says which entries of the log are meant. What is null is of no interest.</summary>
public sealed record LogFilter
{
    /// <summary>The level.</summary>
    public LogLevel? Level { get; init; }

    /// <summary>The id of the kind of entry.</summary>
    public int? EventId { get; init; }

    /// <summary>What the message begins with.</summary>
    public string? StartsWith { get; init; }

    /// <summary>What the message contains.</summary>
    public string? Contains { get; init; }

    /// <summary>The class of the exception, or of one inside it.</summary>
    public Type? Exception { get; init; }

    /// <summary>The actor that wrote it.</summary>
    public IActorRef? Source { get; init; }

    /// <summary>Anything else.</summary>
    public Predicate<LogEntry>? Where { get; init; }

    /// <summary>Whether an entry is meant.</summary>
    public bool Matches(LogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (Level is null || entry.Level == Level)
            && (EventId is null || entry.EventId.Id == EventId)
            && (StartsWith is null || entry.Message.StartsWith(StartsWith, StringComparison.Ordinal))
            && (Contains is null || entry.Message.Contains(Contains, StringComparison.Ordinal))
            && (Exception is null || HasException(entry.Exception))
            && (Source is null || entry.Category.EndsWith(Source.Path.Local.Replace('/', '.'), StringComparison.Ordinal))
            && (Where is null || Where(entry));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string?[] parts =
        [
            Level is null ? null : Level.ToString(),
            EventId is null ? null : string.Create(CultureInfo.InvariantCulture, $"event {EventId}"),
            StartsWith is null ? null : $"beginning '{StartsWith}'",
            Contains is null ? null : $"with '{Contains}'",
            Exception is null ? null : $"with a {Exception.Name}",
            Source is null ? null : $"from {Source.Path.Local}",
            Where is null ? null : "that satisfies the condition",
        ];
        var text = string.Join(" ", parts.Where(part => part is not null));
        return text.Length == 0 ? "any" : text;
    }

    private bool HasException(Exception? thrown)
    {
        for (; thrown is not null; thrown = thrown.InnerException)
        {
            if (Exception!.IsInstanceOfType(thrown)) // Asked only if there is one.
            {
                return true;
            }
        }

        return false;
    }
}
