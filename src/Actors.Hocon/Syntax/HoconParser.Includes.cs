namespace Actors.Hocon.Syntax;

internal sealed partial class HoconParser
{
    private const string IncludeSyntax =
        "include \"file\", include file(\"file\"), include required(\"file\") or include required(file(\"file\"))";

    private static readonly string[] IncludeKinds = ["file", "url", "classpath", "required"];

    private bool IsAtInclude()
    {
        const string word = "include";
        if (Current != 'i' || !_text.AsSpan(_pos).StartsWith(word))
        {
            return false;
        }

        var end = _pos + word.Length;
        return end >= _text.Length || Characters.MayEndUnquoted(_text[end])
            && (_text[end] != '/' || (end + 1 < _text.Length && _text[end + 1] == '/'));
    }

    private bool ParseInclude(ObjectNode target)
    {
        var start = _pos;
        _pos += "include".Length;
        SkipWhitespaceAndComments();
        var request = new IncludeRequest(start);
        return ParseIncludeArgument(ref request) && new Includer(_session, _source, RequireAnchor(), _scope)
            .Include(request, target, _path, _depth);
    }

    private bool ParseIncludeArgument(ref IncludeRequest request)
    {
        if (Current == '"')
        {
            request.NameOffset = _pos;
            request.Name = ParseQuoted() ?? string.Empty;
            return request.Name.Length > 0 || ReportEmptyName(request.NameOffset);
        }

        var start = _pos;
        while (char.IsAsciiLetter(Current))
        {
            _pos++;
        }

        var kind = _text[start.._pos];
        SkipBlanks();
        if (kind.Length == 0 || Current != '(')
        {
            _pos = start;
            Error(start, $"Unexpected {Describe()} after 'include'.", IncludeSyntax + "; quotes around a key named include");
            return false;
        }

        if (!Array.Exists(IncludeKinds, known => known == kind))
        {
            Error(start, $"Unknown kind of include '{kind}'.", DidYouMean.Suggest(kind, IncludeKinds) ?? IncludeSyntax);
            return false;
        }

        if (kind == "required" ? request.IsRequired || request.Kind is not null : request.Kind is not null)
        {
            Error(start, $"'{kind}' cannot stand here.", IncludeSyntax);
            return false;
        }

        request.IsRequired |= kind == "required";
        request.Kind = kind == "required" ? null : kind;
        return ParseParenthesized(ref request);
    }

    private bool ParseParenthesized(ref IncludeRequest request)
    {
        _pos++;
        SkipWhitespaceAndComments();
        if (!ParseIncludeArgument(ref request))
        {
            return false;
        }

        SkipWhitespaceAndComments();
        if (Current != ')')
        {
            Error(_pos, $"Unexpected {Describe()} in an include.", "')'");
            return false;
        }

        _pos++;
        return true;
    }

    private bool ReportEmptyName(int offset)
    {
        if (_pos > offset + 1 && _text.AsSpan(offset).StartsWith("\"\""))
        {
            Error(offset, "The name of the file to include is empty.", "a file name");
        }

        return false;
    }
}
