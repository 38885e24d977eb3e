using System.Text;

namespace Actors.Hocon.Syntax;

internal sealed partial class HoconParser
{
    private readonly List<string> _elements = [];
    private readonly StringBuilder _element = new();

    private enum PathEnd
    {
        Key,
        Substitution,
        Text,
    }

    /// <summary>Parses a text that is a path and nothing else; empty after an error.</summary>
    public string[] ParseWholePath()
    {
        SkipBlanks();
        return ParseKey(PathEnd.Text) ?? [];
    }

    /// <summary>A path expression. Stops at what ends it, behind trailing blanks. Null after an error.</summary>
    private string[]? ParseKey(PathEnd end)
    {
        var length = Characters.IndexOfUnquotedEnd(_text.AsSpan(_pos));
        if (length > 0 && _text[_pos + length] is not ('/' or '"'))
        {
            var word = _text.AsSpan(_pos, length);
            var start = _pos;
            _pos += length;
            SkipBlanks();
            if (!word.Contains('.') && IsPathEnd(end))
            {
                return [_session.InternKey(word)];
            }

            _pos = start;
        }

        return ParseLongKey(end);
    }

    private string[]? ParseLongKey(PathEnd end)
    {
        _elements.Clear();
        _element.Clear();
        var start = _pos;
        var isQuoted = false;
        while (true)
        {
            var blanks = _pos;
            SkipBlanks();
            if (IsPathEnd(end))
            {
                if (blanks == start && _elements.Count == 0)
                {
                    Error(_pos, $"There is no {NameOf(end)} before {Describe()}.", DescribeExpected(end));
                    return null;
                }

                return FinishElement(blanks, isQuoted) ? [.. _elements] : null;
            }

            _element.Append(_text, blanks, _pos - blanks);
            if (Current == '"')
            {
                if (ParseQuoted() is not { } quoted)
                {
                    return null;
                }

                _element.Append(quoted);
                isQuoted = true;
            }
            else if (!IsAtEnd && !IsComment() && Characters.IsUnquoted(Current))
            {
                if (!ParseKeyWord(ref isQuoted))
                {
                    return null;
                }
            }
            else
            {
                Error(_pos, $"Unexpected {Describe()} in a {NameOf(end)}.", DescribeExpected(end));
                return null;
            }
        }
    }

    /// <summary>Splits unquoted text at its dots.</summary>
    private bool ParseKeyWord(ref bool isQuoted)
    {
        var at = _pos;
        SkipWord();
        var word = _text.AsSpan(at, _pos - at);
        while (word.IndexOf('.') is var dot and >= 0)
        {
            _element.Append(word[..dot]);
            if (!FinishElement(at + dot, isQuoted))
            {
                return false;
            }

            isQuoted = false;
            at += dot + 1;
            word = word[(dot + 1)..];
        }

        _element.Append(word);
        return true;
    }

    private bool FinishElement(int offset, bool isQuoted)
    {
        if (_element.Length == 0 && !isQuoted)
        {
            Error(offset, "The path has an empty element.", "a name on both sides of each dot; \"\" for an empty name");
            return false;
        }

        _elements.Add(_element.ToString());
        _element.Clear();
        return true;
    }

    private bool IsPathEnd(PathEnd end) => end switch
    {
        PathEnd.Key => IsAtEnd || Current is ':' or '=' or '{' or '\n' || IsComment()
            || (Current == '+' && _pos + 1 < _text.Length && _text[_pos + 1] == '='),
        PathEnd.Substitution => Current == '}' || _text.AsSpan(_pos).StartsWith("[]"),
        _ => IsAtEnd,
    };

    private static string NameOf(PathEnd end) => end switch
    {
        PathEnd.Key => "key",
        PathEnd.Substitution => "path",
        _ => "path",
    };

    private static string DescribeExpected(PathEnd end) => end switch
    {
        PathEnd.Key => "a key, then ':', '=', '+=' or '{'; quotes around a key that contains this character",
        PathEnd.Substitution => "'${path}' or '${?path}' on one line",
        _ => "names separated by dots; quotes around a name that contains this character",
    };
}
