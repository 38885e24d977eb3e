using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Queues;

/// <summary>A commit in the making: the events of many decisions, and the effects that follow when they are durable.</summary>
internal sealed partial class CommitDraft(long firstNumber, long firstRow)
{
    /// <summary>A commit is closed at this size.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The first reader version that knows which slots of schedules were taken.</summary>
    public const int SlotsFormat = 3;

    /// <summary>The first reader version that knows of pauses and of running jobs that are to end as cancelled.</summary>
    public const int ControlFormat = 2;

    private const int BytesPerEvent = 40;

    private static readonly List<Answer> NoAnswers = [];

    private readonly QueueCommit _commit = new();
    private readonly byte[] _id = new byte[16];
    private MemoryStream? _ids;
    private List<Answer>? _answers;
    private List<long>? _cancelling;
    private long _lastCancelling;
    private long _lastSuspected;
    private long _lastEnqueuedRow;
    private long _lastMoved;
    private long _lastFinished;
    private long _lastGranted;
    private int _events;
    private int _textBytes;

    public long FirstNumber { get; } = firstNumber;

    public long FirstRow { get; } = firstRow;

    /// <summary>How many jobs have their arguments in this commit.</summary>
    public int Jobs { get; private set; }

    /// <summary>The room that they would take by themselves.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The lowest format whose readers understand this commit.</summary>
    public int FormatVersion { get; private set; } = 1;

    public PayloadPages Payloads { get; } = new();

    /// <summary>Who waits for these jobs to be durable.</summary>
    public List<(IActorRef Caller, JobId Id)> Acknowledgements { get; } = [];

    /// <summary>Who waits for a change of one job to be durable, and what is then answered.</summary>
    public List<Answer> Answers => _answers ??= [];

    /// <summary>When the first of those who wait began to.</summary>
    public TimeSpan WaitingSince { get; set; }

    /// <summary>Jobs to hand to workers.</summary>
    public List<long> Granted { get; } = [];

    /// <summary>Jobs to hand to the history.</summary>
    public List<long> Finished { get; } = [];

    /// <summary>Jobs whose attempts to cancel.</summary>
    public List<long> Cancelling => _cancelling ??= [];

    /// <summary>The answers, which are then no more to be given.</summary>
    public List<Answer> TakeAnswers()
    {
        var answers = _answers;
        _answers = null;
        return answers ?? NoAnswers;
    }

    public bool HasWaiters => Acknowledgements.Count > 0 || _answers is { Count: > 0 };

    public bool HasCancelling => _cancelling is not null;

    public bool IsEmpty => _events == 0 && !HasWaiters && !HasNews;

    public bool IsFull => Bytes >= MaxBytes;

    public int Bytes => Payloads.Bytes + (_events * BytesPerEvent) + _textBytes;

    public void AddName(string name, int index)
    {
        _commit.FirstName = _commit.Names.Count == 0 ? (uint)index : _commit.FirstName;
        _commit.Names.Add(name);
        _events++;
    }

    public void AddEnqueued(in JobEntry entry, long number, long delayMs, string? key = null, JobTraits? traits = null)
    {
        if (_commit.Enqueued is not { } section)
        {
            _commit.Enqueued = section = new Enqueued { FirstNumber = number };
            _ids = new MemoryStream();
        }

        entry.Id.WriteTo(_id);
        _ids!.Write(_id); // Made with the section.
        section.Type.Add(entry.Type);
        section.TypeVersion.Add(entry.TypeVersion);
        section.DelayMs.Add(delayMs);
        section.AgeMs.Add(entry.EnqueuedAtMs);
        section.Priority.Add(StoredPriority.Of(entry.Priority));
        section.PayloadRow.Add(entry.PayloadRow - _lastEnqueuedRow);
        section.PayloadOffset.Add(entry.PayloadOffset);
        section.PayloadLength.Add((uint)entry.PayloadLength);
        AddKey(ref _enqueuedKeys, section.Keys, section.Key, section.Type.Count, key);
        AddTraits(section.Traits, section.Type.Count - 1, traits);
        _lastEnqueuedRow = entry.PayloadRow;
        LiveBytes += JournalSize.OfJob(entry.PayloadLength);
        Jobs++;
        _events++;
    }

    /// <summary>Messages of the inbox that are done with when this is durable.</summary>
    public List<long> InboxRows { get; } = [];

    /// <summary>Notes that a message of the inbox has been taken into account.</summary>
    public void AddInboxRow(long row)
    {
        _commit.InboxThrough = row;
        InboxRows.Add(row);
        _events++;
    }

    /// <summary>Notes how far the slots of an application have been taken into account.</summary>
    public void TakeSlots(string source, long through)
    {
        foreach (var taken in _commit.Slots)
        {
            if (taken.Source == source)
            {
                taken.Through = through;
                return;
            }
        }

        FormatVersion = Math.Max(FormatVersion, SlotsFormat);
        _commit.Slots.Add(new TakenSlots { Source = source, Through = through });
        _events++;
    }

    public void AddGranted(long number, int grant, long node = 0)
    {
        var section = _commit.Granted ??= new Granted();
        section.Number.Add(number - _lastGranted);
        section.Grant.Add((uint)grant);
        if (node != 0 || section.Node.Count > 0)
        {
            while (section.Node.Count < section.Number.Count - 1)
            {
                section.Node.Add(0);
            }

            section.Node.Add(node);
        }

        _lastGranted = number;
        Granted.Add(number);
        _events++;
    }

    public void AddMoved(long number, JobState state, int attempts, long delayMs, string? error)
    {
        var section = _commit.Moved ??= new Moved();
        if (error is not null)
        {
            _textBytes += error.Length;
            section.Failures.Add(new Protos.Failure { Index = (uint)section.Number.Count, Text = error });
        }

        section.Number.Add(number - _lastMoved);
        section.State.Add((uint)state);
        section.Attempts.Add((uint)attempts);
        section.DelayMs.Add(delayMs);
        _lastMoved = number;
        _events++;
    }

    public void AddFinished(long number, JobState state, int attempts, string? error)
    {
        var section = _commit.Finished ??= new Finished();
        if (error is not null)
        {
            _textBytes += error.Length;
            section.Failures.Add(new Protos.Failure { Index = (uint)section.Number.Count, Text = error });
        }

        section.Number.Add(number - _lastFinished);
        section.State.Add((uint)state);
        section.Attempts.Add((uint)attempts);
        _lastFinished = number;
        Finished.Add(number);
        _events++;
    }

    public void AddCancelling(long number, string? reason)
    {
        FormatVersion = Math.Max(FormatVersion, 2);
        var section = _commit.Cancelling ??= new Cancelling();
        if (reason is not null)
        {
            _textBytes += reason.Length;
            section.Reasons.Add(new Protos.Failure { Index = (uint)section.Number.Count, Text = reason });
        }

        section.Number.Add(number - _lastCancelling);
        _lastCancelling = number;
        Cancelling.Add(number);
        _events++;
    }

    public void AddSuspected(long number, int crashes)
    {
        FormatVersion = Math.Max(FormatVersion, 2);
        var section = _commit.Suspected ??= new Suspected();
        section.Number.Add(number - _lastSuspected);
        section.Crashes.Add((uint)crashes);
        _lastSuspected = number;
        _events++;
    }

    /// <summary>The lowest format whose readers understand this state of a queue.</summary>
    public static int FormatOf(Protos.QueueState? state) => state switch
    {
        { StartsFullAtNs: > 0 } or { KeyStarts.Count: > 0 } or { Windows.Count: > 0 } or { Batches.Count: > 0 } or { Begun: not null } or { TakenMoves.Count: > 0 } => TraitsFormat,
        { Pause.UntilMs: not 0 } or { Pause.IsAutomatic: true } or { Drain: not null } or { Override: not null } => OperatingFormat,
        { Slots.Count: > 0 } => SlotsFormat,
        { Pause: not null } => 2,
        _ => 1,
    };

    /// <summary>The bytes of the events.</summary>
    public byte[] Encode(long atMs, long historyThrough, Protos.QueueState? state)
    {
        _commit.AtMs = atMs;
        _commit.HistoryThrough = historyThrough;
        _commit.State = state;
        FormatVersion = Math.Max(FormatVersion, FormatOf(state));
        if (_ids is not null)
        {
            // The stream's buffer is not written to again.
            _commit.Enqueued.Ids = UnsafeByteOperations.UnsafeWrap(_ids.GetBuffer().AsMemory(0, (int)_ids.Length));
        }

        CompleteEnqueued(atMs);
        CompleteForwarded(atMs);
        return _commit.ToByteArray();
    }

    /// <summary>An answer that waits for the commit.</summary>
    /// <param name="Caller">Who waits.</param>
    /// <param name="Id">The job that it is about; no job when it is about the queue.</param>
    /// <param name="Reply">What is answered.</param>
    public readonly record struct Answer(IActorRef Caller, JobId Id, object Reply);
}
