using System.Buffers;
using System.Globalization;
using System.Text;

namespace Actors.Hocon.Syntax;

internal sealed partial class HoconParser
{
    private const string Escapes = "\\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hexadecimal digits";

    private static readonly SearchValues<char> QuotedStops = SearchValues.Create(
        "\"\\" + string.Concat(Enumerable.Range(0, ' ').Select(code => (char)code)));

    /// <summary>A string in quotes, or in three quotes. Null after an error.</summary>
    private string? ParseQuoted()
    {
        var start = _pos;
        if (_text.AsSpan(_pos).StartsWith("\"\"\""))
        {
            return ParseTripleQuoted();
        }

        _pos++;
        StringBuilder? builder = null;
        while (true)
        {
            var length = _text.AsSpan(_pos).IndexOfAny(QuotedStops);
            if (length < 0 || _text[_pos + length] == '\n' || _pos + length + 1 == _text.Length && _text[^1] == '\\')
            {
                Error(
                    start,
                    "This string is not closed on its line.",
                    "a closing '\"'; three quotes around text of several lines, or \\n for a line end");
                SkipLine();
                return null;
            }

            var part = _text.AsSpan(_pos, length);
            _pos += length;
            switch (_text[_pos])
            {
                case '"':
                    _pos++;
                    return builder is null ? part.ToString() : builder.Append(part).ToString();
                case '\\':
                    builder = (builder ?? new StringBuilder()).Append(part);
                    if (!ParseEscape(builder))
                    {
                        SkipQuotedRest();
                        return null;
                    }

                    break;
                default:
                    Error(
                        _pos,
                        $"The control character U+{(int)_text[_pos]:X4} may not stand in a quoted string.",
                        $"\\u{(int)_text[_pos]:X4}, or \\t for a tab");
                    SkipQuotedRest();
                    return null;
            }
        }
    }

    private bool ParseEscape(StringBuilder builder)
    {
        var start = _pos++;
        var c = Current;
        if (c == 'u')
        {
            return ParseUnicode(start, builder);
        }

        char? unescaped = c switch
        {
            '"' or '\\' or '/' => c,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => null,
        };
        if (unescaped is not { } known)
        {
            Error(start, $"Unknown escape '\\{(char.IsControl(c) ? ' ' : c)}' in a quoted string.", Escapes);
            return false;
        }

        builder.Append(known);
        _pos++;
        return true;
    }

    private bool ParseUnicode(int start, StringBuilder builder)
    {
        _pos++;
        if (_pos + 4 > _text.Length || !ushort.TryParse(
            _text.AsSpan(_pos, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            Error(start, "The escape '\\u' is not followed by four hexadecimal digits.", "four digits, such as \\u00e9");
            return false;
        }

        builder.Append((char)code);
        _pos += 4;
        return true;
    }

    private void SkipQuotedRest()
    {
        _pos--;
        SkipQuoted();
    }

    private string? ParseTripleQuoted()
    {
        var start = _pos;
        var length = _text.AsSpan(start + 3).IndexOf("\"\"\"");
        if (length < 0)
        {
            Error(start, "This string is not closed.", "a closing '\"\"\"'");
            GiveUp();
            return null;
        }

        // Extra quotes at the end belong to the string: the last three close it.
        var close = start + 3 + length;
        while (close + 3 < _text.Length && _text[close + 3] == '"')
        {
            close++;
        }

        _pos = close + 3;
        return _text[(start + 3)..close];
    }
}
