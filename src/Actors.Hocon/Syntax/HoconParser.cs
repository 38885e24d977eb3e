using System.Runtime.CompilerServices;

namespace Actors.Hocon.Syntax;

/// <summary>Reads one text in one pass, without tokens in between. After an error it goes on at the next field.</summary>
internal sealed partial class HoconParser
{
    private readonly ParseSession _session;
    private readonly SourceText _source;
    private readonly string _text;
    private readonly Scope _scope;
    private readonly List<string> _path = [];

    private Anchor? _anchor;
    private int _pos;
    private int _depth;
    private int _openObjects;
    private int _openArrays;
    private bool _hasReportedEnd;

    public HoconParser(ParseSession session, SourceText source)
        : this(session, source, session.RootScope, 0)
    {
    }

    private HoconParser(ParseSession session, SourceText source, Scope scope, int depth)
    {
        _session = session;
        _source = source;
        _text = source.Text;
        _scope = scope;
        _anchor = scope.Anchor;
        _path.AddRange(scope.Prefix);
        _depth = depth;
    }

    private char Current => _pos < _text.Length ? _text[_pos] : '\0';

    private bool IsAtEnd => _pos >= _text.Length;

    /// <summary>Parses a document whose root may be a list.</summary>
    public Node ParseDocument()
    {
        SkipWhitespaceAndComments();
        if (Current != '[')
        {
            var root = new ObjectNode(_source, _pos);
            ParseRootObject(root);
            return root;
        }

        var array = ParseArray();
        ExpectEnd();
        return array;
    }

    /// <summary>Adds the fields of a document to an object. A list at the root is an error.</summary>
    public void ParseInto(ObjectNode target)
    {
        SkipWhitespaceAndComments();
        if (Current == '[')
        {
            Error(_pos, "The root of this document is a list, but it is merged into an object.", "an object at the root");
            return;
        }

        ParseRootObject(target);
    }

    /// <summary>Parses an included text into the object that includes it.</summary>
    public static void ParseIncluded(
        ParseSession session, SourceText source, Scope scope, int depth, ObjectNode target, HoconOrigin statement)
    {
        var parser = new HoconParser(session, source, scope, depth);
        parser.SkipWhitespaceAndComments();
        if (parser.Current == '[')
        {
            session.Errors.Add(
                statement,
                $"'{source.Name}' cannot be included: its root is a list.",
                "a file whose root is an object");
        }
        else
        {
            parser.ParseRootObject(target);
        }
    }

    private void ParseRootObject(ObjectNode target)
    {
        if (Current == '{')
        {
            ParseObjectInto(target);
            ExpectEnd();
        }
        else
        {
            ParseFields(target, hasBrace: false, _pos);
        }
    }

    private void ExpectEnd()
    {
        SkipWhitespaceAndComments();
        if (!IsAtEnd)
        {
            Error(_pos, $"Unexpected {Describe()} after the end of the root value.", "nothing more");
        }
    }

    private ObjectNode ParseObject()
    {
        var result = new ObjectNode(_source, _pos);
        ParseObjectInto(result);
        return result;
    }

    private void ParseObjectInto(ObjectNode target)
    {
        var opened = _pos++;
        if (!Enter(opened))
        {
            return;
        }

        _openObjects++;
        ParseFields(target, hasBrace: true, opened);
        _openObjects--;
        _depth--;
    }

    /// <summary>Goes one level deeper, or reports that it must not and gives up on the text.</summary>
    private bool Enter(int offset)
    {
        _session.Values++;
        if (_depth < _session.Limits.MaxDepth && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _depth++;
            return true;
        }

        ReportDepth(offset);
        return false;
    }
}
