using Actors.Persistence;

namespace Actors.Sql.Tests;

/// <summary>An owner of a journal, as tests play it. Payload rows are filled with their number.</summary>
public sealed record Owner(IJournal Store, string Journal, Guid Writer, JournalOpening Opening)
{
    public static async Task<Owner> OpenAsync(IJournal store, string journal, int readableFormat = 1)
    {
        var writer = Guid.NewGuid();
        return new Owner(store, journal, writer, await store.OpenAsync(journal, writer, readableFormat, default));
    }

    public Commit Commit(
        long number, byte[]? events = null, (long Row, int Length)[]? payloads = null, int format = 1,
        long deleteCommitsBefore = 0, long deletePayloadsBefore = 0, string? journal = null) => new()
        {
            PersistenceId = journal ?? Journal,
            Term = Opening.Term,
            Writer = Writer,
            SequenceNumber = number,
            FormatVersion = format,
            Events = events ?? [(byte)number],
            Payloads = [.. (payloads ?? []).Select(payload => new PayloadRow(payload.Row, Filled(payload.Row, payload.Length)))],
            DeleteCommitsBefore = deleteCommitsBefore,
            DeletePayloadsBefore = deletePayloadsBefore,
        };

    public async Task<AppendOutcome> AppendAsync(
        long number, byte[]? events = null, (long Row, int Length)[]? payloads = null, int format = 1,
        long deleteCommitsBefore = 0, long deletePayloadsBefore = 0, string? journal = null) =>
        (await Store.AppendAsync(
            [Commit(number, events, payloads, format, deleteCommitsBefore, deletePayloadsBefore, journal)], default))[0];

    public SnapshotRow Snapshot(long sequenceNr, byte[]? bytes = null, DateTimeOffset timestamp = default, long commitNumber = 1) => new()
    {
        PersistenceId = Journal,
        SequenceNr = sequenceNr,
        CommitNumber = commitNumber,
        Term = Opening.Term,
        Timestamp = timestamp == default ? DateTimeOffset.UnixEpoch : timestamp,
        Bytes = bytes ?? [(byte)sequenceNr],
    };

    private static byte[] Filled(long value, int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)value);
        return bytes;
    }
}
