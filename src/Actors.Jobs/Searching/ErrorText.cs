using System.Globalization;

namespace Actors.Jobs.Searching;

/// <summary>What the texts of the same error have in common.</summary>
/// <remarks>
/// Of the text of an exception count: its first lines, and the first frames of its stack. In the lines, what is in quotes, words with digits (numbers, ids,
/// times) and paths are left out, except in the name of the exception's class; in the frames, files, line numbers and the numbers that the compiler gives.
/// </remarks>
internal static class ErrorText
{
    private const int MaxLines = 4;
    private const int MaxFrames = 3;
    private const int MaxLength = 1_000;
    private const int MaxQuoted = 400;
    private const string FrameStart = "at ";

    /// <summary>The fingerprint as a number.</summary>
    public static ulong Fingerprint(string error)
    {
        var buffer = new char[Math.Min(error.Length, MaxLength) + 8];
        var length = 0;
        var (lines, frames) = (0, 0);
        foreach (var line in error.AsSpan().EnumerateLines())
        {
            var text = line.Trim();
            if (text.StartsWith(FrameStart, StringComparison.Ordinal) && line.Length > text.Length)
            {
                if (frames++ < MaxFrames)
                {
                    AddFrame(text[FrameStart.Length..], buffer, ref length);
                }
            }
            else if (text.Length > 0 && !text.StartsWith("--- ", StringComparison.Ordinal) && lines++ < MaxLines)
            {
                AddLine(text, buffer, ref length);
            }

            if (lines >= MaxLines && frames >= MaxFrames)
            {
                break;
            }
        }

        return Mark.Of(buffer.AsSpan(0, length));
    }

    public static string Digits(ulong fingerprint) => fingerprint.ToString("x16", CultureInfo.InvariantCulture);

    public static ulong Parse(string digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static void AddLine(ReadOnlySpan<char> line, char[] buffer, ref int length)
    {
        var text = line.StartsWith("---> ", StringComparison.Ordinal) ? line[5..] : line;
        var name = text.IndexOf(": ", StringComparison.Ordinal);
        if (name > 0 && !text[..name].ContainsAny(" '\"/\\") && text[..name].Contains('.'))
        {
            Add(text[..name], buffer, ref length);
            text = text[name..];
        }

        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c is '"' or '\'' or '`' or '“' && (i == 0 || !char.IsLetterOrDigit(text[i - 1])) && QuotedLength(text[i..]) is > 0 and var quoted)
            {
                Add("?", buffer, ref length);
                i += quoted;
                continue;
            }

            var end = i;
            var (hasDigit, isPath) = (false, false);
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '_' or '.' or '/' or '\\' or ':' or '+' or '@'))
            {
                hasDigit |= char.IsDigit(text[end]);
                isPath |= text[end] is '/' or '\\';
                end++;
            }

            if (end == i)
            {
                end++;
                Add(char.IsWhiteSpace(c) ? " " : text[i..end], buffer, ref length);
            }
            else
            {
                Add(isPath ? "?" : hasDigit ? "#" : text[i..end], buffer, ref length);
            }

            i = end;
        }

        Add("\n", buffer, ref length);
    }

    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        var close = text[0] == '“' ? '”' : text[0];
        var end = text[1..Math.Min(text.Length, MaxQuoted)].IndexOf(close);
        return end < 0 ? 0 : end + 2;
    }

    private static void AddFrame(ReadOnlySpan<char> frame, char[] buffer, ref int length)
    {
        var file = frame.IndexOf(") in ", StringComparison.Ordinal);
        var text = file < 0 ? frame : frame[..(file + 1)];
        var isGenerated = false;
        for (var i = 0; i < text.Length; i++)
        {
            isGenerated = i >= 2 && text[i - 1] == '_' && text[i - 2] == '_' ? true : isGenerated && (char.IsDigit(text[i]) || text[i] == '_' || char.IsLetter(text[i]));
            if (!(isGenerated && char.IsDigit(text[i])))
            {
                Add(text.Slice(i, 1), buffer, ref length);
            }
        }

        Add("\n", buffer, ref length);
    }

    private static void Add(ReadOnlySpan<char> text, char[] buffer, ref int length)
    {
        var added = Math.Min(text.Length, buffer.Length - length);
        text[..added].CopyTo(buffer.AsSpan(length));
        length += added;
    }
}
