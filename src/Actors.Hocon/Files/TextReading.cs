using System.Text;

namespace Actors.Hocon.Files;

/// <summary>Reads a file as the UTF-8 that the specification demands, up to a size.</summary>
internal static class TextReading
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="InvalidDataException">The file is too large or not UTF-8.</exception>
    public static string ReadAll(Stream stream, int maxBytes)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = stream.Read(chunk)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > maxBytes)
            {
                throw new InvalidDataException(
                    $"The file is larger than {maxBytes} bytes (limit {nameof(HoconLimits.MaxFileBytes)}).");
            }
        }

        return Decode(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            var at = FindInvalid(bytes);
            var line = bytes[..at].Count((byte)'\n') + 1;
            throw new InvalidDataException(
                $"The file is not valid UTF-8: byte 0x{bytes[at]:X2} at offset {at}, line {line}. Save it as UTF-8.");
        }
    }

    private static int FindInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length
            && Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return Math.Min(at, bytes.Length - 1);
    }
}
