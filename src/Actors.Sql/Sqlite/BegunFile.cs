using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>
/// The begun attempts of one queue in a memory-mapped file: a store to memory for each, and the kernel keeps the page when the process dies. A power loss may leave an
/// old page behind, so the file carries the id of the boot in which it was written.
/// </summary>
internal sealed unsafe class BegunFile : IBegunTable
{
    private const int HeaderBytes = 64;
    private const int BootOffset = 16;
    private const int StoppingOffset = 32;
    private const int WordBytes = sizeof(long);

    private readonly string _path;
    private readonly int _slots;
    private readonly Guid? _boot;
    private volatile HashSet<BegunAttempt>? _left;
    private volatile bool _isStopping;
    private MemoryMappedFile? _file;
    private MemoryMappedViewAccessor? _view;
    private byte* _memory;

    public BegunFile(string path, int slots, Guid? boot)
    {
        _path = path;
        _slots = slots;
        _boot = boot;
        _left = Read(path, boot);
    }

    // No Dispose: an attempt that nobody waits for any more may end later, and note it here.
    ~BegunFile()
    {
        if (_memory != null)
        {
            _memory = null;
            _view!.SafeMemoryMappedViewHandle.ReleasePointer(); // The memory is that of the view.
        }
    }

    public IReadOnlySet<BegunAttempt>? Left => _left;

    public bool IsStopping
    {
        get => _isStopping;
        set
        {
            _isStopping = value;
            WriteStopping();
        }
    }

    private static ReadOnlySpan<byte> Magic => "ACTORSBEGUN\0\0\0\0\x01"u8;

    public void Forget()
    {
        _left = [];
        if (_memory != null)
        {
            return;
        }

        try
        {
            if (_slots > 0)
            {
                Map();
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is noted then. What the file says must not be taken for the truth by the next process.
        }

        TryDelete();
    }

    public void Begin(int slot, long number, int grant)
    {
        if (_memory != null)
        {
            Volatile.Write(ref Word(slot), new BegunAttempt(number, grant).ToWord());
        }
    }

    public void End(int slot, long number, int grant)
    {
        // Not atomic, and need not be: a slot is taken over only from an attempt that was given up on.
        if (_memory != null && Word(slot) == new BegunAttempt(number, grant).ToWord())
        {
            Volatile.Write(ref Word(slot), 0);
        }
    }

    /// <summary>What a file says; null when it says nothing that can be relied on.</summary>
    private static HashSet<BegunAttempt>? Read(string path, Guid? boot)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (boot is null || bytes.Length < HeaderBytes || !bytes.AsSpan().StartsWith(Magic) || new Guid(bytes.AsSpan(BootOffset, 16)) != boot)
        {
            return null;
        }

        var left = new HashSet<BegunAttempt>();
        for (var at = HeaderBytes; at + WordBytes <= bytes.Length && bytes[StoppingOffset] == 0; at += WordBytes)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)) is not 0 and var word)
            {
                left.Add(BegunAttempt.FromWord(word));
            }
        }

        return left;
    }

    private void Map()
    {
        var length = HeaderBytes + (_slots * WordBytes);
        var bytes = new byte[length];
        Magic.CopyTo(bytes);
        _boot.GetValueOrDefault().TryWriteBytes(bytes.AsSpan(BootOffset));

        // Written, not only made longer: a page that finds no room on the disk when it is touched would end the process. And a file of its own:
        // a former owner may have the last one mapped.
        var made = _path + ".new";
        File.WriteAllBytes(made, bytes);
        File.Move(made, _path, overwrite: true);

        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Open, null, length);
        _view = _file.CreateViewAccessor(0, length);
        byte* memory = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref memory);
        _memory = memory + _view.PointerOffset;
        WriteStopping();
    }

    private void WriteStopping()
    {
        if (_memory != null)
        {
            Volatile.Write(ref *(_memory + StoppingOffset), _isStopping ? (byte)1 : (byte)0);
        }
    }

    private ref long Word(int slot) => ref *(long*)(_memory + HeaderBytes + ((long)slot * WordBytes));

    private void TryDelete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As said above, nothing more can be done; its numbers and grants will not match for long.
        }
    }
}
