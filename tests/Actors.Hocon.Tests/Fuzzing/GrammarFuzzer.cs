using System.Text;

namespace Actors.Hocon.Tests.Fuzzing;

/// <summary>Makes documents that are nearly always well-formed and full of substitutions between few keys.</summary>
internal sealed class GrammarFuzzer(Random random)
{
    private readonly StringBuilder _text = new();

    public string Next()
    {
        Fields(random.Next(1, 10), 0);
        return _text.ToString();
    }

    private void Fields(int count, int depth)
    {
        for (var i = 0; i < count; i++)
        {
            if (random.Next(25) == 0)
            {
                _text.Append($"include \"{"abcd"[random.Next(4)]}.conf\"");
            }
            else
            {
                Path();
                _text.Append(random.Next(6) == 0 ? " += " : " = ");
                Value(depth);
            }

            _text.Append(random.Next(2) == 0 ? "\n" : ", ");
        }
    }

    private void Path()
    {
        _text.Append("abcd"[random.Next(4)]);
        while (random.Next(3) == 0)
        {
            _text.Append('.').Append("abcd01"[random.Next(6)]);
        }
    }

    private void Value(int depth)
    {
        do
        {
            Part(depth);
            if (random.Next(3) == 0)
            {
                _text.Append(' ');
            }
        }
        while (random.Next(4) == 0);
    }

    private void Part(int depth)
    {
        switch (random.Next(depth > 4 ? 7 : 11))
        {
            case < 2:
                _text.Append(random.Next(100));
                break;
            case 2:
                _text.Append("text");
                break;
            case 3:
                _text.Append("\"q\"");
                break;
            case < 7:
                _text.Append(random.Next(3) == 0 ? "${" : "${?");
                Path();
                _text.Append('}');
                break;
            case < 9:
                _text.Append("{ ");
                Fields(random.Next(3), depth + 1);
                _text.Append('}');
                break;
            default:
                _text.Append('[');
                for (var i = random.Next(3); i > 0; i--)
                {
                    Value(depth + 1);
                    _text.Append(',');
                }

                _text.Append(']');
                break;
        }
    }
}
