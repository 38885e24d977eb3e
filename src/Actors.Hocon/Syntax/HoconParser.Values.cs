namespace Actors.Hocon.Syntax;

internal sealed partial class HoconParser
{
    /// <summary>A value, or several in a row on one line, which are joined. Null after an error.</summary>
    private Node? ParseValue(string expected)
    {
        Node? first = null;
        List<Node>? parts = null;
        while (true)
        {
            var blanks = _pos;
            SkipBlanks();
            if (IsValueEnd())
            {
                if (first is null)
                {
                    Error(_pos, $"Unexpected {Describe()}.", expected);
                    return null;
                }

                _pos = Math.Max(blanks, _pos);
                return parts is null ? first : Join(parts);
            }

            var text = _pos;
            if (ParsePart() is not { } part)
            {
                return null;
            }

            if (first is null)
            {
                first = part;
                continue;
            }

            parts ??= [first];
            if (text > blanks)
            {
                parts.Add(new ScalarNode(_source, blanks, _text[blanks..text], HoconValueKind.String) { IsBlank = true });
            }

            parts.Add(part);
        }
    }

    private bool IsValueEnd() => Current is '\n' or ',' or '}' or ']' || IsAtEnd || IsComment();

    private Node? ParsePart()
    {
        switch (Current)
        {
            case '"':
                var offset = _pos;
                _session.Values++;
                return ParseQuoted() is { } text ? new ScalarNode(_source, offset, text, HoconValueKind.String) : null;
            case '{':
                return ParseObject();
            case '[':
                return ParseArray();
            case '$':
                _session.Values++;
                return ParseSubstitution();
            case ':' or '=':
                Error(
                    _pos,
                    $"Unexpected {Describe()} in a value.",
                    "a ',' or a new line before the next key; "
                    + "quotes around text that contains this character, such as a URL");
                return null;
            default:
                if (Characters.IsUnquoted(Current))
                {
                    _session.Values++;
                    return ParseUnquoted();
                }

                Error(_pos, $"The character {Describe()} is reserved.", "quotes around text that contains it");
                return null;
        }
    }

    /// <summary>Words and the whitespace between them. They are joined exactly as written, so it is one slice.</summary>
    private ScalarNode ParseUnquoted()
    {
        var start = _pos;
        SkipWord();
        var end = _pos;
        var isSingle = true;
        while (true)
        {
            SkipBlanks();
            if (_pos == end || IsAtEnd || !Characters.IsUnquoted(Current) || IsComment())
            {
                break;
            }

            SkipWord();
            end = _pos;
            isSingle = false;
        }

        _pos = end;
        var text = _text[start..end];
        return new ScalarNode(_source, start, text, isSingle ? KindOf(text) : HoconValueKind.String);
    }

    private void SkipWord()
    {
        var start = _pos;
        while (true)
        {
            var length = Characters.IndexOfUnquotedEnd(_text.AsSpan(_pos));
            if (length < 0)
            {
                _pos = _text.Length;
                return;
            }

            _pos += length;
            if (!(Current == '/' && !IsComment()) && !IsExponentSign(start))
            {
                return;
            }

            _pos++;
        }
    }

    /// <summary>'+' may not stand in unquoted text, except in a number such as 1e+5.</summary>
    private bool IsExponentSign(int start) =>
        Current == '+' && _pos > start && _text[_pos - 1] is 'e' or 'E' && _pos + 1 < _text.Length
        && char.IsAsciiDigit(_text[_pos + 1]) && Characters.IsNumber(_text.AsSpan(start, _pos - 1 - start));

    private static HoconValueKind KindOf(string text) => text[0] switch
    {
        '-' or (>= '0' and <= '9') => Characters.IsNumber(text) ? HoconValueKind.Number : HoconValueKind.String,
        't' when text == "true" => HoconValueKind.Boolean,
        'f' when text == "false" => HoconValueKind.Boolean,
        'n' when text == "null" => HoconValueKind.Null,
        _ => HoconValueKind.String,
    };

    private ReferenceNode? ParseSubstitution()
    {
        var start = _pos;
        if (_pos + 1 >= _text.Length || _text[_pos + 1] != '{')
        {
            Error(
                start,
                "The character '$' is reserved.",
                "'${path}' for a substitution, or quotes around text that contains it");
            return null;
        }

        _pos += 2;
        var isOptional = Current == '?';
        if (isOptional)
        {
            _pos++;
        }

        SkipBlanks();
        var path = ParseKey(PathEnd.Substitution);
        if (path is null)
        {
            return null;
        }

        var isList = _text.AsSpan(_pos).StartsWith("[]");
        if (isList)
        {
            _pos += 2;
            SkipBlanks();
        }

        if (Current != '}')
        {
            Error(_pos, $"Unexpected {Describe()} in a substitution.", "'}'");
            return null;
        }

        _pos++;
        if (path.Length > _session.Limits.MaxDepth)
        {
            Error(
                start,
                $"The path of a substitution has {path.Length} keys.",
                $"at most {_session.Limits.MaxDepth} ({nameof(HoconLimits.MaxDepth)})");
            return null;
        }

        return new ReferenceNode(_source, start, path, _scope) { IsOptional = isOptional, IsList = isList };
    }

    /// <summary>Joins at once what is literal; the rest has to wait for the substitutions.</summary>
    private Node Join(List<Node> parts)
    {
        var offset = parts[0].Offset;
        if (parts.TrueForAll(static part => part is ScalarNode))
        {
            var text = string.Concat(parts.Select(static part => ((ScalarNode)part).Text));
            return new ScalarNode(_source, offset, text, HoconValueKind.String);
        }

        if (parts[0] is ObjectNode target
            && parts.TrueForAll(static part => part is ObjectNode or ScalarNode { IsBlank: true }))
        {
            foreach (var part in parts.Skip(1).OfType<ObjectNode>())
            {
                target.Absorb(part);
            }

            return target;
        }

        return new ConcatNode(_source, offset, parts);
    }
}
