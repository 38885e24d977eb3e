using System.Text;

namespace Actors.Services.Processes;

/// <summary>A command in one text: words between spaces, quotes around what stays together.</summary>
internal static class CommandText
{
    public static IReadOnlyList<string> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> words = [];
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var c in text)
        {
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word!.Append(c); // The quote began it.
                }
            }
            else if (c is '"' or '\'')
            {
                word ??= new StringBuilder();
                quote = c;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (word is not null)
                {
                    words.Add(word.ToString());
                    word = null;
                }
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        if (quote != '\0')
        {
            throw new FormatException($"The command has a {quote} without its end: {text}");
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
