using System.Buffers.Binary;

namespace Actors.Sql.Sqlite;

/// <summary>
/// Reads the write-ahead log of a database that is not open. SQLite itself drops, without a word, everything behind the first frame that is
/// damaged: right for a transaction that was being written when the power failed, and wrong for damage before transactions that were confirmed.
/// </summary>
/// <remarks>The format is that of https://www.sqlite.org/fileformat2.html#walformat, in which we only look.</remarks>
internal static class WriteAheadLog
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const uint Magic = 0x377f0682;

    /// <returns>Null when there is no log with anything in it.</returns>
    public static WriteAheadLogState? Inspect(string databasePath)
    {
        var path = databasePath + "-wal";
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20, FileOptions.SequentialScan);
        Span<byte> header = stackalloc byte[HeaderBytes];
        return file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes && Frames.Begin(header) is { } frames
            ? frames.Read(file)
            : null;
    }

    /// <summary>The frames of one generation of the log: those with the salt of its header. What lies behind them is of older ones.</summary>
    private sealed class Frames
    {
        private readonly bool _isBigEndian;
        private readonly byte[] _salt;
        private readonly byte[] _frame;
        private uint _first;
        private uint _second;

        private Frames(ReadOnlySpan<byte> header, bool isBigEndian)
        {
            _isBigEndian = isBigEndian;
            _salt = header[16..24].ToArray();
            _frame = new byte[FrameHeaderBytes + BinaryPrimitives.ReadInt32BigEndian(header[8..])];
        }

        /// <returns>Null when the header is not valid: SQLite then begins a new log.</returns>
        public static Frames? Begin(ReadOnlySpan<byte> header)
        {
            var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
            var pageBytes = BinaryPrimitives.ReadInt32BigEndian(header[8..]);
            if ((magic & ~1u) != Magic || pageBytes is < 512 or > 65536)
            {
                return null;
            }

            var frames = new Frames(header, isBigEndian: (magic & 1) == 1);
            frames.Add(header[..24]);
            return frames.IsSum(header[24..]) ? frames : null;
        }

        public WriteAheadLogState Read(Stream log)
        {
            var (transactions, lastGoodCommit, last) = (0L, 0L, 0L);
            var (damaged, firstCommitBehind, commitsBehind) = (0L, 0L, 0L);
            for (var frame = 1L; log.ReadAtLeast(_frame, _frame.Length, throwOnEndOfStream: false) == _frame.Length; frame++)
            {
                if (!_frame.AsSpan(8, 8).SequenceEqual(_salt))
                {
                    // The end, or damage in the salt itself: then more with the right one follow.
                    damaged = damaged == 0 ? frame : damaged;
                    continue;
                }

                last = frame;
                var isCommit = BinaryPrimitives.ReadUInt32BigEndian(_frame.AsSpan(4)) != 0;
                if (damaged == 0 && IsGood())
                {
                    (transactions, lastGoodCommit) = isCommit ? (transactions + 1, frame) : (transactions, lastGoodCommit);
                    continue;
                }

                damaged = damaged == 0 ? frame : damaged;
                if (isCommit)
                {
                    firstCommitBehind = firstCommitBehind == 0 ? frame : firstCommitBehind;
                    commitsBehind++;
                }
            }

            // Of the transaction that the damage is in, nobody can say whether it was confirmed, unless another was begun behind it: that
            // is done only when the one before is on the disk.
            var lost = firstCommitBehind != 0 && last > firstCommitBehind ? commitsBehind : 0;
            return new WriteAheadLogState(transactions, lost == 0 ? last - lastGoodCommit : 0, damaged, lost);
        }

        private bool IsGood()
        {
            Add(_frame.AsSpan(0, 8));
            Add(_frame.AsSpan(FrameHeaderBytes));
            return IsSum(_frame.AsSpan(16, 8));
        }

        private void Add(ReadOnlySpan<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i += 8)
            {
                _first += Word(bytes[i..]) + _second;
                _second += Word(bytes[(i + 4)..]) + _first;
            }
        }

        private uint Word(ReadOnlySpan<byte> bytes) =>
            _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

        private bool IsSum(ReadOnlySpan<byte> sum) =>
            BinaryPrimitives.ReadUInt32BigEndian(sum) == _first && BinaryPrimitives.ReadUInt32BigEndian(sum[4..]) == _second;
    }
}

/// <summary>What a write-ahead log holds.</summary>
/// <param name="Transactions">Transactions that can be read.</param>
/// <param name="CutPages">Pages at the end that belong to a transaction which was never confirmed.</param>
/// <param name="DamagedPage">The first page that is damaged, counted from 1; only of interest when something is lost.</param>
/// <param name="LostTransactions">Confirmed transactions behind the damage, which SQLite would drop.</param>
internal sealed record WriteAheadLogState(long Transactions, long CutPages, long DamagedPage, long LostTransactions);
