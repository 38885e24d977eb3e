using Actors.Services.Guarding;
using Actors.Services.Running;

namespace Actors.Services;

/// <summary>Something that went wrong with a service, and what was done about it.</summary>
/// <param name="At">When.</param>
/// <param name="ExceptionType">The full name of the exception's type; null when it was no exception, as with a body that does not stop.</param>
/// <param name="Message">The exception's message, or what happened.</param>
/// <param name="Details">The exception with its stack and inner exceptions, at most 4,000 characters; null when it was none.</param>
/// <param name="Restart">The number of the restart that follows, counted since the failures were last forgiven; 0 when none follows.</param>
/// <param name="Rule">The rule that was applied, in words.</param>
/// <param name="NextRestartAt">When the service was to be started again; null when it was not.</param>
public sealed record Incident(
    DateTimeOffset At,
    string? ExceptionType,
    string Message,
    string? Details,
    int Restart,
    string Rule,
    DateTimeOffset? NextRestartAt)
{
    private const int MaxDetails = 4000;

    /// <summary>The services that have failed of the same exception within seconds, in the order of their failures: they have this incident together. Empty when it is that of one.</summary>
    public IReadOnlyList<string> Services => Shared?.Services ?? [];

    /// <summary>What it shares with the incidents of other services.</summary>
    internal SharedCause? Shared { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{TimeText.Of(At)} {(ExceptionType is null ? "" : ExceptionType + ": ")}{Message} [{Rule}{(Services is { Count: > 0 } all ? $"; the same cause in {all.Count} services: {ServiceName.List(all)}" : "")}]";

    /// <param name="at">When.</param>
    /// <param name="cause">The exception.</param>
    /// <param name="decision">What follows.</param>
    /// <param name="previous">The incident before, whose text is shared when it is the same: failures repeat.</param>
    internal static Incident Of(DateTimeOffset at, Exception cause, Verdict decision, Incident? previous)
    {
        var details = cause.ToString();
        if (details.Length > MaxDetails)
        {
            details = details[..MaxDetails];
        }

        return new Incident(
            at,
            cause.GetType().FullName,
            cause.Message == previous?.Message ? previous.Message : cause.Message,
            details == previous?.Details ? previous.Details : details,
            decision.Restart,
            decision.Rule,
            decision.NextRestartAt);
    }

    /// <summary>What was decided about a failure.</summary>
    internal readonly record struct Verdict(string Rule, int Restart = 0, DateTimeOffset? NextRestartAt = null);
}
