using System.Text;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Processes;

/// <summary>Takes what a program prints, line by line, to the log, the ring and the file. A program that prints faster than these can take waits for them.</summary>
internal sealed class OutputPump(ServiceContext context, ProcessOptions options) : IDisposable
{
    private const int MaxLine = 8192;

    private readonly Lock _lock = new();
    private OutputFile? _file = options.OutputFile is { } path ? new OutputFile(path, options.OutputFileBytes, options.OutputFiles) : null;

    /// <summary>Ends when the stream does.</summary>
    public async Task RunAsync(Stream stream, bool isError)
    {
        var bytes = new byte[8192];
        var chars = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)]; // What the last read left unfinished may become a character of its own.
        var decoder = Encoding.UTF8.GetDecoder();
        var line = new StringBuilder();
        while (await ReadAsync(stream, bytes) is var read and > 0)
        {
            var count = decoder.GetChars(bytes, 0, read, chars, 0);
            Take(chars.AsSpan(0, count), line, isError);
        }

        if (line.Length > 0)
        {
            Print(line, isError);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private static async ValueTask<int> ReadAsync(Stream stream, byte[] bytes)
    {
        try
        {
            return await stream.ReadAsync(bytes);
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return 0; // Closed by us, because what still holds it has got away.
        }
    }

    private void Take(ReadOnlySpan<char> chars, StringBuilder line, bool isError)
    {
        foreach (var c in chars)
        {
            if (c == '\n')
            {
                Print(line, isError);
            }
            else
            {
                if (line.Length == MaxLine)
                {
                    Print(line, isError);
                }

                line.Append(c);
            }
        }

        lock (_lock)
        {
            Try(static file => file.Flush());
        }
    }

    private void Print(StringBuilder line, bool isError)
    {
        var length = line.Length > 0 && line[^1] == '\r' ? line.Length - 1 : line.Length;
        var text = line.ToString(0, length);
        line.Clear();
        var printable = Printable(text);
        context.Output?.Add(new OutputLine(context.TimeProvider.GetUtcNow(), isError, printable));
        var level = isError ? options.ErrorLevel : options.OutputLevel;
        if (text.Length > 0 && level != LogLevel.None)
        {
            Log.Printed(context.Logger, level, printable);
        }

        lock (_lock)
        {
            Try(file => file.Write(text));
        }
    }

    /// <summary>What a program prints may be what a stranger has sent it: nobody's terminal obeys it. The file has it as it came.</summary>
    private static string Printable(string text) => !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
        ? text
        : string.Create(text.Length, text, static (printable, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                printable[i] = char.IsControl(text[i]) && text[i] != '\t' ? '\ufffd' : text[i];
            }
        });

    /// <summary>A full disk, or a file that is none, must not end the program.</summary>
    private void Try(Action<OutputFile> write)
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            write(_file);
        }
        catch (Exception fault)
        {
            Log.OutputFileFailed(context.Logger, context.Name, options.OutputFile!, fault.Message, fault); // There is a file.
            _file.Abandon();
            _file = null;
        }
    }
}
