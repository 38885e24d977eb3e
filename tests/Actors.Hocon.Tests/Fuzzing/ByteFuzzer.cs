using System.Text;

namespace Actors.Hocon.Tests.Fuzzing;

/// <summary>Makes noise: random characters, random pieces of syntax, and good documents with damage.</summary>
internal sealed class ByteFuzzer(Random random)
{
    private const string Good =
        "a.b { c = [1, 2.5e3, \"x\\n\\u00e9\"] ${?d.e} // f\n g += ${h}i j\n include required(file(\"a.conf\")) }\n\"k\" : \"\"\"l\nm\"\"\"";

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "=", "+=", "+", "\n", "\r\n", " ", "\t", "\u00a0", "\u2028", "\uFEFF", "#", "//", "/", "\"", "\"\"\"",
        "\\", "\\u12", "\\u0041", "${", "${?", "$", "?", "a", "b", "a.b", ".", "..", "include", "file(", "url(", "required(", ")", "\"a.conf\"",
        "true", "null", "-", "1", "1e", "1e+5", "0.5", "@", "`", "\0", "\uD800", "é", "😀", "[]}", "x y",
    ];

    public string Next() => random.Next(4) switch
    {
        0 => Noise(),
        1 => Decode(),
        2 => Shuffle(),
        _ => Damage(),
    };

    private string Noise() => string.Create(random.Next(60), random, static (span, random) =>
    {
        foreach (ref var c in span)
        {
            c = (char)(random.Next(3) == 0 ? random.Next(char.MaxValue + 1) : random.Next(128));
        }
    });

    private string Decode()
    {
        var bytes = new byte[random.Next(80)];
        random.NextBytes(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private string Shuffle() => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private string Damage()
    {
        var text = new StringBuilder(Good);
        for (var i = random.Next(4); i >= 0 && text.Length > 0; i--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(3))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at));
                    break;
                case 1:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                default:
                    text[at] = (char)random.Next(128);
                    break;
            }
        }

        return text.ToString();
    }
}
