using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Actors.Persistence;

namespace Actors.Jobs.Schedules;

/// <summary>
/// The owner of all durable schedules of an application. A slot that is stored is at once the row by which its queue gets the job, under an id made of schedule and moment.
/// The queue takes the slots in their order and stores, with their jobs, how far it has come: whatever crashes, and whatever is forgotten since, each is taken once.
/// </summary>
/// <remarks>Cut by concern: Deciding, Delivering, Commands, Commits.</remarks>
internal sealed partial class SchedulesActor : JournaledActor
{
    /// <summary>The highest format that this code reads.</summary>
    public const int ReadableVersion = 2;

    private readonly string _application;
    private IReadOnlyList<(ScheduleSpec Spec, ScheduleOrigin Origin)> _declared;
    private readonly ISlotQueues _queues;
    private readonly ScheduleGauge _gauge;
    private readonly long _sweepBytes;
    private readonly LiveFormats? _formats;

    private ScheduleTable _entries = new();
    private Dictionary<string, ScheduleEntry> _byName = new(StringComparer.Ordinal);
    private PriorityQueue<ScheduleEntry, long> _wakes = new();
    private Dictionary<(string Text, string Zone), Schedule> _moments = [];
    private long _nextNumber = 1;

    /// <param name="application">The name of the system, which is part of the identity of every slot.</param>
    /// <param name="declared">What code and configuration say.</param>
    /// <param name="queues">Where the jobs go.</param>
    /// <param name="gauge">Is told how many are overdue.</param>
    /// <param name="journal">The store.</param>
    /// <param name="journalActor">The actor that appends to it.</param>
    /// <param name="sweepBytes">How much is written before the oldest part is written anew and deleted. Small in tests only.</param>
    /// <param name="formats">What other processes can read; null when there are none.</param>
    public SchedulesActor(
        string application,
        IReadOnlyList<(ScheduleSpec Spec, ScheduleOrigin Origin)> declared,
        ISlotQueues queues,
        ScheduleGauge gauge,
        IJournal journal,
        IActorRef journalActor,
        long sweepBytes,
        LiveFormats? formats = null)
        : base(journal, journalActor)
    {
        _application = application;
        _declared = declared;
        _queues = queues;
        _gauge = gauge;
        _sweepBytes = sweepBytes;
        _formats = formats;
    }

    protected override string PersistenceId => "schedules/" + _application;

    protected override int ReadableFormat => ReadableVersion;

    protected override ValueTask OnCommandAsync(object message)
    {
        switch (message)
        {
            case ScheduleMessage.DueReached:
                OnDueReached();
                break;
            case ScheduleMessage.Flush:
                OnFlush();
                break;
            case ScheduleMessage.DeliveryEnded ended:
                OnDeliveryEnded(ended);
                break;
            case ScheduleMessage.LastJobKnown known:
                OnLastJobKnown(known);
                break;
            case ScheduleMessage.Declare declare:
                OnDeclare(declare);
                break;
            case ScheduleMessage.Redeliver:
                Redeliver();
                break;
            case ScheduleMessage.List:
                var now = Context.System.TimeProvider.GetUtcNow();
                Answer(() => new ScheduleMessage.Listed([.. _byName.Values.Select(entry => entry.Status(now)).OrderBy(status => status.Name, StringComparer.Ordinal)]));
                break;
            case ScheduleMessage.Get get:
                Answer(() => Find(get.Name).Status(Context.System.TimeProvider.GetUtcNow()));
                break;
            case ScheduleMessage.GetOverdue:
                Answer(GetOverdue);
                break;
            case ScheduleMessage.Set or ScheduleMessage.Pause or ScheduleMessage.Resume or ScheduleMessage.RunNow or ScheduleMessage.Backfill or ScheduleMessage.Remove:
                OnChange(message);
                break;
            default:
                Unhandled(message);
                break;
        }

        return default;
    }

    protected override void OnReset()
    {
        _entries = new ScheduleTable();
        _byName = new Dictionary<string, ScheduleEntry>(StringComparer.Ordinal);
        _wakes = new PriorityQueue<ScheduleEntry, long>();
        _moments = [];
        _nextNumber = 1;
        ForgetCommits();
        ForgetDeliveries();
    }

    protected override void OnReplay(CommitRow row)
    {
        var commit = ScheduleCommit.Parser.ParseFrom(row.Events.Span);
        _writtenBytes += row.Events.Length;
        _formatInUse = Math.Max(_formatInUse, row.FormatVersion);
        _nextNumber = Math.Max(_nextNumber, commit.NextNumber);
        foreach (var record in commit.Defined)
        {
            if (_entries.Find(record.Number) is not { } entry)
            {
                entry = new ScheduleEntry(record.Number, SlotKey.Of(_application, record.Spec.Name)) { Spec = record.Spec };
                _entries.Add(entry);
            }

            entry.Restore(record);
        }

        foreach (var number in commit.Removed)
        {
            _entries.Remove(number);
        }

        // What was swept into a commit whose older part is deleted has all that matters; a schedule that was removed is not there any more.
        foreach (var slot in commit.Decided)
        {
            _entries.Find(slot.Number)?.Apply(slot);
        }

        foreach (var slot in commit.Delivered)
        {
            if (_entries.Find(slot.Number) is { } entry)
            {
                entry.Apply(slot);
                ForgetRemoved(entry);
            }
        }
    }

    protected override void OnRecovered()
    {
        foreach (var entry in _entries)
        {
            Share(entry.Spec);
            if (!entry.IsRemoved)
            {
                Read(entry);
                _byName[entry.Spec.Name] = entry;
            }
        }

        RecoverDeliveries();
        Declare();
        _entries.TrimExcess();
        _byName.TrimExcess();
        _wakes.EnsureCapacity(_entries.Count);
        foreach (var entry in _entries)
        {
            Schedule(entry);
        }

        OnDueReached();
    }

    protected override void OnLost(JournalException cause)
    {
        Log.SchedulesLost(Logger, cause.Message);
        AnswerWhoeverWaits(cause);
        OnReset();
    }

    protected override ValueTask PostStopAsync()
    {
        AnswerWhoeverWaits(null);
        return default;
    }

    private long NowMs() => Context.System.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private void Answer<TReply>(Func<TReply> reply)
        where TReply : notnull
    {
        object answer;
        try
        {
            answer = Term == 0 && Unavailability is { } cause ? new Failure(new SchedulesUnavailableException(cause.Message, cause)) : reply();
        }
        catch (JobException fault)
        {
            answer = new Failure(fault);
        }

        Sender.Tell(answer, Self);
    }

    private ScheduleEntry Find(string name) =>
        _byName.TryGetValue(name, out var entry) ? entry : throw new UnknownScheduleException(name, _byName.Keys);

    private ScheduleMessage.OverdueSchedules GetOverdue()
    {
        var now = NowMs();
        var (count, longest) = (0, 0L);
        foreach (var entry in _entries)
        {
            // Whoever waits to be looked at wakes at its slot, so most are done with after one comparison.
            if (!entry.IsRemoved && (entry.WakeMs < now || entry.Outstanding is not null || entry.OnTimeFromMs != 0))
            {
                var overdue = entry.OverdueMs(now, entry.IsActive ? entry.NextSlotMs : null);
                longest = Math.Max(longest, overdue);
                count += overdue > GraceMs ? 1 : 0;
            }
        }

        _gauge.Look(_wakes.Count, count);
        return new ScheduleMessage.OverdueSchedules(count, TimeSpan.FromMilliseconds(longest));
    }

    /// <summary>Reads the text. One that cannot be read here stops nobody else.</summary>
    private void Read(ScheduleEntry entry)
    {
        var spec = entry.Spec;
        entry.Fault = null;
        try
        {
            // Texts without H mean the same for every name.
            if (spec.Text.Contains('H', StringComparison.OrdinalIgnoreCase))
            {
                entry.Moments = ScheduleSpecs.Parse(spec.Text, spec.Zone, spec.Name);
            }
            else if (_moments.TryGetValue((spec.Text, spec.Zone), out var known))
            {
                entry.Moments = known;
            }
            else
            {
                _moments.Add((spec.Text, spec.Zone), entry.Moments = ScheduleSpecs.Parse(spec.Text, spec.Zone, spec.Name));
            }
        }
        catch (Exception wrong) when (wrong is ScheduleFormatException or TimeZoneNotFoundException)
        {
            entry.Moments = null;
            entry.Fault = wrong.Message;
            Log.ScheduleUnreadable(Logger, spec.Name, wrong.Message);
        }
    }

    /// <summary>One that is removed goes with the last of its slots.</summary>
    private void ForgetRemoved(ScheduleEntry entry)
    {
        if (entry is { IsRemoved: true, Outstanding: null })
        {
            _entries.Remove(entry.Number);
        }
    }

    /// <summary>A hundred thousand schedules have few texts, queues and job types.</summary>
    private static void Share(ScheduleSpec spec)
    {
        spec.Text = string.Intern(spec.Text);
        spec.Zone = string.Intern(spec.Zone);
        spec.Job = string.Intern(spec.Job);
        spec.Queue = string.Intern(spec.Queue);
    }
}
