namespace Actors.Hocon.Syntax;

/// <summary>What the parsers of one document and of all files that it includes share.</summary>
internal sealed class ParseSession
{
    private readonly string?[] _keys = new string?[512];

    public ParseSession(HoconOptions options)
    {
        Options = options;
        Errors = new ErrorList(Math.Max(1, options.Limits.MaxErrors));
        RootScope = new Scope(new Anchor(), [], null, UsesEnvironment: true);
    }

    public HoconOptions Options { get; }

    public HoconLimits Limits => Options.Limits;

    public ErrorList Errors { get; }

    public Scope RootScope { get; }

    /// <summary>The paths of the files being parsed, outermost first.</summary>
    public List<string> OpenFiles { get; } = [];

    /// <summary>The paths of all files that were read.</summary>
    public List<string> Files { get; } = [];

    public int Includes { get; set; }

    /// <summary>How many values are written in the texts; the limit on expansion is on top of these.</summary>
    public long Values { get; set; }

    /// <summary>The text as a string, shared with earlier equal keys: a file repeats few keys many times.</summary>
    public string InternKey(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 24)
        {
            return text.ToString();
        }

        var hash = (text.Length * 31) + (text[0] * 131) + (text[^1] * 17) + (text[text.Length / 2] * 7);
        ref var known = ref _keys[hash & 511];
        if (known is null || !text.SequenceEqual(known))
        {
            known = text.ToString();
        }

        return known;
    }
}
