using Actors.Persistence;

namespace Actors.Jobs.Queues;

/// <summary>Packs the arguments of the jobs of one commit into payload rows.</summary>
internal sealed class PayloadPages
{
    /// <summary>A row of this size, with its header, fits one page of the database.</summary>
    public const int PageBytes = 4000;

    private readonly List<PayloadRow> _rows = [];
    private byte[]? _page;
    private int _used;
    private long _row;

    public int Bytes { get; private set; }

    /// <summary>Adds a payload.</summary>
    /// <param name="payload">The arguments.</param>
    /// <param name="nextRow">The next free row number; moved on when a row is begun.</param>
    public (long Row, int Offset) Add(ReadOnlySpan<byte> payload, ref long nextRow)
    {
        Bytes += payload.Length;
        if (payload.Length > PageBytes)
        {
            Close();
            var row = nextRow++;
            _rows.Add(new PayloadRow(row, payload.ToArray()));
            return (row, 0);
        }

        if (_page is null || _used + payload.Length > PageBytes)
        {
            Close();
            _page = new byte[PageBytes];
            _row = nextRow++;
        }

        var offset = _used;
        payload.CopyTo(_page.AsSpan(offset));
        _used += payload.Length;
        return (_row, offset);
    }

    /// <summary>All rows, in the order of their numbers.</summary>
    public IReadOnlyList<PayloadRow> Finish()
    {
        Close();
        return _rows;
    }

    /// <summary>The room that the rows take in the journal. Asked after <see cref="Finish"/>.</summary>
    public long Room => _rows.Sum(row => JournalSize.OfPayloadRow(row.Bytes.Length, isAlone: _rows.Count == 1));

    private void Close()
    {
        if (_page is not null)
        {
            _rows.Add(new PayloadRow(_row, _page.AsMemory(0, _used)));
            _page = null;
            _used = 0;
        }
    }
}
