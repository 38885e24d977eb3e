namespace Actors.Hocon.Syntax;

internal sealed partial class HoconParser
{
    private void ParseFields(ObjectNode target, bool hasBrace, int opened)
    {
        while (true)
        {
            SkipWhitespaceAndComments();
            if (IsAtEnd)
            {
                if (hasBrace)
                {
                    ReportUnclosed('{', '}', opened);
                }

                return;
            }

            switch (Current)
            {
                case '}' when hasBrace:
                    _pos++;
                    return;
                case '}':
                    Error(_pos++, "There is no '{' that this '}' closes.", "balanced braces");
                    continue;
                case ']' when _openArrays > 0:
                    ReportUnclosed('{', '}', opened);
                    return;
                case ',':
                    Error(_pos++, "There is no field before this ','.", "a key, or '}'");
                    continue;
            }

            if (!ParseField(target))
            {
                Recover(']');
            }
            else if (!SkipSeparator('}'))
            {
                Error(_pos, $"Unexpected {Describe()} after a field.", "',', a new line, or '}'");
                Recover(']');
            }

            if (Current == ',')
            {
                _pos++;
            }
        }
    }

    private bool ParseField(ObjectNode target)
    {
        if (IsAtInclude())
        {
            return ParseInclude(target);
        }

        var keyOffset = _pos;
        var elements = ParseKey(PathEnd.Key);
        if (elements is null)
        {
            return false;
        }

        var afterKey = _pos;
        SkipWhitespaceAndComments();
        var isAppend = false;
        switch (Current)
        {
            case ':' or '=':
                _pos++;
                break;
            case '+' when _pos + 1 < _text.Length && _text[_pos + 1] == '=':
                _pos += 2;
                isAppend = true;
                break;
            case '{':
                break;
            default:
                Error(afterKey, $"The key '{HoconPath.Join(elements)}' has no value.", "':', '=', '+=' or '{' after the key");
                return false;
        }

        return ParseFieldValue(target, elements, keyOffset, isAppend);
    }

    private bool ParseFieldValue(ObjectNode target, string[] elements, int keyOffset, bool isAppend)
    {
        var depth = _depth;
        _depth += elements.Length - 1;
        if (_depth > _session.Limits.MaxDepth)
        {
            ReportDepth(keyOffset);
            return false;
        }

        for (var i = 0; i < elements.Length - 1; i++)
        {
            target = target.Open(elements[i], _source, keyOffset);
        }

        _path.AddRange(elements);
        SkipWhitespaceAndComments();
        var value = isAppend ? ParseAppended() : ParseValue("a value");
        _path.RemoveRange(_path.Count - elements.Length, elements.Length);
        _depth = depth;
        if (value is null)
        {
            return false;
        }

        value.KeyOffset = keyOffset;
        target.Add(elements[^1], value);
        return true;
    }

    /// <summary><c>a += b</c> means <c>a = ${?a} [b]</c>, where the path is found even inside an element of a list.</summary>
    private ConcatNode? ParseAppended()
    {
        var own = new Scope(RequireAnchor(), [], null, UsesEnvironment: false);
        var before = new ReferenceNode(_source, _pos, [.. _path], own) { IsOptional = true };
        var list = new ArrayNode(_source, _pos);
        var outside = LeaveForItems();
        var isParsed = ParseItem(list, "a value");
        ReturnFromItems(outside);
        return isParsed ? new ConcatNode(_source, before.Offset, [before, list]) : null;
    }
}
