namespace Actors.Hocon.Syntax;

internal sealed partial class HoconParser
{
    private void Error(int offset, string message, string? expected = null)
    {
        _session.Errors.Add(new HoconOrigin(_source, offset), message, expected);
        if (_session.Errors.IsFull)
        {
            GiveUp();
        }
    }

    private void GiveUp()
    {
        _pos = _text.Length;
        _hasReportedEnd = true;
    }

    private void ReportDepth(int offset)
    {
        Error(
            offset,
            $"Objects and lists nest deeper than {_depth} levels.",
            _depth >= _session.Limits.MaxDepth
                ? $"at most {_session.Limits.MaxDepth} levels ({nameof(HoconLimits.MaxDepth)})"
                : "fewer levels, or a thread with a larger stack");
        GiveUp();
    }

    /// <summary>One unclosed bracket usually makes all around it look unclosed: only the innermost is reported.</summary>
    private void ReportUnclosed(char open, char close, int opened)
    {
        if (!_hasReportedEnd)
        {
            var origin = new HoconOrigin(_source, opened);
            Error(
                IsAtEnd ? EndOfText() : _pos,
                $"The '{open}' at line {origin.Line}, column {origin.Column} is not closed before {Describe()}.",
                $"'{close}'");
            _hasReportedEnd |= IsAtEnd;
        }
    }

    /// <summary>Just behind the last character that is not whitespace, so that the caret is on a line with text.</summary>
    private int EndOfText()
    {
        var end = _text.Length;
        while (end > 0 && Characters.IsWhitespace(_text[end - 1]))
        {
            end--;
        }

        return end;
    }

    private string Describe()
    {
        if (IsAtEnd)
        {
            return "the end of the file";
        }

        var c = Current;
        if (c == '\n')
        {
            return "the end of the line";
        }

        if (c == '"' || char.IsControl(c) || char.IsWhiteSpace(c))
        {
            return c == '"' ? "a quoted string" : $"character U+{(int)c:X4}";
        }

        if (!Characters.IsUnquoted(c))
        {
            return $"'{c}'";
        }

        var length = Characters.IndexOfUnquotedEnd(_text.AsSpan(_pos));
        length = length <= 0 ? Math.Min(20, _text.Length - _pos) : Math.Min(20, length);
        return $"'{_text.AsSpan(_pos, length)}'";
    }

    /// <summary>Skips to where the next field or element may begin: a new line, a comma, or the end of the container.</summary>
    /// <param name="foreign">The closing bracket of the other kind; it ends the container only if one of its kind is
    /// open.</param>
    private void Recover(char foreign)
    {
        var nested = 0;
        while (!IsAtEnd)
        {
            var c = _text[_pos];
            if (nested == 0 && (c is '\n' or ',' || IsCloser(c, foreign)))
            {
                return;
            }

            switch (c)
            {
                case '{' or '[':
                    nested++;
                    break;
                case '}' or ']':
                    nested = Math.Max(0, nested - 1);
                    break;
                case '"':
                    SkipQuoted();
                    continue;
                case '#':
                case '/' when IsComment():
                    SkipLine();
                    continue;
            }

            _pos++;
        }
    }

    private bool IsCloser(char c, char foreign)
    {
        if (c is not ('}' or ']'))
        {
            return false;
        }

        return c != foreign || (c == ']' ? _openArrays > 0 : _openObjects > 0);
    }

    private void SkipQuoted()
    {
        _pos++;
        while (!IsAtEnd && _text[_pos] is not ('"' or '\n'))
        {
            _pos += _text[_pos] == '\\' ? 2 : 1;
        }

        _pos = Math.Min(_pos, _text.Length);
        if (Current == '"')
        {
            _pos++;
        }
    }

    /// <summary>Whether a field or element may end here; stops before a comma and before the closing bracket.</summary>
    private bool SkipSeparator(char close)
    {
        var hasNewline = false;
        while (!IsAtEnd)
        {
            var c = _text[_pos];
            if (c == '\n')
            {
                hasNewline = true;
                _pos++;
            }
            else if (Characters.IsBlank(c))
            {
                _pos++;
            }
            else if (IsComment())
            {
                SkipLine();
            }
            else
            {
                return hasNewline || c == ',' || c == close || c is '}' or ']';
            }
        }

        return true;
    }

    private void SkipWhitespaceAndComments()
    {
        while (_pos < _text.Length)
        {
            var c = _text[_pos];
            if (Characters.IsWhitespace(c))
            {
                _pos++;
            }
            else if (IsComment())
            {
                SkipLine();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipBlanks()
    {
        while (_pos < _text.Length && Characters.IsBlank(_text[_pos]))
        {
            _pos++;
        }
    }

    private bool IsComment() =>
        Current == '#' || (Current == '/' && _pos + 1 < _text.Length && _text[_pos + 1] == '/');

    /// <summary>Stops before the newline, which still separates.</summary>
    private void SkipLine()
    {
        var length = _text.AsSpan(_pos).IndexOf('\n');
        _pos = length < 0 ? _text.Length : _pos + length;
    }
}
