using Actors.Hocon.Files;

namespace Actors.Hocon.Syntax;

/// <summary>An include statement: what to load and where that is written.</summary>
internal record struct IncludeRequest(int Offset)
{
    /// <summary>file, url or classpath; null when only a name is given.</summary>
    public string? Kind { get; set; }

    public string Name { get; set; } = string.Empty;

    public int NameOffset { get; set; }

    public bool IsRequired { get; set; }
}

/// <summary>Finds the files of an include statement and parses them into the including object.</summary>
internal sealed class Includer(ParseSession session, SourceText source, Anchor anchor, Scope scope)
{
    /// <summary>Weakest first: when a name without extension has several files, they are merged in this order.</summary>
    private static readonly string[] Extensions = [".properties", ".json", ".conf"];

    private HoconLimits Limits => session.Limits;

    /// <summary>False after an error in the statement itself. Errors in the files are theirs.</summary>
    public bool Include(IncludeRequest request, ObjectNode target, List<string> path, int depth)
    {
        var origin = new HoconOrigin(source, request.NameOffset);
        if (request.Kind == "classpath")
        {
            session.Errors.Add(origin, "There is no class path in .NET.", "include file(\"…\")");
            return true;
        }

        var found = 0;
        if (TryGetUrl(request, out var url))
        {
            if (url.IsFile)
            {
                request.Name = url.LocalPath;
            }
            else
            {
                IncludeUrl(url, origin, request, target, path, depth);
                return true;
            }
        }

        foreach (var name in GetNames(request.Name))
        {
            found += IncludeFile(name, origin, target, path, depth) ? 1 : 0;
        }

        if (found == 0 && request.IsRequired)
        {
            session.Errors.Add(
                origin,
                $"The required file '{request.Name}' does not exist.",
                $"a file at '{session.Options.Files.Locate(request.Name, source.Path)}'; "
                + "without required(…) it would be ignored");
        }

        return true;
    }

    private static bool TryGetUrl(IncludeRequest request, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? url)
    {
        url = null;
        var isUrl = request.Kind == "url" || (request.Kind is null && (request.Name.Contains("://", StringComparison.Ordinal)
            || request.Name.StartsWith("file:", StringComparison.Ordinal)));
        return isUrl && Uri.TryCreate(request.Name, UriKind.Absolute, out url);
    }

    private static IEnumerable<string> GetNames(string name) =>
        Extensions.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            ? [name]
            : [.. Extensions.Select(extension => name + extension), name];

    private void IncludeUrl(
        Uri url, HoconOrigin origin, IncludeRequest request, ObjectNode target, List<string> path, int depth)
    {
        if (session.Options.ReadUrl is not { } read)
        {
            session.Errors.Add(
                origin,
                $"Including the URL '{request.Name}' is refused: a configuration file may not open connections.",
                $"a local file, or a reader of your own in {nameof(HoconOptions)}.{nameof(HoconOptions.ReadUrl)}");
        }
        else if (MayInclude(url.AbsoluteUri, origin))
        {
            var text = ReadOrReport(() => read(url), request.Name, origin);
            if (text is not null)
            {
                Parse(new SourceText(url.AbsoluteUri, text, url.AbsoluteUri), origin, target, path, depth);
            }
            else if (request.IsRequired)
            {
                session.Errors.Add(origin, $"There is nothing at the required URL '{request.Name}'.");
            }
        }
    }

    /// <summary>Whether the file exists, even when it was refused; that has been reported then.</summary>
    private bool IncludeFile(string name, HoconOrigin origin, ObjectNode target, List<string> path, int depth)
    {
        var full = string.Empty;
        var isMissing = false;
        var text = ReadOrReport(
            () =>
            {
                full = session.Options.Files.Locate(name, source.Path);
                using var stream = session.Options.Files.OpenRead(full);
                isMissing = stream is null;
                return stream is null || !MayInclude(full, origin) ? null : TextReading.ReadAll(stream, Limits.MaxFileBytes);
            },
            name,
            origin);
        if (text is not null)
        {
            session.Files.Add(full);
            Parse(new SourceText(ShortName(name), text, full), origin, target, path, depth);
        }

        return !isMissing;
    }

    private string? ReadOrReport(Func<string?> read, string name, HoconOrigin origin)
    {
        try
        {
            return read();
        }
        catch (Exception cause) when (cause is IOException or InvalidDataException or UnauthorizedAccessException
            or ArgumentException or NotSupportedException or System.Security.SecurityException)
        {
            session.Errors.Add(origin, $"'{name}' cannot be included: {cause.Message}");
            return null;
        }
    }

    private bool MayInclude(string full, HoconOrigin origin)
    {
        if (session.OpenFiles.Contains(full))
        {
            var chain = string.Join(" -> ", [.. session.OpenFiles.SkipWhile(open => open != full), full]);
            session.Errors.Add(origin, $"Files include each other in a circle: {chain}.", "a file that does not lead back here");
            return false;
        }

        if (session.OpenFiles.Count > Limits.MaxIncludeDepth || session.Includes >= Limits.MaxIncludes)
        {
            session.Errors.Add(
                origin,
                "There are too many includes.",
                $"at most {Limits.MaxIncludeDepth} in a chain ({nameof(HoconLimits.MaxIncludeDepth)}) "
                + $"and {Limits.MaxIncludes} in all ({nameof(HoconLimits.MaxIncludes)})");
            return false;
        }

        session.Includes++;
        return true;
    }

    private void Parse(SourceText text, HoconOrigin origin, ObjectNode target, List<string> path, int depth)
    {
        session.OpenFiles.Add(text.Path ?? text.Name);
        if (text.Name.EndsWith(".properties", StringComparison.OrdinalIgnoreCase))
        {
            new PropertiesParser(session, text).ParseInto(target);
        }
        else
        {
            var inner = new Scope(anchor, [.. path], scope, UsesEnvironment: true);
            HoconParser.ParseIncluded(session, text, inner, depth, target, origin);
        }

        session.OpenFiles.RemoveAt(session.OpenFiles.Count - 1);
    }

    /// <summary>A name that the user can find: relative to the including file's name, as that was given.</summary>
    private string ShortName(string name)
    {
        var slash = source.Path is null ? -1 : source.Name.LastIndexOfAny(['/', '\\']);
        return slash < 0 || Path.IsPathRooted(name) ? name : source.Name[..(slash + 1)] + name;
    }
}
