namespace Actors.Jobs;

/// <summary>Port: which attempts have begun in this process and not ended, noted where the next process finds it if this one dies.</summary>
/// <remarks>One process has a store at a time, and opens the table of each queue once.</remarks>
public interface IBegunAttempts
{
    /// <summary>Opens the table of a queue.</summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="slots">How many attempts can run at a time; 0 only looks at what another process has left, and <see cref="IBegunTable.Forget"/> then removes it.</param>
    IBegunTable Open(string queue, int slots);
}

/// <summary>The attempts of one queue that have begun and not ended: a slot for each worker.</summary>
/// <remarks>
/// The duties of an implementer: <see cref="Begin"/> and <see cref="End"/> are called for every attempt, each slot by one thread at a time; they never throw and
/// cost next to nothing. What they note survives the death of the process, however it dies. It need not survive a power loss, but then
/// <see cref="Left"/> must be null. All members may be called from any thread.
/// </remarks>
public interface IBegunTable
{
    /// <summary>
    /// What the last process had begun and not ended when it died; empty when it was told to stop. Null when that is not known, for example after a power loss: then
    /// every job that was granted may have begun. Stays so until <see cref="Forget"/>, also in the next process.
    /// </summary>
    IReadOnlySet<BegunAttempt>? Left { get; }

    /// <summary>Whether the queue's consumer has been told to stop: what is cut short now is no sign of a bad job. Off at first.</summary>
    bool IsStopping { get; set; }

    /// <summary>What the last process left has been stored elsewhere. From now on the table is that of this process.</summary>
    void Forget();

    /// <summary>Notes that an attempt begins.</summary>
    /// <param name="slot">From 0 to the number of slots, exclusive.</param>
    /// <param name="number">The number of the job.</param>
    /// <param name="grant">Its grant.</param>
    void Begin(int slot, long number, int grant);

    /// <summary>Notes that an attempt has ended. Does nothing when the slot has another by now.</summary>
    void End(int slot, long number, int grant);
}

/// <summary>An attempt, as the journal names it.</summary>
/// <param name="Number">The number of the job.</param>
/// <param name="Grant">Its grant.</param>
public readonly record struct BegunAttempt(long Number, int Grant)
{
    private const int GrantBits = 16;

    /// <summary>Both in one word, which is written as a whole; never 0.</summary>
    public long ToWord() => (Number << GrantBits) | (ushort)Grant;

    /// <summary>What <see cref="ToWord"/> made.</summary>
    public static BegunAttempt FromWord(long word) => new(word >> GrantBits, (ushort)word);
}
