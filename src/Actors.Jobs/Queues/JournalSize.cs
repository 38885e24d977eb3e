namespace Actors.Jobs.Queues;

/// <summary>The room that commits and jobs take in a journal whose rows lie in pages of 4,096 bytes, as SQLite lays them out.</summary>
/// <remarks>
/// An estimate from the lengths alone, so that replay comes to the same numbers as the owner that wrote. A row is never split between
/// two others: what does not fit the rest of a page begins another.
/// </remarks>
internal static class JournalSize
{
    private const int PageBytes = 4096;
    private const int UsablePageBytes = 4080;

    /// <summary>Key, checksum and length of a payload row.</summary>
    private const int PayloadRowBytes = 14;

    /// <summary>Key, term, writer, checksum and so on of a commit.</summary>
    private const int CommitRowBytes = 56;

    /// <summary>What the events say of a job that is enqueued: its id and a dozen small numbers.</summary>
    private const int JobBytes = 40;

    /// <summary>The longest record that lies in its page as a whole, what is left there of a longer one at least, and the bytes of a page that continues it.</summary>
    private const int MaxLocalBytes = 4061;
    private const int MinLocalBytes = 489;
    private const int OverflowPageBytes = 4092;

    /// <summary>The row with the events of a commit.</summary>
    public static long OfEvents(int length) => Share(length + CommitRowBytes);

    /// <summary>A row of payloads.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="isAlone">Whether it is the only one of its commit. What is left of the page after the last of several is lost: the next commit begins with a full one.</param>
    public static long OfPayloadRow(int length, bool isAlone) =>
        isAlone || length + PayloadRowBytes > MaxLocalBytes ? Share(length + PayloadRowBytes) : PageBytes;

    /// <summary>A live job that lies among others of its kind, as after writing forward.</summary>
    public static long OfJob(int payloadLength) => JobBytes + payloadLength switch
    {
        0 => 0,
        <= PayloadPages.PageBytes => PageBytes / (PayloadPages.PageBytes / payloadLength),
        _ => Share(payloadLength + PayloadRowBytes),
    };

    /// <summary>The share of a record in a page with others of its length, and the pages that continue it.</summary>
    private static long Share(int record)
    {
        if (record <= MaxLocalBytes)
        {
            return PageBytes / Math.Max(1, UsablePageBytes / record);
        }

        var local = MinLocalBytes + ((record - MinLocalBytes) % OverflowPageBytes);
        local = local <= MaxLocalBytes ? local : MinLocalBytes;
        return Share(local) + ((record - local + OverflowPageBytes - 1L) / OverflowPageBytes * PageBytes);
    }
}
