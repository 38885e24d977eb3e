namespace Actors.Cells;

/// <summary>
/// What an actor knows of messages that failed in it: those that may fail again, with their failures so far, and those that have failed
/// too often. Made at the first failure, forgotten when nothing is left in it. Belongs to the actor's turn.
/// </summary>
/// <remarks>Both lists are short and bounded; the oldest goes when a new one comes.</remarks>
internal sealed class FailedMessages(int limit)
{
    private const int SuspectsKept = 16;
    private const int QuarantinedKept = 64;

    private readonly List<FailedMessage> _suspects = [];
    private readonly List<FailedMessage> _quarantined = [];

    /// <summary>A run as long as this begins all counts anew. The supervisor sets it, as part of its restart model, while it decides on a failure.</summary>
    public TimeSpan ResetAfter { get; set; } = Timeout.InfiniteTimeSpan;

    public bool IsEmpty => _suspects.Count == 0 && _quarantined.Count == 0;

    /// <summary>Counts a failure.</summary>
    /// <param name="message">The message that failed.</param>
    /// <param name="cause">How.</param>
    /// <param name="ranFor">How long the actor had run.</param>
    /// <returns>The message with its failures, when that makes it quarantined; else null.</returns>
    public FailedMessage? OnFailure(object message, Exception cause, TimeSpan ranFor)
    {
        if (ResetAfter != Timeout.InfiniteTimeSpan && ranFor >= ResetAfter)
        {
            _suspects.Clear();
        }

        var suspect = Take(_suspects, message) ?? new FailedMessage(message);
        suspect.Add(cause);
        if (suspect.Count < limit)
        {
            Add(_suspects, suspect, SuspectsKept);
            return null;
        }

        Add(_quarantined, suspect, QuarantinedKept);
        return suspect;
    }

    public void OnSuccess(object message) => Take(_suspects, message);

    public FailedMessage? FindQuarantined(object message) => Find(_quarantined, message) is var index and >= 0 ? _quarantined[index] : null;

    public void EndQuarantine(object message) => Take(_quarantined, message);

    private static void Add(List<FailedMessage> list, FailedMessage message, int kept)
    {
        if (list.Count == kept)
        {
            list.RemoveAt(0);
        }

        list.Add(message);
    }

    private static FailedMessage? Take(List<FailedMessage> list, object message)
    {
        var index = Find(list, message);
        if (index < 0)
        {
            return null;
        }

        var found = list[index];
        list.RemoveAt(index);
        return found;
    }

    private static int Find(List<FailedMessage> list, object message)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].IsSameAs(message))
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>One message, and how it failed.</summary>
internal sealed class FailedMessage(object message)
{
    private const int FailuresKept = 10;

    private readonly List<Exception> _failures = [];

    public int Count { get; private set; }

    public void Add(Exception cause)
    {
        Count++;
        if (_failures.Count == FailuresKept)
        {
            _failures.RemoveAt(0);
        }

        _failures.Add(cause);
    }

    public bool IsSameAs(object other)
    {
        if (ReferenceEquals(message, other))
        {
            return true;
        }

        try
        {
            return message.GetType() == other.GetType() && message.Equals(other);
        }
        catch (Exception)
        {
            return false; // Code of the user, which must not make the actor fail a second time.
        }
    }

    public MessageQuarantinedException ToException(ActorPath actor) => new(actor, message.GetType(), Count, [.. _failures]);
}
