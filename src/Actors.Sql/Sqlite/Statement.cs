using System.Buffers;
using System.Text;

namespace Actors.Sql.Sqlite;

/// <summary>A prepared statement. Its connection disposes it too.</summary>
internal sealed unsafe class Statement(Connection connection, nint handle) : IDisposable
{
    private const nint CopyNow = -1;
    private const nint NotCopied = 0;
    private const int NullType = 5;

    private static readonly byte* Empty = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(1);

    private nint _handle = handle;

    public Statement Bind(int parameter, long value)
    {
        Check(Native.BindInt64(_handle, parameter, value));
        return this;
    }

    public Statement BindNull(int parameter)
    {
        Check(Native.BindNull(_handle, parameter));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        fixed (byte* pointer = value)
        {
            Check(Native.BindBlob(_handle, parameter, pointer is null ? Empty : pointer, value.Length, CopyNow));
        }

        return this;
    }

    /// <summary>Binds bytes that the caller keeps pinned, and unchanged, until it has called <see cref="Run"/>.</summary>
    public Statement BindPinned(int parameter, byte* value, int length)
    {
        Check(Native.BindBlob(_handle, parameter, value is null ? Empty : value, length, NotCopied));
        return this;
    }

    public Statement Bind(int parameter, string value)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length) + 1);
        var length = Encoding.UTF8.GetBytes(value, buffer);
        fixed (byte* pointer = buffer)
        {
            Check(Native.BindText(_handle, parameter, pointer, length, CopyNow));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return this;
    }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False after the last row; the statement is then reset.</returns>
    public bool Step()
    {
        var code = Native.Step(_handle);
        if (code == ResultCode.Row)
        {
            return true;
        }

        if (code != ResultCode.Done)
        {
            var exception = connection.Error();
            Reset();
            throw exception;
        }

        Reset();
        return false;
    }

    /// <summary>Carries out a statement that returns no rows.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public void Reset() => _ = Native.Reset(_handle);

    public bool IsNull(int column) => Native.ColumnType(_handle, column) == NullType;

    public long GetInt64(int column) => Native.ColumnInt64(_handle, column);

    /// <summary>The bytes of a column, valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> GetBytes(int column)
    {
        var pointer = Native.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(pointer, Native.ColumnBytes(_handle, column));
    }

    public string GetText(int column)
    {
        var pointer = Native.ColumnText(_handle, column);
        return Encoding.UTF8.GetString(new ReadOnlySpan<byte>(pointer, Native.ColumnBytes(_handle, column)));
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = Native.Finalize(_handle);
            _handle = 0;
        }
    }

    private void Check(int code)
    {
        if (code != ResultCode.Ok)
        {
            throw connection.Error();
        }
    }
}
