using System.Globalization;

namespace Actors.Hocon.Syntax;

/// <summary>The character classes of the specification.</summary>
internal static class Characters
{
    private const string Forbidden = "$\"{}[]:=,+#`^?!@*&\\";

    /// <summary>The ASCII characters that end unquoted text; a slash only when a second one follows.</summary>
    private static readonly bool[] EndsUnquoted =
        [.. Enumerable.Range(0, 128).Select(static code => EndsInAscii((char)code))];

    /// <summary>Where a run of unquoted text may end; -1 when it does not. A loop over a table beats a vectorised search,
    /// because words are short and whitespace is not only ASCII.</summary>
    public static int IndexOfUnquotedEnd(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (MayEndUnquoted(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    public static bool MayEndUnquoted(char c) => c < EndsUnquoted.Length ? EndsUnquoted[c] : IsBlank(c);

    /// <summary>Whether an unquoted string may contain the character.</summary>
    public static bool IsUnquoted(char c) => c == '/' || !MayEndUnquoted(c);

    public static bool IsWhitespace(char c) => c == '\n' || IsBlank(c);

    public static bool IsBlank(char c)
    {
        if (c < 0x80)
        {
            return c is ' ' or '\t' or '\v' or '\f' or '\r' or (>= '\u001c' and <= '\u001f');
        }

        return c == '\uFEFF' || CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }

    /// <summary>Whether the text is a number by the rules of JSON.</summary>
    public static bool IsNumber(ReadOnlySpan<char> text)
    {
        var at = text.StartsWith('-') ? 1 : 0;
        var whole = CountDigits(text, at);
        if (whole == 0 || (whole > 1 && text[at] == '0'))
        {
            return false;
        }

        at += whole;
        if (at < text.Length && text[at] == '.')
        {
            var fraction = CountDigits(text, at + 1);
            if (fraction == 0)
            {
                return false;
            }

            at += 1 + fraction;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at += at + 1 < text.Length && text[at + 1] is '+' or '-' ? 2 : 1;
            var exponent = CountDigits(text, at);
            if (exponent == 0)
            {
                return false;
            }

            at += exponent;
        }

        return at == text.Length;
    }

    private static bool EndsInAscii(char c) => c is '\n' or '/' || Forbidden.Contains(c) || IsBlank(c);

    private static int CountDigits(ReadOnlySpan<char> text, int from)
    {
        var at = from;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at - from;
    }
}
