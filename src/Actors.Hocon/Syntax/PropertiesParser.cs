using System.Globalization;
using System.Text;

namespace Actors.Hocon.Syntax;

/// <summary>Reads Java's .properties format: every value is a string, a dot in a key goes one level deeper.</summary>
internal sealed class PropertiesParser(ParseSession session, SourceText source)
{
    private readonly string _text = source.Text;
    private int _pos;

    public void ParseInto(ObjectNode target)
    {
        while (_pos < _text.Length)
        {
            SkipWhile(static c => c is ' ' or '\t' or '\f' or '\r' or '\n');
            if (_pos >= _text.Length)
            {
                return;
            }

            if (_text[_pos] is '#' or '!')
            {
                SkipWhile(static c => c is not '\n');
                continue;
            }

            var keyOffset = _pos;
            var key = ReadUntil(static c => c is '=' or ':' or ' ' or '\t' or '\f');
            SkipWhile(static c => c is ' ' or '\t' or '\f');
            if (_pos < _text.Length && _text[_pos] is '=' or ':')
            {
                _pos++;
                SkipWhile(static c => c is ' ' or '\t' or '\f');
            }

            var valueOffset = _pos;
            var value = ReadUntil(static _ => false);
            var node = new ScalarNode(source, valueOffset, value, HoconValueKind.String) { KeyOffset = keyOffset };
            Add(target, key.Split('.'), node);
        }
    }

    /// <summary>An object wins over a string at the same key, in whichever order they come.</summary>
    private void Add(ObjectNode target, string[] elements, ScalarNode value)
    {
        session.Values++;
        if (elements.Length > session.Limits.MaxDepth)
        {
            session.Errors.Add(
                value.KeyOrigin,
                "The key has too many levels.",
                $"at most {session.Limits.MaxDepth} ({nameof(HoconLimits.MaxDepth)})");
            return;
        }

        for (var i = 0; i < elements.Length - 1; i++)
        {
            target = target.Open(elements[i], source, value.KeyOffset);
        }

        var hasObject = target.Fields.TryGetValue(elements[^1], out var slot)
            && slot.Top is ObjectNode opened && opened.Source == source;
        if (!hasObject)
        {
            target.Add(elements[^1], value);
        }
    }

    private void SkipWhile(Func<char, bool> condition)
    {
        while (_pos < _text.Length && condition(_text[_pos]))
        {
            _pos++;
        }
    }

    private string ReadUntil(Func<char, bool> isEnd)
    {
        var builder = new StringBuilder();
        while (_pos < _text.Length && _text[_pos] is not ('\n' or '\r') && !isEnd(_text[_pos]))
        {
            var c = _text[_pos++];
            if (c == '\\' && _pos < _text.Length)
            {
                ReadEscape(builder);
            }
            else
            {
                builder.Append(c);
            }
        }

        return builder.ToString();
    }

    private void ReadEscape(StringBuilder builder)
    {
        var c = _text[_pos++];
        if (c is '\n' or '\r')
        {
            SkipWhile(static next => next is ' ' or '\t' or '\f' or '\n' or '\r');
        }
        else if (c == 'u' && _pos + 4 <= _text.Length && ushort.TryParse(
            _text.AsSpan(_pos, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            builder.Append((char)code);
            _pos += 4;
        }
        else
        {
            builder.Append(c switch { 't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', _ => c });
        }
    }
}
