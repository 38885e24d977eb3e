namespace Actors.Jobs.Queues;

/// <summary>A live job in memory. Its arguments stay in the journal unless they are cached.</summary>
internal struct JobEntry
{
    public JobId Id;
    public long EnqueuedAtMs;
    public long DueAtMs;

    /// <summary>The next job in the ready list.</summary>
    public long Next;
    public long PayloadRow;
    public byte[]? Payload;
    public int PayloadLength;
    public ushort PayloadOffset;
    public ushort Type;
    public ushort Attempts;
    public ushort Grant;
    public ushort TypeVersion;
    public sbyte Priority;
    public JobState State;
}
