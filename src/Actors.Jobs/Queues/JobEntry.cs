namespace Actors.Jobs.Queues;

/// <summary>A live job in memory: 88 bytes, and no references. Its arguments stay in the journal unless they are cached; what few jobs have is kept beside.</summary>
internal struct JobEntry
{
    public JobId Id;
    public long EnqueuedAtMs;
    public long DueAtMs;

    /// <summary>The next job in the ready list, and the one before.</summary>
    public long Next;
    public long Previous;
    public long PayloadRow;
    public int PayloadLength;

    /// <summary>Where its arguments are in the <see cref="PayloadCache"/>; 0 when they are not.</summary>
    public int CacheSlot;

    /// <summary>Its key in <see cref="JobKeys"/>; 0 when it has none.</summary>
    public int Key;
    public ushort PayloadOffset;
    public ushort Type;
    public ushort Attempts;
    public ushort Grant;
    public ushort TypeVersion;
    private sbyte _priority;
    private byte _state;

    /// <summary>Whether there is more about it in <see cref="QueueState.Traits"/>.</summary>
    public bool HasTraits;

    public JobPriority Priority
    {
        readonly get => (JobPriority)_priority;
        set => _priority = (sbyte)value;
    }

    /// <summary>0 in an entry that no job has.</summary>
    public JobState State
    {
        readonly get => (JobState)_state;
        set => _state = (byte)value;
    }
}
