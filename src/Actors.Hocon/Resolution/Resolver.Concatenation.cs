using System.Text;
using Actors.Hocon.Syntax;

namespace Actors.Hocon.Resolution;

internal sealed partial class Resolver
{
    private bool TryResolve(ConcatNode concat, out Node? result)
    {
        result = null;
        for (; concat.Next < concat.Parts.Count; concat.Next++)
        {
            if (concat.Parts[concat.Next] is Expression { State: not ExpressionState.Resolved } part)
            {
                _pending = part;
                return false;
            }
        }

        result = Join(concat);
        return true;
    }

    private Node? Join(ConcatNode concat)
    {
        Node? container = null;
        Node? text = null;
        var hasList = false;
        foreach (var part in concat.Parts)
        {
            switch (ValueOf(part))
            {
                case PoisonNode poison:
                    return poison;
                case ArrayNode:
                    container ??= part;
                    hasList = true;
                    break;
                case FieldsNode:
                    container ??= part;
                    break;
                case ScalarNode { IsBlank: false }:
                    text ??= part;
                    break;
            }
        }

        if (container is null)
        {
            return JoinText(concat);
        }

        if (text is not null)
        {
            return ReportMixed(text, container);
        }

        return hasList ? JoinLists(concat) : JoinObjects(concat);
    }

    private static Node? ValueOf(Node part) => part is Expression expression ? expression.Result : part;

    private PoisonNode ReportMixed(Node one, Node other)
    {
        var (first, second) = one.Offset < other.Offset ? (one, other) : (other, one);
        return Report(
            second,
            $"Cannot join {Describe(first)} and {Describe(second)}.",
            "values of one kind: strings, lists or objects; a ',' or a new line between separate values");
    }

    private static string Describe(Node part)
    {
        var kind = ValueOf(part) switch
        {
            ArrayNode => "a list",
            FieldsNode => "an object",
            ScalarNode scalar => $"the {scalar.Kind.ToString().ToLowerInvariant()} '{Shorten(scalar.Text)}'",
            _ => "a value",
        };
        return part is ReferenceNode reference ? $"{kind} (${{{reference.Name}}})" : kind;
    }

    private static string Shorten(string text) => text.Length <= 30 ? text : text[..30] + "…";

    private Node? JoinText(ConcatNode concat)
    {
        Node? only = null;
        var builder = new StringBuilder();
        var count = 0;
        foreach (var part in concat.Parts)
        {
            if (ValueOf(part) is ScalarNode scalar)
            {
                only = scalar;
                count++;
                CountCharacters(scalar.Text.Length);
                builder.Append(scalar.Text);
            }
        }

        return count switch
        {
            0 => null,
            1 => only,
            _ => new ScalarNode(concat.Source, concat.Offset, builder.ToString(), HoconValueKind.String),
        };
    }

    private void CountCharacters(int count)
    {
        _characters += count;
        if (_characters > session.Limits.MaxExpandedCharacters)
        {
            throw Stop(
                "Joining strings produces too much text.",
                $"at most {session.Limits.MaxExpandedCharacters} characters ({nameof(HoconLimits.MaxExpandedCharacters)})");
        }
    }

    private FieldsNode? JoinObjects(ConcatNode concat)
    {
        FieldsNode? joined = null;
        foreach (var part in concat.Parts)
        {
            if (ValueOf(part) is FieldsNode fields)
            {
                joined = joined is null ? fields : Merge(lower: joined, upper: fields);
            }
        }

        return joined;
    }

    private Node? JoinLists(ConcatNode concat)
    {
        ArrayNode? joined = null;
        foreach (var part in concat.Parts)
        {
            ArrayNode? list;
            switch (ValueOf(part))
            {
                case ArrayNode written:
                    list = written;
                    break;
                case FieldsNode fields:
                    list = ToList(fields);
                    if (list is null)
                    {
                        return Report(
                            part,
                            $"Cannot join a list and {Describe(part)}.",
                            "a list; an object is taken as one only when it has numeric keys such as \"0\", \"1\"");
                    }

                    break;
                default:
                    continue;
            }

            joined = joined is null
                ? list
                : new ArrayNode(concat.Source, concat.Offset)
                {
                    Left = joined,
                    Items = list.Left is null ? list.Items : [.. ItemsOf(list)],
                };
            CountStep(list.Items.Count);
        }

        return joined;
    }

    /// <summary>The elements of a list, those of its left part first.</summary>
    public static IEnumerable<Node> ItemsOf(ArrayNode list)
    {
        if (list.Left is null)
        {
            return list.Items;
        }

        var parts = new Stack<List<Node>>();
        for (var part = list; part is not null; part = part.Left)
        {
            parts.Push(part.Items);
        }

        return parts.SelectMany(static items => items);
    }

    private ArrayNode? ToList(FieldsNode fields)
    {
        var keys = fields is MergedNode merged ? IndexOf(merged).Keys : ((ObjectNode)fields).Fields.Keys.AsEnumerable();
        var items = NumericKeys.InOrder(keys).Select(Node (key) => new MemberNode(fields, key)).ToList();
        return items.Count == 0 ? null : new ArrayNode(fields.Source, fields.Offset) { Items = items };
    }
}
