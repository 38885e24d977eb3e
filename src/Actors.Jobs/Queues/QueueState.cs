using System.Diagnostics;
using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>What a queue knows of its jobs. Changed by events only: the same methods are called when a decision is made and when it is replayed.</summary>
internal sealed class QueueState
{
    private readonly Dictionary<string, ushort> _typeByName = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly Dictionary<long, string> _errors = [];
    private readonly long[] _counts = new long[(int)JobState.Quarantined + 1];

    public JobTable Jobs { get; } = new();

    /// <summary>Jobs granted to workers.</summary>
    public HashSet<long> Granted { get; } = [];

    /// <summary>Type names by their index.</summary>
    public IReadOnlyList<string> Names => _names;

    public long Succeeded { get; private set; }

    public long Failed { get; private set; }

    public long Cancelled { get; private set; }

    /// <summary>The owner's clock: never goes backwards.</summary>
    public long LastMs { get; set; }

    public long Count(JobState state) => _counts[(int)state];

    public string? Error(long number) => _errors.GetValueOrDefault(number);

    /// <summary>The length of all texts of failures.</summary>
    public long ErrorBytes { get; private set; }

    public bool TryGetType(string name, out ushort type) => _typeByName.TryGetValue(name, out type);

    public ushort AddType(string name)
    {
        var type = checked((ushort)_names.Count);
        _names.Add(name);
        _typeByName[name] = type;
        return type;
    }

    public ref JobEntry Enqueue(long number, JobId id, bool isDelayed)
    {
        ref var entry = ref Jobs.Add(number, id);
        SetState(ref entry, isDelayed ? JobState.Scheduled : JobState.Waiting);
        return ref entry;
    }

    /// <summary>A job whose time has come. No event: time itself is the cause.</summary>
    public void MarkDue(long number) => SetState(ref Jobs[number], JobState.Waiting);

    public void Grant(long number, int grant)
    {
        ref var entry = ref Jobs[number];
        entry.Grant = (ushort)grant;
        SetState(ref entry, JobState.Running);
        Granted.Add(number);
    }

    public void Move(long number, JobState state, int attempts, long dueAtMs, string? error)
    {
        ref var entry = ref Jobs[number];
        entry.Attempts = (ushort)attempts;
        entry.DueAtMs = dueAtMs;
        SetState(ref entry, state);
        Granted.Remove(number);
        SetError(number, error);
    }

    /// <summary>The job is over. It stays until its row in the history is durable.</summary>
    public void Finish(long number, JobState state, int attempts, string? error)
    {
        ref var entry = ref Jobs[number];
        entry.Attempts = (ushort)attempts;
        SetState(ref entry, state);
        Granted.Remove(number);
        Succeeded += state == JobState.Succeeded ? 1 : 0;
        Failed += state == JobState.Failed ? 1 : 0;
        Cancelled += state == JobState.Cancelled ? 1 : 0;
        SetError(number, error);
    }

    /// <summary>A job as a later commit describes it, whatever was known of it before. The caller fills the entry, except for the state.</summary>
    public ref JobEntry Replace(long number, JobId id, JobState jobState, string? error)
    {
        if (Jobs.Contains(number))
        {
            _counts[(int)Jobs[number].State]--;
            Granted.Remove(number);
            RemoveError(number);
        }
        else
        {
            Jobs.Add(number, id);
        }

        ref var entry = ref Jobs[number];
        entry.State = jobState;
        _counts[(int)jobState]++;
        SetError(number, error);
        if (jobState == JobState.Running)
        {
            Granted.Add(number);
        }

        return ref entry;
    }

    /// <summary>The history has it now.</summary>
    public void Forget(long number)
    {
        _counts[(int)Jobs[number].State]--;
        RemoveError(number);
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
    }

    private void SetError(long number, string? error)
    {
        if (error is not null)
        {
            RemoveError(number);
            _errors[number] = error;
            ErrorBytes += error.Length;
        }
    }

    private void RemoveError(long number)
    {
        if (_errors.Remove(number, out var error))
        {
            ErrorBytes -= error.Length;
        }
    }

    private void SetState(ref JobEntry entry, JobState state)
    {
        if (entry.State != 0)
        {
            Debug.Assert(JobTransitions.IsLegal(entry.State, state), $"A job cannot go from {entry.State} to {state}.");
            _counts[(int)entry.State]--;
        }

        entry.State = state;
        _counts[(int)state]++;
    }
}
