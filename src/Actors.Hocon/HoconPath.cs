using System.Text;
using Actors.Hocon.Conversion;
using Actors.Hocon.Syntax;

namespace Actors.Hocon;

/// <summary>Reads and writes path expressions such as <c>a.b."c.d"</c>.</summary>
public static class HoconPath
{
    /// <summary>The elements of a path expression: <c>a.b."c.d"</c> has three.</summary>
    /// <exception cref="HoconException">The text is not a path expression.</exception>
    public static IReadOnlyList<string> Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var session = new ParseSession(HoconOptions.Default);
        var elements = new HoconParser(session, new SourceText("path", path)).ParseWholePath();
        session.Errors.ThrowIfAny();
        return elements;
    }

    /// <summary>A path expression of elements; those that need it are quoted.</summary>
    public static string Join(params IEnumerable<string> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        var builder = new StringBuilder();
        foreach (var element in elements)
        {
            if (builder.Length > 0)
            {
                builder.Append('.');
            }

            if (IsPlain(element))
            {
                builder.Append(element);
            }
            else
            {
                JsonText.AppendQuoted(builder, element);
            }
        }

        return builder.ToString();
    }

    private static bool IsPlain(string element) =>
        element.Length > 0 && element.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
