using System.Globalization;
using System.Text;

namespace Actors.Hocon.Conversion;

/// <summary>Writes values as compact JSON. Numbers keep their spelling.</summary>
internal static class JsonText
{
    public static string Render(HoconValue value)
    {
        var builder = new StringBuilder();
        Append(builder, value);
        return builder.ToString();
    }

    public static void AppendQuoted(StringBuilder builder, string text)
    {
        builder.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    builder.Append('\\').Append(c);
                    break;
                case '\n':
                    builder.Append("\\n");
                    break;
                case '\r':
                    builder.Append("\\r");
                    break;
                case '\t':
                    builder.Append("\\t");
                    break;
                case < ' ':
                    builder.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    builder.Append(c);
                    break;
            }
        }

        builder.Append('"');
    }

    private static void Append(StringBuilder builder, HoconValue value)
    {
        switch (value)
        {
            case HoconObject fields:
                builder.Append('{');
                var first = true;
                foreach (var (key, member) in fields)
                {
                    builder.Append(first ? string.Empty : ",");
                    first = false;
                    AppendQuoted(builder, key);
                    builder.Append(':');
                    Append(builder, member);
                }

                builder.Append('}');
                break;
            case HoconArray items:
                builder.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    builder.Append(i == 0 ? string.Empty : ",");
                    Append(builder, items[i]);
                }

                builder.Append(']');
                break;
            case HoconScalar { Kind: HoconValueKind.String } text:
                AppendQuoted(builder, text.Text);
                break;
            case HoconScalar scalar:
                builder.Append(scalar.Text);
                break;
        }
    }
}
