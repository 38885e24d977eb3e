using System.Text;

namespace Actors.Services.Processes;

/// <summary>A file with the output of a program, renamed and begun anew at its size limit. Not thread-safe.</summary>
internal sealed class OutputFile(string path, long maxBytes, int keep) : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private FileStream? _file;

    public void Write(string line)
    {
        var bytes = Utf8.GetBytes(line + "\n");
        _file ??= Open();
        if (_file.CanSeek && _file.Length > 0 && _file.Length + bytes.Length > maxBytes) // A pipe or a terminal has no size.
        {
            Rotate();
        }

        _file.Write(bytes);
    }

    public void Flush() => _file?.Flush();

    /// <summary>Closes the file after a failure, whatever that says.</summary>
    public void Abandon()
    {
        try
        {
            Dispose();
        }
        catch (IOException)
        {
            // What it still held cannot be written either.
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".");
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    private void Rotate()
    {
        Dispose();
        if (keep == 0)
        {
            File.Delete(path);
        }

        for (var number = keep; number > 0; number--)
        {
            var older = number == 1 ? path : $"{path}.{number - 1}";
            if (File.Exists(older))
            {
                File.Move(older, $"{path}.{number}", overwrite: true);
            }
        }

        _file = Open();
    }
}
