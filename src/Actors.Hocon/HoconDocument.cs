using Actors.Hocon.Files;
using Actors.Hocon.Resolution;
using Actors.Hocon.Syntax;

namespace Actors.Hocon;

/// <summary>A parsed document whose substitutions are resolved.</summary>
/// <remarks>
/// Implements the HOCON specification; <c>docs/hocon.md</c> says what is added. Documents are immutable and safe to share
/// between threads.
/// </remarks>
public sealed class HoconDocument
{
    private readonly HoconValue _root;

    private HoconDocument(HoconValue root, IReadOnlyList<string> files, long steps)
    {
        _root = root;
        Files = files;
        Steps = steps;
    }

    /// <summary>The root value: an object, or a list if the text is one.</summary>
    public HoconValue Value => _root;

    /// <summary>The root object.</summary>
    /// <exception cref="HoconException">The root is a list.</exception>
    public HoconObject Root => _root.GetObject();

    /// <summary>The full paths of all files that were read, included ones too, in the order of reading.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>How many steps resolving took; see <see cref="HoconLimits.MaxResolutionSteps"/>.</summary>
    internal long Steps { get; }

    /// <summary>Parses a text.</summary>
    /// <param name="text">HOCON or JSON. A byte order mark is ignored.</param>
    /// <param name="sourceName">What to call it in errors; default <c>string</c>.</param>
    /// <param name="options">What parsing may reach outside the text; default <see cref="HoconOptions.Default"/>.</param>
    /// <exception cref="HoconException">Something is wrong; holds every error that was found.</exception>
    public static HoconDocument Parse(string text, string? sourceName = null, HoconOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse([new HoconText(text, sourceName ?? "string")], options);
    }

    /// <summary>Parses several texts into one document, as if they stood one after the other: a later text overrides
    /// the earlier ones, and substitutions see all of them.</summary>
    /// <exception cref="HoconException">Something is wrong; holds every error that was found.</exception>
    public static HoconDocument Parse(IReadOnlyList<HoconText> texts, HoconOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var session = new ParseSession(options ?? HoconOptions.Default);
        Node? root = null;
        foreach (var text in texts)
        {
            var source = new SourceText(text.Name, text.Text, text.Path);
            if (text.Path is not null)
            {
                session.OpenFiles.Add(text.Path);
                session.Files.Add(text.Path);
            }

            var parser = new HoconParser(session, source);
            if (root is ObjectNode target)
            {
                parser.ParseInto(target);
            }
            else
            {
                root = parser.ParseDocument();
            }

            session.OpenFiles.Clear();
        }

        return Resolve(session, root ?? new ObjectNode(SourceText.Without("nothing"), 0));
    }

    /// <summary>Reads and parses a file.</summary>
    /// <param name="path">The file; a relative path starts at the working directory. Errors name it as given.</param>
    /// <param name="options">What parsing may reach outside the file; default <see cref="HoconOptions.Default"/>.</param>
    /// <exception cref="HoconException">The file is missing, unreadable or wrong; holds every error found.</exception>
    public static HoconDocument Load(string path, HoconOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= HoconOptions.Default;
        try
        {
            var full = options.Files.Locate(path, null);
            using var stream = options.Files.OpenRead(full) ?? throw new FileNotFoundException("The file does not exist.");
            return Load(stream, path, full, options);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, cause);
        }
    }

    internal static HoconDocument Load(Stream stream, string name, string path, HoconOptions options)
    {
        try
        {
            var text = TextReading.ReadAll(stream, options.Limits.MaxFileBytes);
            return Parse([new HoconText(text, name, path)], options);
        }
        catch (InvalidDataException cause)
        {
            throw Unreadable(name, cause);
        }
    }

    private static HoconException Unreadable(string name, Exception cause) =>
        new(new HoconError(new HoconOrigin(SourceText.Without(name), 0), cause.Message));

    private static HoconDocument Resolve(ParseSession session, Node root)
    {
        // Substitutions of a broken text would only be reported as unset.
        session.Errors.ThrowIfAny();
        session.RootScope.Anchor.Root = root;
        var resolver = new Resolver(session);
        var value = new Materializer(session, resolver).Make(root);
        session.Errors.ThrowIfAny();
        return new HoconDocument(value, session.Files, resolver.Steps);
    }
}
