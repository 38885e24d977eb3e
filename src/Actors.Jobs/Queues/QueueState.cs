using System.Diagnostics;
using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What a queue knows of its jobs. Changed by events only: the same methods are called when a decision is made and when it is replayed.</summary>
internal sealed partial class QueueState
{
    private const long NsPerMs = 1_000_000;

    private readonly Dictionary<string, ushort> _typeByName = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly Dictionary<long, string> _errors = [];
    private readonly Dictionary<long, string?> _cancelling = [];
    private readonly Dictionary<long, int> _suspects = [];
    private readonly NumberMap<JobTraits> _traits = new();
    private readonly Dictionary<string, long> _slots = new(StringComparer.Ordinal);
    private readonly long[] _counts = new long[(int)JobState.Awaiting + 1];

    private List<JobKey>? _starting;
    private TokenBucket _starts;

    /// <summary>Kinds that stay closed after a job of theirs has succeeded.</summary>
    public UniqueWindows Windows { get; } = new();

    /// <summary>What is counted; it changes with the settings.</summary>
    public LimitOptions Limits { get; private set; } = new();

    /// <summary>The rate at which jobs of the queue start.</summary>
    public ref readonly TokenBucket Starts => ref _starts;

    /// <summary>Keys that were blocked and of which an attempt has ended.</summary>
    public List<JobKey> Freed { get; } = [];

    public JobTable Jobs { get; } = new();

    /// <summary>The keys of the jobs.</summary>
    public JobKeys Keys { get; } = new();

    /// <summary>Jobs granted to workers.</summary>
    public HashSet<long> Granted { get; } = [];

    /// <summary>How many of them are granted to workers of this process.</summary>
    public int GrantedHere => Granted.Count - GrantedTo.Count;

    /// <summary>The nodes of those that other processes run.</summary>
    public Dictionary<long, long> GrantedTo { get; } = [];

    /// <summary>The last message of the inbox that has been taken into account.</summary>
    public long InboxThrough { get; set; }

    /// <summary>The last slot of an application's schedules that has been taken into account; 0 when there was none.</summary>
    public long SlotsThrough(string source) => _slots.GetValueOrDefault(source);

    public void TakeSlots(string source, long through) => _slots[source] = Math.Max(through, SlotsThrough(source));

    /// <summary>Why no job starts, and since when; null when jobs do.</summary>
    public QueuePause? Pause { get; private set; }

    /// <summary>The restore of the store that the queue has noticed.</summary>
    public long Incarnation { get; private set; }

    /// <summary>Type names by their index.</summary>
    public IReadOnlyList<string> Names => _names;

    public long Succeeded { get; private set; }

    public long Failed { get; private set; }

    public long Cancelled { get; private set; }

    /// <summary>The owner's clock: never goes backwards.</summary>
    public long LastMs { get; set; }

    public long Count(JobState state) => _counts[(int)state];

    /// <summary>What a job has that few have; null when it has nothing of it.</summary>
    public JobTraits? Traits(long number) => Jobs[number].HasTraits && _traits.TryGet(number, out var traits) ? traits : null;

    /// <summary>Gives a job other traits; null for none.</summary>
    public void SetTraits(long number, JobTraits? traits) => SetTraits(ref Jobs[number], number, traits);

    public string? Error(long number) => _errors.GetValueOrDefault(number);

    /// <summary>The length of all texts of failures.</summary>
    public long ErrorBytes { get; private set; }

    /// <summary>Whether somebody has cancelled a job that is with a worker, and why.</summary>
    public bool IsCancelling(long number, out string? reason)
    {
        reason = null;
        return _cancelling.Count > 0 && _cancelling.TryGetValue(number, out reason);
    }

    /// <summary>How many jobs must run alone, because they had begun when the process died.</summary>
    public int Suspects => _suspects.Count;

    /// <summary>Whether a job must run alone, and how often the process has died of that.</summary>
    public bool IsSuspect(long number, out int crashes)
    {
        crashes = 0;
        return _suspects.Count > 0 && _suspects.TryGetValue(number, out crashes);
    }

    public bool TryGetType(string name, out ushort type) => _typeByName.TryGetValue(name, out type);

    public ushort AddType(string name)
    {
        var type = checked((ushort)_names.Count);
        _names.Add(name);
        _typeByName[name] = type;
        return type;
    }

    public ref JobEntry Enqueue(long number, JobId id, bool isDelayed, string? key = null, JobTraits? traits = null)
    {
        ref var entry = ref Jobs.Add(number, id);
        Departed.Remove(id);
        entry.Key = Keys.Add(key);
        if (traits?.Batch is { } batch)
        {
            traits = Batches.Enqueued(batch, traits);
        }

        SetTraits(ref entry, number, traits);
        SetState(number, ref entry, traits is { Waits.Count: > 0 } ? JobState.Awaiting : isDelayed ? JobState.Scheduled : JobState.Waiting);
        return ref entry;
    }

    /// <summary>A job whose time has come. No event: time itself is the cause.</summary>
    public void MarkDue(long number) => SetState(number, ref Jobs[number], JobState.Waiting);

    public void Grant(long number, int grant, long node = 0)
    {
        if (node != 0)
        {
            GrantedTo[number] = node;
        }

        ref var entry = ref Jobs[number];
        entry.Grant = (ushort)grant;
        SetState(number, ref entry, JobState.Running);
        Begun?.Add(LastMs, 1, entry.Attempts > 0 ? 1 : 0);
        AddGranted(number, entry.Key);
        if (Limits.HasRate)
        {
            NoteStart(entry.Key);
        }
    }

    /// <summary>The commit that grants jobs is durable: this is when they start.</summary>
    public void SettleStarts(long nowMs)
    {
        var nowNs = Keys.NowNs = nowMs * NsPerMs;
        _starts.Settle(Limits.Rate, nowNs);
        if (_starting is { Count: > 0 } starting)
        {
            foreach (var key in starting)
            {
                key.Starts.Settle(Limits.RatePerKey, nowNs);
            }

            starting.Clear();
        }
    }

    public void Move(long number, JobState state, int attempts, long dueAtMs, string? error)
    {
        ref var entry = ref Jobs[number];
        entry.Attempts = (ushort)attempts;
        entry.DueAtMs = dueAtMs;
        EndWaits(number, ref entry);
        SetState(number, ref entry, state);
        Ungrant(number);
        if (_suspects.Count > 0 && state != JobState.Waiting)
        {
            _suspects.Remove(number);
        }

        SetError(number, error);
    }

    /// <summary>A job must run alone, until it ends or goes anywhere but to waiting.</summary>
    public void Suspect(long number, int crashes) => _suspects[number] = crashes;

    /// <summary>A job that is with a worker is to end as cancelled.</summary>
    public void BeginCancel(long number, string? reason) => _cancelling[number] = reason;

    /// <summary>The job is over. It stays until its row in the history is durable.</summary>
    public void Finish(long number, JobState state, int attempts, string? error)
    {
        ref var entry = ref Jobs[number];
        entry.Attempts = (ushort)attempts;
        EndWaits(number, ref entry);
        SetState(number, ref entry, state);
        Ungrant(number);
        if (_cancelling.Count > 0)
        {
            _cancelling.Remove(number);
        }

        if (_suspects.Count > 0)
        {
            _suspects.Remove(number);
        }

        if (entry.HasTraits && Traits(number)?.Batch is { } batch)
        {
            Batches.Ended(batch, state, LastMs);
        }

        Succeeded += state == JobState.Succeeded ? 1 : 0;
        Failed += state == JobState.Failed ? 1 : 0;
        Cancelled += state == JobState.Cancelled ? 1 : 0;
        SetError(number, error);
    }

    /// <summary>A job as a later commit describes it, whatever was known of it before. The caller fills the entry, except for the state.</summary>
    public ref JobEntry Replace(long number, JobId id, JobState jobState, string? error, long node, string? key = null, JobTraits? traits = null)
    {
        var oldKey = 0;
        if (Jobs.Contains(number))
        {
            _counts[(int)Jobs[number].State]--;
            Ungrant(number);
            _cancelling.Remove(number);
            _suspects.Remove(number);
            RemoveError(number);
            oldKey = Jobs[number].Key;
        }
        else
        {
            Jobs.Add(number, id);
            Departed.Remove(id);
        }

        ref var entry = ref Jobs[number];
        entry.Key = Keys.Add(key);
        Keys.Remove(oldKey);
        SetTraits(ref entry, number, traits);
        entry.State = jobState;
        _counts[(int)jobState]++;
        SetError(number, error);
        if (jobState == JobState.Running)
        {
            AddGranted(number, entry.Key);
        }

        if (node != 0)
        {
            GrantedTo[number] = node;
        }

        return ref entry;
    }

    /// <summary>Pauses the queue, or lets it go on.</summary>
    public void SetPause(QueuePause? pause, long incarnation)
    {
        Pause = pause;
        Incarnation = incarnation;
    }

    /// <summary>The history has it now.</summary>
    public void Forget(long number)
    {
        ref var entry = ref Jobs[number];
        if (entry is { HasTraits: true, State: JobState.Succeeded } && Traits(number)?.Unique is { PeriodMs: > 0 } claim)
        {
            Windows.Add(claim.Hash, entry.Id, entry.EnqueuedAtMs + claim.PeriodMs);
        }

        _counts[(int)entry.State]--;
        RemoveError(number);
        Keys.Remove(entry.Key);
        SetTraits(ref entry, number, null);
        Jobs.Remove(number);
    }

    /// <summary>The state that must survive when the commits that made it are deleted.</summary>
    public Protos.QueueState ToProto() => new()
    {
        Names = { _names },
        NextNumber = Jobs.NextNumber,
        Succeeded = Succeeded,
        Failed = Failed,
        Cancelled = Cancelled,
        InboxThrough = InboxThrough,
        Pause = ToProto(Pause),
        Incarnation = Incarnation,
        Windows = { Windows.ToProto(LastMs) },
        Batches = { Batches.ToProto(LastMs) },
        TakenMoves = { _takenMoves.Select(static taken => taken.Value.ToProto(taken.Key)) },
        Drain = ToProto(Drain),
        Override = OverrideBodies.ToProto(Override),
        Begun = BegunToProto(),
        StartsFullAtNs = _starts.FullAtNs > Keys.NowNs ? _starts.FullAtNs : 0,
        KeyStarts =
        {
            Limits.RatePerKey is null
                ? []
                : Keys.All.Where(key => key.Starts.FullAtNs > Keys.NowNs)
                    .Select(key => new KeyStarts { Key = key.Name, FullAtNs = key.Starts.FullAtNs }).OrderBy(starts => starts.Key, StringComparer.Ordinal),
        },
        Slots = { _slots.OrderBy(taken => taken.Key, StringComparer.Ordinal).Select(taken => new TakenSlots { Source = taken.Key, Through = taken.Value }) },
    };

    public static Pause? ToProto(QueuePause? pause) =>
        pause is null ? null : new Pause { Reason = pause.Reason ?? "", SinceMs = pause.Since.ToUnixTimeMilliseconds(), UntilMs = pause.Until?.ToUnixTimeMilliseconds() ?? 0, IsAutomatic = pause.IsAutomatic };

    public static QueuePause? FromProto(Pause? pause) => pause is null
        ? null
        : new QueuePause(pause.Reason.Length == 0 ? null : pause.Reason, DateTimeOffset.FromUnixTimeMilliseconds(pause.SinceMs))
        {
            Until = pause.UntilMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(pause.UntilMs),
            IsAutomatic = pause.IsAutomatic,
        };

    public void Restore(Protos.QueueState state)
    {
        _names.Clear();
        _typeByName.Clear();
        foreach (var name in state.Names)
        {
            AddType(name);
        }

        Jobs.NextNumber = Math.Max(Jobs.NextNumber, state.NextNumber);
        Succeeded = state.Succeeded;
        Failed = state.Failed;
        Cancelled = state.Cancelled;
        InboxThrough = Math.Max(InboxThrough, state.InboxThrough);
        SetPause(FromProto(state.Pause), state.Incarnation);
        RestoreOperating(state);
        foreach (var taken in state.Slots)
        {
            TakeSlots(taken.Source, taken.Through);
        }

        _starts.FullAtNs = Math.Max(_starts.FullAtNs, state.StartsFullAtNs);
        Batches.Restore(state.Batches);
        Begun?.Restore(state.Begun);
        RestoreMoves(state.TakenMoves);
        foreach (var window in state.Windows)
        {
            Windows.Add(UniqueClaim.Read(window.Hash), JobId.Read(window.Job.Span), window.UntilMs);
        }

        foreach (var starts in state.KeyStarts)
        {
            Keys.Restore(starts.Key, starts.FullAtNs);
        }
    }

    private void NoteStart(int key)
    {
        _starts.Take();
        if (Limits.RatePerKey is not null && key != 0 && Keys[key] is var starting && starting.Starts.Take())
        {
            (_starting ??= []).Add(starting);
        }
    }

    private void AddGranted(long number, int key)
    {
        if (Granted.Add(number) && key != 0)
        {
            Keys[key].Running++;
        }
    }

    private void Ungrant(long number)
    {
        if (Granted.Remove(number) && Jobs[number].Key is not 0 and var index)
        {
            var key = Keys[index];
            key.Running--;
            if (key.IsBlocked)
            {
                Freed.Add(key);
            }
        }

        if (GrantedTo.Count > 0)
        {
            GrantedTo.Remove(number);
        }
    }

    private void SetTraits(ref JobEntry entry, long number, JobTraits? traits)
    {
        if (entry.HasTraits && _traits.TryGet(number, out var before))
        {
            KeptBytes -= before.KeptBytes;
        }

        traits = SetIndexed(number, traits);
        if (traits is not null)
        {
            KeptBytes += traits.KeptBytes;
            _traits.Set(number, traits);
        }
        else if (entry.HasTraits)
        {
            _traits.Remove(number);
        }

        entry.HasTraits = traits is not null;
    }

    private void SetError(long number, string? error)
    {
        if (error is not null)
        {
            RemoveError(number);
            _errors[number] = error;
            ErrorBytes += error.Length;
            Jobs.ChunkOf(number, out _).AddError();
        }
    }

    private void RemoveError(long number)
    {
        if (_errors.Remove(number, out var error))
        {
            ForgetFingerprint(number);
            ErrorBytes -= error.Length;
        }
    }

    private void SetState(long number, ref JobEntry entry, JobState state)
    {
        if (entry.State != 0)
        {
            Debug.Assert(JobTransitions.IsLegal(entry.State, state), $"A job cannot go from {entry.State} to {state}.");
            _counts[(int)entry.State]--;
        }

        entry.State = state;
        _counts[(int)state]++;
        Jobs.ChunkOf(number, out _).AddState(state);
    }
}
