using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

internal sealed partial class CommitReplay
{
    private void ApplyForwarded(QueueCommit commit)
    {
        if (commit.Forwarded is not { } forwarded)
        {
            return;
        }

        var errors = Errors(forwarded.Failures);
        var ids = forwarded.Ids.Span;
        var traits = Traits(forwarded.Traits);
        var numbers = new long[forwarded.Number.Count];
        var (number, row) = (0L, 0L);
        for (var i = 0; i < forwarded.Number.Count; i++)
        {
            number += forwarded.Number[i];
            row += forwarded.PayloadRow[i];
            if (state.Jobs.Contains(number))
            {
                // The commits that are to be deleted are still there: it is in a later one now.
                ref var old = ref state.Jobs[number];
                ledger.Forget(old.PayloadRow, old.PayloadLength);
            }

            var jobState = (JobState)forwarded.State[i];
            ref var entry = ref state.Replace(
                number,
                JobId.Read(ids[(i * 16)..]),
                jobState,
                errors?.GetValueOrDefault(i),
                i < forwarded.Node.Count ? forwarded.Node[i] : 0,
                Key(forwarded.Keys, forwarded.Key, i),
                traits?.GetValueOrDefault(i));
            entry.EnqueuedAtMs = commit.AtMs - forwarded.AgeMs[i];
            entry.DueAtMs = jobState is JobState.Scheduled or JobState.Retrying or JobState.Awaiting ? commit.AtMs + forwarded.DelayMs[i] : 0;
            entry.Type = (ushort)forwarded.Type[i];
            AddLostTypes(entry.Type + 1);
            entry.TypeVersion = (ushort)forwarded.TypeVersion[i];
            entry.Priority = StoredPriority.Read(forwarded.Priority[i]);
            entry.Attempts = (ushort)forwarded.Attempts[i];
            entry.Grant = (ushort)forwarded.Grant[i];
            entry.PayloadRow = row;
            entry.PayloadOffset = (ushort)forwarded.PayloadOffset[i];
            entry.PayloadLength = (int)forwarded.PayloadLength[i];
            _place.Add(row, entry.PayloadOffset, entry.PayloadLength);
            numbers[i] = number;
        }

        var reasons = Errors(forwarded.Reasons);
        foreach (var index in forwarded.Cancelling)
        {
            state.BeginCancel(numbers[index], reasons?.GetValueOrDefault((int)index));
        }

        for (var i = 0; i < forwarded.Suspects.Count; i++)
        {
            state.Suspect(numbers[forwarded.Suspects[i]], (int)forwarded.Crashes[i]);
        }
    }

    /// <summary>Gathers where the arguments of a commit lie, and comes to the same sizes as its owner did.</summary>
    private struct CommitPlace(long nextRow)
    {
        private long _row;
        private int _rowLength;
        private int _rows;
        private long _payloadBytes;

        public long FirstRow { get; private set; } = nextRow;

        public long NextRow { get; private set; } = nextRow;

        public int Jobs { get; private set; }

        public long LiveBytes { get; private set; }

        public readonly long PayloadBytes => _payloadBytes + (_rows == 0 ? 0 : JournalSize.OfPayloadRow(_rowLength, isAlone: _rows == 1));

        public void Add(long row, int offset, int length)
        {
            if (_rows == 0 || row != _row)
            {
                FirstRow = _rows == 0 ? row : FirstRow;
                _payloadBytes += _rows == 0 ? 0 : JournalSize.OfPayloadRow(_rowLength, isAlone: false);
                _rows++;
                _row = row;
                _rowLength = 0;
                NextRow = row + 1;
            }

            _rowLength = Math.Max(_rowLength, offset + length);
            Jobs++;
            LiveBytes += JournalSize.OfJob(length);
        }
    }
}
