namespace Actors.Hocon.Syntax;

internal sealed partial class HoconParser
{
    private ArrayNode ParseArray()
    {
        var opened = _pos++;
        var array = new ArrayNode(_source, opened);
        if (!Enter(opened))
        {
            return array;
        }

        var outside = LeaveForItems();
        _openArrays++;
        ParseItems(array, opened);
        _openArrays--;
        ReturnFromItems(outside);
        _depth--;
        return array;
    }

    private void ParseItems(ArrayNode array, int opened)
    {
        while (true)
        {
            SkipWhitespaceAndComments();
            if (IsAtEnd || (Current == '}' && _openObjects > 0))
            {
                ReportUnclosed('[', ']', opened);
                return;
            }

            switch (Current)
            {
                case ']':
                    _pos++;
                    return;
                case ',':
                    Error(_pos++, "There is no element before this ','.", "a value, or ']'");
                    continue;
            }

            if (!ParseItem(array, "a value or ']'"))
            {
                Recover('}');
            }
            else if (!SkipSeparator(']'))
            {
                Error(_pos, $"Unexpected {Describe()} in a list.", "',', a new line, or ']'");
                Recover('}');
            }

            if (Current == ',')
            {
                _pos++;
            }
        }
    }

    private bool ParseItem(ArrayNode array, string expected)
    {
        _anchor = null;
        if (ParseValue(expected) is not { } item)
        {
            return false;
        }

        array.Items.Add(item);
        if (_anchor is not null)
        {
            _anchor.Root = item;
        }

        return true;
    }

    /// <summary>No path leads into a list, so paths inside an element start at the element.</summary>
    private (Anchor? Anchor, string[] Path) LeaveForItems()
    {
        var outside = (_anchor, _path.ToArray());
        _path.Clear();
        return outside;
    }

    private void ReturnFromItems((Anchor? Anchor, string[] Path) outside)
    {
        _anchor = outside.Anchor;
        _path.AddRange(outside.Path);
    }

    private Anchor RequireAnchor() => _anchor ??= new Anchor();
}
