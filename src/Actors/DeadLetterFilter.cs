namespace Actors;

/// <summary>Which dead letters are meant: those that satisfy all the conditions that are set. Immutable.</summary>
public sealed record DeadLetterFilter
{
    private const string Below = "/*";

    /// <summary>The recipient's path within the system, such as <c>/user/orders</c>, or all below an actor: <c>/user/orders/*</c>.</summary>
    /// <value>Null, the default, means any.</value>
    public string? Recipient { get; init; }

    /// <summary>The type of the message, a base class of it, or an interface that it implements.</summary>
    /// <value>Null, the default, means any.</value>
    public Type? MessageType { get; init; }

    /// <summary>The reason.</summary>
    /// <value>Null, the default, means any.</value>
    public DeadLetterReason? Reason { get; init; }

    /// <summary>Whether a dead letter is meant.</summary>
    public bool Matches(DeadLetter letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return (Reason is null || letter.Reason == Reason)
            && (MessageType is null || MessageType.IsInstanceOfType(letter.Message))
            && (Recipient is null || MatchesPath(letter.Recipient.Path.Local, Recipient));
    }

    private static bool MatchesPath(string path, string pattern) => pattern.EndsWith(Below, StringComparison.Ordinal)
        ? path.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
        : path == pattern;
}
