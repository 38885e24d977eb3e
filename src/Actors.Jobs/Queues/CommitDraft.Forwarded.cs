using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Queues;

/// <summary>Jobs that are written again, as they are now, because their older commits are about to be deleted.</summary>
internal sealed partial class CommitDraft
{
    /// <summary>The first reader version that knows of forwarded jobs. An older one would lose them in silence.</summary>
    private const int ForwardedFormat = 2;

    private MemoryStream? _forwardedIds;
    private long _lastForwarded;
    private Dictionary<string, uint>? _forwardedKeys;
    private long _lastForwardedRow;

    /// <summary>Adds a job with everything that is known of it. Comes after all other events of the commit.</summary>
    public void AddForwarded(QueueState state, long number)
    {
        ref var entry = ref state.Jobs[number];
        if (_commit.Forwarded is not { } section)
        {
            _commit.Forwarded = section = new Forwarded();
            _forwardedIds = new MemoryStream();
            FormatVersion = Math.Max(FormatVersion, ForwardedFormat);
        }

        AddRare(section, state, number);
        entry.Id.WriteTo(_id);
        _forwardedIds!.Write(_id); // Made with the section.
        section.Number.Add(number - _lastForwarded);
        section.Type.Add(entry.Type);
        section.TypeVersion.Add(entry.TypeVersion);
        section.Priority.Add(StoredPriority.Of(entry.Priority));
        section.State.Add((uint)entry.State);
        section.Attempts.Add(entry.Attempts);
        section.Grant.Add(entry.Grant);
        section.AgeMs.Add(entry.EnqueuedAtMs);
        section.DelayMs.Add(entry.State is JobState.Scheduled or JobState.Retrying or JobState.Awaiting ? entry.DueAtMs : 0);
        section.PayloadRow.Add(entry.PayloadRow - _lastForwardedRow);
        section.PayloadOffset.Add(entry.PayloadOffset);
        section.PayloadLength.Add((uint)entry.PayloadLength);
        AddKey(ref _forwardedKeys, section.Keys, section.Key, section.Number.Count, state.Keys.Name(entry.Key));
        AddTraits(section.Traits, section.Number.Count - 1, state.TraitsToStore(number));
        _lastForwarded = number;
        _lastForwardedRow = entry.PayloadRow;
        LiveBytes += JournalSize.OfJob(entry.PayloadLength);
        Jobs++;
        _events++;
    }

    /// <summary>What few jobs have.</summary>
    private void AddRare(Forwarded section, QueueState state, long number)
    {
        var index = section.Number.Count;
        if (state.Error(number) is { } error)
        {
            _textBytes += error.Length;
            section.Failures.Add(new Protos.Failure { Index = (uint)index, Text = error });
        }

        if (state.IsCancelling(number, out var reason))
        {
            section.Cancelling.Add((uint)index);
            if (reason is not null)
            {
                _textBytes += reason.Length;
                section.Reasons.Add(new Protos.Failure { Index = (uint)index, Text = reason });
            }
        }

        if (state.IsSuspect(number, out var crashes))
        {
            section.Suspects.Add((uint)index);
            section.Crashes.Add((uint)crashes);
        }

        if (state.GrantedTo.TryGetValue(number, out var node))
        {
            while (section.Node.Count < index)
            {
                section.Node.Add(0);
            }

            section.Node.Add(node);
        }
    }

    /// <summary>Times are stored as differences to that of the commit, which is known last.</summary>
    private void CompleteForwarded(long atMs)
    {
        if (_commit.Forwarded is not { } section)
        {
            return;
        }

        for (var i = 0; i < section.AgeMs.Count; i++)
        {
            section.AgeMs[i] = atMs - section.AgeMs[i];
            section.DelayMs[i] -= section.DelayMs[i] == 0 ? 0 : atMs;
        }

        // The stream's buffer is not written to again.
        section.Ids = UnsafeByteOperations.UnsafeWrap(_forwardedIds!.GetBuffer().AsMemory(0, (int)_forwardedIds.Length));
    }
}
