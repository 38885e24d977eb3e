using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>Jobs that wait for others, and those that are waited for.</summary>
internal sealed partial class CommitDraft
{
    private long _lastWaitOver;
    private long _lastAwaited;
    private long _lastPart;
    private List<(IActorRef Asker, ParentNews News)>? _news;

    /// <summary>
    /// What other queues are told when it is durable, however long that takes: they wait for nothing else, and ask again only when this queue was recovered.
    /// </summary>
    public List<(IActorRef Asker, ParentNews News)> News => _news ??= [];

    public bool HasNews => _news is { Count: > 0 };

    /// <summary>Something that a job waited for has come.</summary>
    public void AddWaitOver(long number, int index)
    {
        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        var section = _commit.WaitsOver ??= new WaitsOver();
        section.Number.Add(number - _lastWaitOver);
        section.Index.Add((uint)index);
        _lastWaitOver = number;
        _events++;
    }

    /// <summary>A part of a running job is done.</summary>
    public void AddPart(long number, string name)
    {
        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        var section = _commit.Parts ??= new PartsDone();
        section.Number.Add(number - _lastPart);
        section.Name.Add(name);
        _lastPart = number;
        _textBytes += name.Length;
        _events++;
    }

    /// <summary>There is a new batch.</summary>
    public void AddBatch(JobId id, long expected)
    {
        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        _commit.Batches.Add(new BatchBegun { Id = Processes.InboxBodies.Bytes(id), Expected = expected });
        _events++;
    }

    /// <summary>Jobs of other queues may wait for it.</summary>
    public void AddAwaited(long number)
    {
        FormatVersion = Math.Max(FormatVersion, TraitsFormat);
        (_commit.Awaited ??= new Awaited()).Number.Add(number - _lastAwaited);
        _lastAwaited = number;
        _events++;
    }
}
